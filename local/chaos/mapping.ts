// An event source mapping under a schedule: batches of any size, parents before children, again from where it failed.
import { padSeq } from '../../shared/lanes/position.ts';
import type { MemoryLog } from '../../shared/memory/log.ts';
import type { BatchStep, StreamRecord } from '../../shared/trigger/batch.ts';
import type { Rng } from '../generate/rng.ts';
import { Gate } from './gate.ts';

export type Sandbox = { readonly gate: Gate; readonly step: BatchStep; busy: boolean };
export type Invocation = {
  readonly mapping: Mapping;
  readonly shard: string;
  readonly sandbox: Sandbox;
  readonly records: readonly StreamRecord[];
  /** Given up by the mapping; it goes on beside its successor, and its answer counts for nothing. */
  zombie: boolean;
  ended: boolean;
};

export class Mapping {
  readonly name: string;
  readonly log: MemoryLog;
  readonly #make: (gate: Gate) => BatchStep;
  readonly #sandboxes: Sandbox[] = [];
  /** Shard -> last sequence number done. */
  #done = new Map<string, string>();
  readonly running = new Map<string, Invocation>();
  stalledUntil = 0;

  constructor(name: string, log: MemoryLog, make: (gate: Gate) => BatchStep) {
    this.name = name;
    this.log = log;
    this.#make = make;
  }

  #next(shard: string, limit: number): readonly StreamRecord[] {
    return this.log.read(shard, this.#done.get(shard) ?? null, limit).records;
  }

  #drained(shard: string): boolean {
    return !this.running.has(shard) && this.#next(shard, 1).length === 0;
  }

  /** Shards with something to do, whose ancestors were read to their end (unless `early`). */
  ready(early = false): readonly string[] {
    const shards = this.log.shards();
    const byId = new Map(shards.map((s) => [s.id, s]));
    const free = (id: string): boolean =>
      (byId.get(id)?.parents ?? []).every((p) => !byId.has(p) || (this.#drained(p) && free(p)));
    return shards.flatMap((s) =>
      !this.running.has(s.id) && this.#next(s.id, 1).length > 0 && (early || free(s.id)) ? [s.id] : [],
    );
  }

  get atRest(): boolean {
    return this.running.size === 0 && this.ready().length === 0;
  }

  start(shard: string, most: number, rng: Rng, budget: () => number): Invocation {
    const records = this.#next(shard, 1 + rng.below(most));
    let sandbox = this.#sandboxes.find((s) => !s.busy);
    if (sandbox === undefined) {
      const gate = new Gate();
      sandbox = { gate, step: this.#make(gate), busy: false };
      this.#sandboxes.push(sandbox);
    }
    sandbox.busy = true;
    const invocation: Invocation = { mapping: this, shard, sandbox, records, zombie: false, ended: false };
    this.running.set(shard, invocation);
    const batch = { stream: this.log.name, shard, records };
    sandbox.step(batch, { remainingMs: budget }).then(
      ({ done }) => this.#end(invocation, done),
      () => this.#end(invocation, 0),
    );
    return invocation;
  }

  /** The answer is lost with some chance of the schedule: then the same records come again, in other borders. */
  answerLost: () => boolean = () => false;

  #end(invocation: Invocation, done: number): void {
    invocation.ended = true;
    invocation.sandbox.busy = false;
    if (invocation.zombie || this.running.get(invocation.shard) !== invocation) return;
    this.running.delete(invocation.shard);
    const last = invocation.records[done - 1];
    if (last !== undefined && !this.answerLost()) this.#done.set(invocation.shard, last.seq);
  }

  #forget(sandbox: Sandbox): void {
    const at = this.#sandboxes.indexOf(sandbox);
    if (at >= 0) this.#sandboxes.splice(at, 1);
  }

  /** The sandbox dies at once: nothing of the invocation happens any more. */
  crash(invocation: Invocation): void {
    invocation.ended = true;
    invocation.sandbox.gate.close();
    this.#forget(invocation.sandbox);
    if (this.running.get(invocation.shard) === invocation) this.running.delete(invocation.shard);
  }

  /** The mapping gives up on the invocation, which goes on. */
  abandon(invocation: Invocation): void {
    invocation.zombie = true;
    this.#forget(invocation.sandbox);
    this.running.delete(invocation.shard);
  }

  /** All idle sandboxes are forgotten: the next invocations start cold. */
  cool(): void {
    for (const s of this.#sandboxes.filter((x) => !x.busy)) this.#forget(s);
  }

  /** The mapping is deleted and made again at TRIM_HORIZON. Returns the zombies. */
  replace(): readonly Invocation[] {
    const zombies = [...this.running.values()];
    for (const i of zombies) this.abandon(i);
    this.#done = new Map();
    return zombies;
  }

  /** Last sequence number done of a shard, padded; '' for none. */
  position(shard: string): string {
    const seq = this.#done.get(shard);
    return seq === undefined ? '' : padSeq(seq);
  }
}
