// An event source mapping under a schedule: batches of any size, parents before children, again from where it failed.
import { padSeq } from '../../shared/lanes/position.ts';
import type { BatchStep, StreamRecord } from '../../shared/trigger/batch.ts';
import type { Rng } from '../generate/rng.ts';
import { Gate } from './gate.ts';
import type { Journal } from './journal.ts';

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
/** Shard -> greatest sequence number that any mapping of the function got done. */
export type Best = Map<string, string>;

export class Mapping {
  readonly name: string;
  readonly log: Journal;
  readonly make: (gate: Gate) => BatchStep;
  /** Shared by all mappings of one function on one stream. */
  best: Best;
  readonly #sandboxes: Sandbox[] = [];
  /** Shard -> last sequence number done. */
  #done = new Map<string, string>();
  readonly running = new Map<string, Invocation>();
  stalledUntil = 0;
  readonly stalledShards = new Map<string, number>();
  /** Shard -> the most records of its next batch, after a failure. */
  readonly #halved = new Map<string, number>();

  constructor(name: string, log: Journal, make: (gate: Gate) => BatchStep, best: Best = new Map()) {
    this.name = name;
    this.log = log;
    this.make = make;
    this.best = best;
  }

  /** Another mapping of the same function, at TRIM_HORIZON. */
  twin(): Mapping {
    const twin = new Mapping(`${this.name}'`, this.log, this.make, this.best);
    twin.answerLost = this.answerLost;
    twin.halves = this.halves;
    return twin;
  }

  #next(shard: string, limit: number): readonly StreamRecord[] {
    return this.log.next(shard, this.#done.get(shard) ?? null, limit);
  }

  #drained(shard: string): boolean {
    return !this.running.has(shard) && this.#next(shard, 1).length === 0;
  }

  /** Shards with something to do, whose ancestors were read to their end (unless `early`). */
  ready(early = false): readonly string[] {
    const shards = this.log.shards();
    const waiting = shards.filter((s) => !this.running.has(s.id) && this.#next(s.id, 1).length > 0);
    if (waiting.length === 0 || early) return waiting.map((s) => s.id);
    const byId = new Map(shards.map((s) => [s.id, s]));
    const read = new Map<string, boolean>();
    const isRead = (id: string): boolean => {
      const known = read.get(id);
      if (known !== undefined) return known;
      const shard = byId.get(id);
      const answer = shard === undefined || (this.#drained(id) && shard.parents.every(isRead));
      read.set(id, answer);
      return answer;
    };
    return waiting.filter((s) => s.parents.every(isRead)).map((s) => s.id);
  }

  get atRest(): boolean {
    return this.running.size === 0 && this.ready().length === 0;
  }

  /** A record aged out of the stream before this function had done it: nothing can make that good. */
  get overtaken(): boolean {
    return this.log.family().some(({ id }) => this.log.trimmed(id) > (this.best.get(id) ?? ''));
  }

  start(shard: string, most: number, rng: Rng, budget: () => number): Invocation {
    const size = Math.min(1 + rng.below(most), this.#halved.get(shard) ?? most);
    const records = this.#next(shard, size);
    let sandbox = this.#sandboxes.find((s) => !s.busy);
    if (sandbox === undefined) {
      const gate = new Gate();
      sandbox = { gate, step: this.make(gate), busy: false };
      this.#sandboxes.push(sandbox);
    }
    sandbox.busy = true;
    const invocation: Invocation = { mapping: this, shard, sandbox, records, zombie: false, ended: false };
    this.running.set(shard, invocation);
    const batch = { stream: this.log.name, shard, records };
    sandbox.step(batch, { remainingMs: budget }).then(
      ({ done }) => this.#end(invocation, done),
      (error: unknown) => {
        this.threw(error);
        this.#end(invocation, 0);
      },
    );
    return invocation;
  }

  /** The answer is lost with some chance of the schedule: then the same records come again, in other borders. */
  answerLost: () => boolean = () => false;
  /** A batch that failed is cut in halves. */
  halves: () => boolean = () => false;
  /** Hears what a step threw. */
  threw: (error: unknown) => void = () => undefined;

  #end(invocation: Invocation, done: number): void {
    const { shard, records } = invocation;
    invocation.ended = true;
    invocation.sandbox.busy = false;
    if (invocation.zombie || this.running.get(shard) !== invocation) return;
    this.running.delete(shard);
    this.#halved.delete(shard);
    const last = records[done - 1];
    if (last !== undefined && (this.best.get(shard) ?? '') < last.seq) this.best.set(shard, last.seq);
    if (last !== undefined && !this.answerLost()) this.#done.set(shard, last.seq);
    else if (done < records.length && records.length > 1 && this.halves())
      this.#halved.set(shard, Math.ceil(records.length / 2));
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

  /** After a deploy no sandbox is used again; those that are busy end what they do. */
  retire(): void {
    this.#sandboxes.length = 0;
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
