// One call after the other goes on: what becomes of it is drawn.
import { Fault } from '../../../shared/faults.ts';
import type { Call, OutsideName } from '../gate.ts';
import type { Journal } from '../journal.ts';
import type { CallFault } from '../schedule.ts';
import type { Invocations, Running } from './invocations.ts';
import type { Scene } from './scene.ts';

const REFUSED: CallFault = { kind: 'refused' };

/** All that can go on without a port has gone on. */
export const settled = (): Promise<void> => new Promise((done) => setImmediate(done));

export class Calls {
  readonly #scene: Scene;
  readonly #invocations: Invocations;
  /** Requests whose callers gave up, and which have not landed yet. */
  readonly #later: Call[] = [];
  /** A shard that takes nothing until a step of the world. */
  throttled: { readonly log: Journal; readonly shard: string; readonly until: number } | null = null;

  /** A destination outside that takes nothing until a step of the world. */
  down: { readonly name: OutsideName; readonly until: number } | null = null;

  constructor(scene: Scene, invocations: Invocations) {
    this.#scene = scene;
    this.#invocations = invocations;
  }

  get someLandLater(): boolean {
    return this.#later.length > 0;
  }
  /** One request lands whose caller gave up. */
  async landOne(): Promise<void> {
    const [call] = this.#later.splice(this.#scene.schedule.rng.below(this.#later.length), 1);
    this.#scene.tell(`lands late: ${call?.label}`);
    await call?.land();
  }
  async landAll(): Promise<void> {
    for (const call of this.#later.splice(0)) await call.land();
  }

  /** One call goes on. */
  async progress(): Promise<void> {
    await settled();
    const scene = this.#scene;
    const { rng } = scene.schedule;
    scene.mustBeWhole();
    const waiting = this.#invocations.waiting();
    if (waiting.length === 0) return;
    const running = rng.pick(waiting);
    const call = rng.pick(running.gate.waiting);
    scene.calls++;
    if (call.label.startsWith('fetch') && call.label.includes('/snap/')) scene.runs.fromSnapshot++;
    scene.tell(`  ${running.name}: ${call.label}`);
    const fault = this.#isDown(call)
      ? REFUSED
      : scene.schedule.call({
          kind: call.kind,
          records: call.put?.records.length ?? call.entries?.count ?? 0,
          ...(this.#isThrottled(call) && { throttled: (i: number) => this.#goesToThrottled(call, i) }),
          mayBeGivenUp: running.zombie !== null,
          mayDie: true,
        });
    if (fault.kind !== 'pass') scene.tell(`    ${fault.kind}`);
    await this.#becomes(call, fault, running);
  }

  async #becomes(call: Call, fault: CallFault, { crash, zombie }: Running): Promise<void> {
    const unknown = () => new Fault(call.faults.unknown, 'the answer was lost');
    switch (fault.kind) {
      case 'pass':
        return call.pass();
      case 'crash':
        if (fault.after) await call.pass();
        return crash();
      case 'zombie':
        return zombie?.();
      case 'refused':
        return call.refuse(new Fault(call.faults.refused, 'refused'));
      case 'lost':
        return call.lose(unknown());
      case 'partial':
        return (call.put ?? call.entries)?.partly((i) => fault.taken[i] === true);
      case 'later':
        this.#later.push(call);
        return call.refuse(unknown());
      default:
        return fault satisfies never;
    }
  }

  #isDown(call: Call): boolean {
    const { down } = this;
    if (down === null || down.until <= this.#scene.steps || call.destination !== down.name) return false;
    this.#scene.schedule.struck.add('destinationDown');
    return true;
  }
  #isThrottled(call: Call): boolean {
    const t = this.throttled;
    return t !== null && t.until > this.#scene.steps && call.label.startsWith(`put ${t.log.name} `);
  }
  #goesToThrottled(call: Call, index: number): boolean {
    const record = call.put?.records[index];
    return record !== undefined && this.throttled?.log.shardFor(record) === this.throttled?.shard;
  }
}
