// The valves of the pipeline that `millrace start` runs on this machine, from beside it (host.ts is its other end).
import type { Clock, Table } from '../../shared/ports.ts';
import { seconds } from '../../shared/time.ts';
import { NOTHING_WANTED, SO, type So, WANTED, type Wanted } from './host.ts';
import { PauseError, type Valves } from './valves.ts';

/** It looks once a second. */
const PATIENCE = seconds(20);
const LOOK = 100;

export const hereValves = (ledger: Table, clock: Clock, wait: (ms: number) => Promise<void>): Valves => {
  const change = async (to: (before: Wanted) => Wanted): Promise<number> => {
    const item = await ledger.get(WANTED);
    const before = item === undefined ? NOTHING_WANTED : (JSON.parse(item.what as string) as Wanted);
    const ask = Number(item?.ask ?? 0) + 1;
    await ledger.put({ ...WANTED, ask, what: JSON.stringify(to(before)) });
    return ask;
  };
  const answer = async (ask: number): Promise<So> => {
    const until = clock.now() + PATIENCE;
    for (;;) {
      const item = await ledger.get(SO);
      if (item !== undefined && Number(item.ask) >= ask) return JSON.parse(item.what as string) as So;
      if (clock.now() > until)
        throw new PauseError('the pipeline on this machine does not answer; is it one of an older version?');
      await wait(LOOK);
    }
  };
  const asked = async (to: (before: Wanted) => Wanted = (w) => w): Promise<So> => answer(await change(to));
  return {
    callers: async () => (await asked()).callers,
    async set(ids, on) {
      await asked((w) => ({
        ...w,
        off: [...new Set([...w.off.filter((id) => !ids.includes(id)), ...(on ? [] : ids)])],
      }));
    },
    intake: async () => (await asked()).intake,
    async setIntake(to) {
      await asked((w) => ({ ...w, intake: to }));
    },
  };
};
