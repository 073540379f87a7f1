// The whole pipeline, the real steps, on ports in memory behind gates; one seed decides everything that happens and when.
import { ABANDONED } from '../../../shared/steps/lake/generations.ts';
import { END_OF_TIME, minutes } from '../../../shared/time.ts';
import { ALL_FAULTS, type Faults } from '../faults.ts';
import { MOST_JUMP } from '../schedule.ts';
import type { Limits } from '../shape.ts';
import { Calls, settled } from './calls.ts';
import { Disturber } from './disturb.ts';
import { Invocations } from './invocations.ts';
import { checkVoid, restsOf } from './rests.ts';
import { Scene } from './scene.ts';
import { pass, tickAll } from './time.ts';

export class World {
  readonly scene: Scene;
  readonly invocations: Invocations;
  readonly calls: Calls;
  readonly disturber: Disturber;
  /** Whether the deploy of this world happened. */
  deployed = false;

  constructor(seed: number, faults: Faults = ALL_FAULTS, limits: Limits = {}) {
    this.scene = new Scene(seed, faults, limits);
    this.invocations = new Invocations(this.scene);
    this.calls = new Calls(this.scene, this.invocations);
    this.disturber = new Disturber(this.scene, this.invocations, this.calls);
  }

  /** Plays until all events are in and all is at rest, or the schedule is void. @throws what broke an invariant */
  async play(): Promise<void> {
    const { scene } = this;
    const { shape, schedule, producer } = scene;
    const { load, events } = shape;
    if (load) {
      schedule.struck.add('load');
      while (!producer.done) producer.send(scene.clock.now());
    }
    const restAt = new Map(restsOf(this).map((rest) => [rest, 1 + schedule.rng.below(events)]));
    const until = load ? events * 12 : 150 + schedule.rng.below(150);
    for (let tail = 0; tail < until && scene.void === null; ) {
      await this.#step();
      if (producer.done) tail++;
      for (const [rest, at] of restAt) {
        if (producer.clicks.length < at) continue;
        restAt.delete(rest);
        await rest(this);
      }
    }
    if (scene.void === null) await this.#drain();
  }

  /** From here on every record is read by functions of one plan. */
  #noteOnePlan(): void {
    const { scene, invocations, calls } = this;
    if (!this.deployed || scene.settledAt !== null || !invocations.onePlan || calls.someLandLater) return;
    scene.settledAt = new Map(scene.streams.map((log) => [log.name, log.lastSeq]));
  }

  async #step(): Promise<void> {
    this.#noteOnePlan();
    const { scene, invocations, calls } = this;
    const { producer, schedule, mappings, runners } = scene;
    const { rng: r } = schedule;
    scene.steps++;
    scene.copies.keep();
    if (pass(scene, r.below(400))) invocations.wake(scene.ticker, false);
    const produces = r.chance(0.1);
    if (produces && !producer.done) return producer.send(scene.arrival());
    if (producer.waits && r.chance(0.02)) return producer.retry();
    this.disturber.disturb();
    if (scene.shape.naps > 0 && scene.steps % 20 === 0) checkVoid(this);
    if (scene.shape.resubmit && scene.operatorRng.chance(0.04))
      for (let i = 0; i < 1 + scene.operatorRng.below(2); i++) invocations.wake(scene.operator, false);
    if (scene.shape.sinks && scene.shape.compacts && scene.compactRng.chance(0.02)) {
      schedule.struck.add('compaction');
      invocations.wake(scene.compactor, false);
    }
    if (calls.someLandLater && r.chance(0.1)) return calls.landOne();
    if (r.chance(0.15)) invocations.wake(r.pick(runners), r.chance(0.1));
    if (r.chance(0.5)) invocations.start(r.pick(mappings), schedule.wants('early'));
    for (let i = 0; i < 3; i++) await calls.progress();
  }

  /** No more faults, and nothing stands still any more. @returns what brings the faults back */
  calm(): () => void {
    this.disturber.calm();
    return this.scene.schedule.calm();
  }

  /** What is under way arrives. */
  async land(): Promise<void> {
    await this.calls.landAll();
    const { producer } = this.scene;
    while (producer.waits) producer.retry();
  }

  /** Plays on until nothing is left to do, and three rounds of decisions found nothing. */
  async rest(settle = true): Promise<void> {
    const { invocations, scene } = this;
    const { mappings, runners } = scene;
    let quiet = 0;
    for (let i = 0; quiet < 3; i++) {
      if (i > 100_000) throw new Error('never comes to rest');
      if (i % 5_000 === 0 && this.#waits) this.#tellOfGrowth();
      if (i % 4 === 0 || invocations.waiting().length === 0)
        for (const m of mappings) for (const _ of m.ready()) invocations.start(m, false);
      await this.calls.progress();
      if (invocations.all().length > 0 || mappings.some((m) => !m.atRest)) continue;
      quiet = scene.second?.takeFed() ? 0 : quiet + 1;
      for (const runner of runners) invocations.wake(runner, settle);
    }
    await settled();
    scene.mustBeWhole();
  }

  /** Whether an added shard has records, and none of them was read. */
  get #waits(): boolean {
    const { raw, mappings, shape } = this.scene;
    const head = mappings.find((m) => m.name === 'validate');
    return (
      raw.grows &&
      raw
        .family()
        .slice(shape.shards[0])
        .some(({ id }) => raw.all(id).length > 0 && head?.best.get(id) === undefined)
    );
  }

  /** An added shard waits until the others have looked for it, which they do at their next records. */
  #tellOfGrowth(): void {
    const { scene } = this;
    scene.clock.advance(minutes(2));
    tickAll(scene, scene.arrival());
  }

  /** No more faults: every late request lands, the last tick comes, and all is played to its end. */
  async #drain(): Promise<void> {
    this.calm();
    await this.land();
    for (let round = 0; round < 3; round++) {
      tickAll(this.scene, END_OF_TIME - 1_000_000 * (3 - round));
      await this.rest();
    }
    await this.#compact();
  }

  /** What joined a compaction that died is seen when the next has finished. */
  async #compact(): Promise<void> {
    const { scene, invocations } = this;
    if (!scene.shape.sinks || !scene.shape.compacts) return;
    for (let round = 0; scene.table.items().some((i) => i.pk.startsWith('lake#') && i.next !== 0); round++) {
      if (round > 3) throw new Error('a compaction never ends');
      // It may have begun on a clock that had jumped ahead.
      scene.clock.advance(ABANDONED + MOST_JUMP + minutes(1));
      invocations.wake(scene.compactor, false);
      await this.rest();
    }
  }
}
