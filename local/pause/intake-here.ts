// The endpoint of the pipeline on this machine: the function `ingest` as it is deployed, or, closed, the same with INTAKE=closed.
import type { FunctionPool } from '../sandbox/pool.ts';
import type { Intake } from './player-valves.ts';

export type IntakeHere = Intake & Pick<FunctionPool, 'invoke'>;

export const intakeHere = (open: Pick<FunctionPool, 'invoke'>, closed: Pick<FunctionPool, 'invoke'>): IntakeHere => {
  let state: 'open' | 'closed' = 'open';
  const running = new Set<Promise<unknown>>();
  return {
    state: () => state,
    async set(to) {
      state = to;
      // Who was let in is waited for: what it answers must be true.
      await Promise.all(running);
    },
    async invoke(event, options) {
      if (state === 'closed') return closed.invoke(event, options);
      const call = open.invoke(event, options);
      running.add(call);
      try {
        return await call;
      } finally {
        running.delete(call);
      }
    },
  };
};
