// The moment in which readers go from the old run's rows to the new one's, back again, and the end of a replay that nobody wants. A switch reads
// whom readers see, says in the replay's item that it begins, and then puts; a cancel says that it begins and then puts the same readers
// again. So of the two, whatever stops in between and goes on later, one alone has an effect.
import type { Nonce, Table } from '../../ports.ts';
import { forgetReplay, type Replay, readReplay, setState } from './control.ts';
import { isServed, putServing, readServing } from './serving.ts';

export type SwitchDeps = {
  /** The ledger table of the stage: it holds the replay. */
  readonly table: Table;
  /** The results table of the stage: it holds who is served. */
  readonly results: Table;
  readonly nonce: Nonce;
};

/** `gone`: there is no such replay. `busy`: another command changes it just now; `lost`: it won. */
export type Switched = 'switched' | 'gone' | 'cancelling' | 'lost';

const TRIES = 5;

const asServed = ({ tables, run, results }: Replay) => Object.fromEntries(tables.map((t) => [t, { run, results }]));

/** Readers see the new run's rows of all its tables from one put on. Calling it again changes nothing. */
export const switchTo = async (deps: SwitchDeps, run: string): Promise<Switched> => {
  const { table, results, nonce } = deps;
  for (let tries = 0; tries < TRIES; tries++) {
    const before = await readServing(results);
    const replay = await readReplay(table, run);
    if (replay === undefined) return 'gone';
    if (replay.state === 'cancelling') return 'cancelling';
    if (replay.state === 'switched') return 'switched';
    // Also where that is its state: one that comes back late must not put after a cancel.
    if (!(await setState(table, run, replay.state, 'switching'))) continue;
    if (
      isServed(before, run) ||
      (await putServing(results, before, { ...before.tables, ...asServed(replay) }, nonce()))
    ) {
      await setState(table, run, 'switching', 'switched');
      return 'switched';
    }
  }
  return 'lost';
};

/** Readers see the rows of before again; the run goes on. */
export const switchBack = async (deps: SwitchDeps, run: string): Promise<'back' | 'gone' | 'lost'> => {
  const { table, results, nonce } = deps;
  for (let tries = 0; tries < TRIES; tries++) {
    const before = await readServing(results);
    const replay = await readReplay(table, run);
    if (replay === undefined) return 'gone';
    const left = Object.fromEntries(Object.entries(before.tables).filter(([, s]) => s.run !== run));
    if (isServed(before, run) && !(await putServing(results, before, left, nonce()))) continue;
    if (replay.state === 'switched' || replay.state === 'switching')
      await setState(table, run, replay.state, 'running');
    return 'back';
  }
  return 'lost';
};

/** Removes all that the run wrote, and says when that is done: streams, tables, objects. Removing what is gone does nothing. */
export type Remove = (replay: Replay) => Promise<void>;

/** `served`: readers see it; switch back first. */
export const cancel = async (
  deps: SwitchDeps,
  run: string,
  remove: Remove,
): Promise<'cancelled' | 'gone' | 'served' | 'lost'> => {
  const { table, results, nonce } = deps;
  for (let tries = 0; tries < TRIES; tries++) {
    const replay = await readReplay(table, run);
    if (replay === undefined) return 'gone';
    if (replay.state === 'switched' && isServed(await readServing(results), run)) return 'served';
    if (!(await setState(table, run, replay.state, 'cancelling'))) continue;
    const before = await readServing(results);
    if (isServed(before, run)) {
      await setState(table, run, 'cancelling', 'switched');
      return 'served';
    }
    // From here on no switch that began before can put.
    if (!(await putServing(results, before, before.tables, nonce()))) continue;
    await remove(replay);
    await forgetReplay(table, run);
    return 'cancelled';
  }
  return 'lost';
};
