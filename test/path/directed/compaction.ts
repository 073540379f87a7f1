// Compaction of the lake: roll-ups, compactions, crashes, lost answers and zombies, one effect at a time; after each of them readers look.
import { type Call, Gate } from '../../../local/chaos/gate.ts';
import { Fault } from '../../../shared/faults.ts';
import { hours, minutes } from '../../../shared/time.ts';
import { settled, world } from './compaction-world.ts';
import type { Problems, Schedule } from './given.ts';

/** The same numbers for the same seed. */
const numbers = (seed: number) => {
  let state = seed * 2_654_435_761;
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
  return {
    below: (n: number) => Math.floor(next() * n),
    pick: <T>(all: readonly T[]) => all[Math.floor(next() * all.length)] as T,
  };
};

type Invocation = { readonly name: string; readonly gate: Gate; done: boolean };
const STEPS = 300;

/** @returns what came out wrong, in the order in which it was found */
export const playCompaction = async (seed: number): Promise<Problems> => {
  const random = numbers(seed);
  const w = world(seed % 4 !== 0);
  const alive: Invocation[] = [];
  const problems: string[] = [];
  const start = async (name: 'roll-up' | 'compact') => {
    const invocation: Invocation = { name, gate: new Gate(), done: false };
    alive.push(invocation);
    void w.steps[name](invocation.gate)
      .catch(() => undefined)
      .finally(() => {
        invocation.done = true;
      });
    await settled();
  };
  const end = (invocation: Invocation) => {
    invocation.gate.close();
    alive.splice(alive.indexOf(invocation), 1);
  };
  const fate = async (invocation: Invocation, call: Call): Promise<void> => {
    const dice = random.below(30);
    if (dice === 0) call.refuse(new Fault(call.faults.refused, 'refused'));
    else if (dice === 1) await call.lose(new Fault(call.faults.unknown, 'the answer was lost'));
    else if (dice === 2) {
      await call.land();
      end(invocation);
    } else if (dice === 3) end(invocation);
    else await call.pass();
    await settled();
  };
  // The hour of the rows is long over, so that what is quiet for a while is compacted.
  w.g.clock.advance(hours(3));
  await w.send(1 + random.below(3));
  for (let step = 0; step < STEPS && problems.length === 0; step++) {
    for (const done of alive.filter((i) => i.done)) end(done);
    const dice = random.below(20);
    if (dice === 0) await w.send(1 + random.below(2));
    else if (dice === 1)
      w.g.clock.advance(random.pick([minutes(1), minutes(11), minutes(11), minutes(24), minutes(31), hours(25)]));
    else if (dice < 7 && alive.length < 5) await start(random.pick(['roll-up', 'compact'] as const));
    else {
      // One invocation runs for a while, so that others stand still for long.
      const invocation = random.pick(alive);
      for (let n = random.below(8); n >= 0 && invocation !== undefined && problems.length === 0; n--) {
        const call = invocation.gate.waiting[0];
        if (call === undefined) break;
        await fate(invocation, call);
        problems.push(...(await w.look(`step ${step}, ${invocation.name}: ${call.label}`)));
      }
    }
  }
  // What stands still goes on at last, all else being at rest.
  for (let round = 0; round < 8; round++) {
    w.g.clock.advance(round === 4 ? hours(25) : hours(1));
    await w.steps['roll-up']();
    await w.steps.compact();
    problems.push(...(await w.look(`round ${round}`)));
    if (round === 2)
      for (const zombie of alive)
        for (let call = zombie.gate.waiting[0]; call !== undefined; call = zombie.gate.waiting[0]) {
          await call.pass();
          await settled();
          problems.push(...(await w.look(`the end, ${zombie.name}: ${call.label}`)));
        }
  }
  problems.push(...(await w.atRest()));
  return problems.slice(0, 3).map((p) => `seed ${seed}: ${p}`);
};

const SEEDS = 36;

const randomly: Schedule = async () => {
  for (let seed = 1; seed <= SEEDS; seed++) {
    const problems = await playCompaction(seed);
    if (problems.length > 0) return problems;
  }
  return [];
};

/** Two files, shown; then a compaction that stands still before the n-th of its calls that begin so. */
const standingStill = async (label: string, nth: number) => {
  const w = world(true);
  for (let i = 0; i < 2; i++) {
    await w.send(2);
    await w.steps['roll-up']();
  }
  w.g.clock.advance(hours(3));
  const gate = new Gate();
  void w.steps['compact now'](gate).catch(() => undefined);
  await settled();
  for (let left = nth; ; ) {
    const call = gate.waiting[0];
    if (call === undefined) throw new Error(`a compaction makes no call "${label}"`);
    if (call.label.startsWith(label)) left -= 1;
    if (left === 0) break;
    await call.pass();
    await settled();
  }
  return {
    w,
    async goOn() {
      for (let call = gate.waiting[0]; call !== undefined; call = gate.waiting[0]) {
        await call.pass();
        await settled();
      }
    },
  };
};

/** It had decided. Others made the catalog show it; rows came, and are compacted, as soon as may be or much later. */
const leadsBack =
  (pause: number): Schedule =>
  async () => {
    const { w, goOn } = await standingStill('point', 1);
    await w.steps.compact();
    await w.send(1);
    await w.steps['roll-up']();
    const problems = [...(await w.look('late rows'))];
    w.g.clock.advance(pause);
    await w.steps['compact now']();
    await w.send(1);
    await w.steps['roll-up']();
    problems.push(...(await w.look('the second compaction')));
    await goOn();
    problems.push(...(await w.look('the first one woke up')));
    return problems;
  };

/** Another took over while it wrote, and rows came in between. */
const takenOver: Schedule = async () => {
  const { w, goOn } = await standingStill('write lake#', 2);
  w.g.clock.advance(minutes(31));
  const gate = new Gate();
  void w.steps['compact now'](gate).catch(() => undefined);
  await settled();
  for (let writes = 0; writes < 1 || !gate.waiting[0]?.label.startsWith('write lake#'); ) {
    const call = gate.waiting[0] as Call;
    if (call.label.startsWith('write lake#')) writes += 1;
    await call.pass();
    await settled();
  }
  await goOn();
  await w.send(1);
  await w.steps['roll-up']();
  const problems = [...(await w.look('a row in between'))];
  for (let call = gate.waiting[0]; call !== undefined; call = gate.waiting[0]) {
    await call.pass();
    await settled();
    problems.push(...(await w.look(call.label)));
  }
  return problems;
};

export const compactionSchedules = {
  'a compaction that stood still leads no reader back, soon after': leadsBack(minutes(1)),
  'a compaction that stood still leads no reader back, long after': leadsBack(minutes(40)),
  'of two compactions one decides, and rows that came meanwhile stay': takenOver,
  'readers of the lake see each row once while it is compacted': randomly,
} satisfies Readonly<Record<string, Schedule>>;
