// What runs just now: batches of mappings, runs of refine, roll-up and tick, zombies, runs of the plan before a deploy.
import { Fault } from '../../../shared/faults.ts';
import type { Runner, Slot } from '../cast.ts';
import { Gate } from '../gate.ts';
import type { Invocation, Mapping } from '../mapping.ts';
import type { Scene } from './scene.ts';

const MAX_BATCH = 6;

/** A gate at which something waits. */
export type Running = {
  readonly gate: Gate;
  readonly name: string;
  /** Its sandbox dies. */
  readonly crash: () => void;
  /** Its mapping gives up on it; null when nobody waits for it. */
  readonly zombie: (() => void) | null;
};

export class Invocations {
  readonly #scene: Scene;
  #zombies: Invocation[] = [];
  /** Runs of the plan before. */
  #oldRuns: Slot[] = [];
  /** Batches that a deploy met on their way. */
  #oldBatches: readonly Invocation[] = [];

  constructor(scene: Scene) {
    this.#scene = scene;
    const { schedule } = scene;
    for (const m of scene.mappings) {
      m.answerLost = () => schedule.strikes('answerLost');
      m.halves = () => (/^(2:)?aggregate/.test(m.name) ? false : schedule.strikes('bisect'));
      m.threw = (error) => {
        if (!(error instanceof Fault)) scene.broken ??= error;
      };
    }
  }

  /** A mapping takes its next batch of some shard, if it may. @param early also of shards whose parents were not read */
  start(m: Mapping, early: boolean): void {
    const { steps, schedule } = this.#scene;
    const { rng, struck } = schedule;
    if (m.stalledUntil > steps) return;
    const ready = m.ready().filter((shard) => (m.stalledShards.get(shard) ?? 0) <= steps);
    const children = early ? m.ready(true).filter((shard) => !m.ready().includes(shard)) : [];
    if (children.length > 0) struck.add('early');
    const all = children.length > 0 ? children : ready;
    if (all.length === 0) return;
    const shard = rng.pick(all);
    const i = m.start(shard, MAX_BATCH, rng, this.#watch());
    this.#scene.tell(`${m.name} ${shard} takes ${i.records.length}`);
  }

  /** Near its time limit: after a few looks at the watch, time runs short. */
  #watch(): () => number {
    const { schedule } = this.#scene;
    const near = schedule.wants('nearTimeLimit');
    let asked = 0;
    return () => {
      if (!near || asked++ <= 1 + schedule.rng.below(3)) return 60_000;
      if (asked < 1_000) schedule.struck.add('nearTimeLimit');
      asked = 1_000;
      return 1;
    };
  }

  /** A function that no stream calls runs, if a sandbox is free. @param settle to decide whatever there is */
  wake(runner: Runner, settle: boolean): void {
    const { runs, runners } = this.#scene;
    const isDecider = runners.includes(runner);
    const free = runner.slots.findIndex((s) => s === null || !s.busy);
    if (free < 0) return;
    let slot = runner.slots[free];
    if (!slot) {
      const gate = new Gate();
      slot = { gate, step: runner.make(gate), busy: false };
      runner.slots[free] = slot;
      if (isDecider) runs.cold++;
    }
    if (isDecider && runner.slots.some((s) => s?.busy)) runs.besides++;
    const mine = slot;
    mine.busy = true;
    this.#scene.tell(`${runner.name} wakes`);
    mine.step(settle).then(
      () => {
        mine.busy = false;
      },
      (error: unknown) => {
        mine.busy = false;
        if (!(error instanceof Fault) || error.code === 'ledger.gap') this.#scene.broken ??= error;
      },
    );
  }

  /** Everything that runs. */
  all(): readonly Running[] {
    const { mappings, runners, ticker, operator, compactor } = this.#scene;
    this.#zombies = this.#zombies.filter((z) => !z.ended);
    this.#oldRuns = this.#oldRuns.filter((slot) => slot.busy);
    return [
      ...[...mappings.flatMap((m) => [...m.running.values()]), ...this.#zombies].map((i) => this.#batch(i)),
      ...[...runners, ticker, operator, compactor].flatMap((runner) =>
        runner.slots.flatMap((slot, at) => {
          if (!slot?.busy) return [];
          const crash = () => {
            slot.gate.close();
            runner.slots[at] = null;
          };
          return [{ gate: slot.gate, name: runner.name, crash, zombie: null }];
        }),
      ),
      ...this.#oldRuns.map((slot) => ({
        gate: slot.gate,
        name: 'an old run',
        crash: () => {
          slot.gate.close();
          slot.busy = false;
        },
        zombie: null,
      })),
    ];
  }
  /** What waits for its turn. */
  waiting(): readonly Running[] {
    return this.all().filter((g) => g.gate.waiting.length > 0);
  }

  #batch(i: Invocation): Running {
    const zombie = () => {
      i.mapping.abandon(i);
      this.#zombies.push(i);
    };
    return {
      gate: i.sandbox.gate,
      name: i.mapping.name,
      crash: () => i.mapping.crash(i),
      zombie: i.zombie ? null : zombie,
    };
  }

  /** Some mapping and some runner begin cold. */
  cool(): void {
    const { rng } = this.#scene.schedule;
    rng.pick(this.#scene.mappings).cool();
    const runner = rng.pick(this.#scene.runners);
    runner.slots = runner.slots.map((s) => (s?.busy ? s : null));
  }

  /** A mapping is deleted and made again at TRIM_HORIZON; what it ran goes on. */
  replace(m: Mapping): void {
    this.#zombies.push(...m.replace());
  }

  /** New invocations run the new plan, what runs goes on with the old one. */
  deploy(): void {
    this.#oldBatches = [...this.#scene.mappings.flatMap((m) => [...m.running.values()]), ...this.#zombies];
    for (const m of this.#scene.mappings) m.retire();
    for (const runner of this.#scene.runners)
      runner.slots = runner.slots.map((slot) => {
        if (slot?.busy) this.#oldRuns.push(slot);
        return null;
      });
  }

  /** Whether nothing of the plan before runs any more. */
  get onePlan(): boolean {
    return this.#oldBatches.every((i) => i.ended) && this.#oldRuns.every((slot) => !slot.busy);
  }

  /**
   * Ends what no Lambda survives: an invocation lives 15 minutes at most, a request lands or it does not.
   * @param keepDeciders runs of refine go on, beside whatever comes
   */
  end(keepDeciders = false): void {
    for (const runner of this.#scene.runners)
      if (keepDeciders && runner.name.startsWith('refine'))
        runner.slots = runner.slots.map((slot) => {
          if (slot?.busy) this.#oldRuns.push(slot);
          return null;
        });
    const kept = new Set(this.#oldRuns.map((slot) => slot.gate));
    for (const { crash, gate } of this.all()) if (!keepDeciders || !kept.has(gate)) crash();
    this.#zombies = [];
    // No sandbox stands idle for hours.
    for (const m of this.#scene.mappings) m.cool();
    const { runners, ticker, operator, compactor } = this.#scene;
    for (const runner of [...runners, ticker, operator, compactor]) runner.slots = runner.slots.map(() => null);
  }
}
