// A query's watermark from a lane's clock, and when a step of the clock is worth a wake-up.
import type { WindowQuery } from '../../query/plan.ts';
import type { EpochMs, Ms } from '../../time.ts';

/** One ms less for sessions: then no session that closed can touch a row that is on time (protocol, section 2). */
export const watermarkOf = (q: WindowQuery, clock: EpochMs): EpochMs =>
  clock - q.delay - (q.window.kind === 'session' ? 1 : 0);

/** Sessions may close at any instant; a wake-up for each second of the clock is enough. */
const SESSION_STEP: Ms = 1_000;

const stepOf = (q: WindowQuery): Ms => {
  switch (q.window.kind) {
    case 'tumble':
      return q.window.size;
    case 'hop':
      return q.window.slide;
    case 'cumulate':
      return q.window.step;
    case 'session':
      return SESSION_STEP;
    default:
      return q.window satisfies never;
  }
};

/** Whether a window of the query may close when the clock of a lane goes from one instant to another. */
export const mayClose = (q: WindowQuery, from: EpochMs, to: EpochMs): boolean => {
  const step = stepOf(q);
  const passed = (clock: EpochMs) => Math.floor((watermarkOf(q, clock) + 1) / step);
  return passed(to) > passed(from);
};
