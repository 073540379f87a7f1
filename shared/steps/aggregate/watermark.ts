// A query's watermark from a lane's clock, and when a step of the clock is worth a wake-up.
import type { StatefulQuery } from '../../query/plan.ts';
import type { EpochMs, Ms } from '../../time.ts';

const hasSessions = (q: StatefulQuery): boolean => q.kind === 'window' && q.window.kind === 'session';

/** Rows at w itself are told, so none of that time may come any more; a row at clock - delay is in time, as in Flink. */
const tellsAtOnce = (q: StatefulQuery): boolean =>
  q.kind === 'interval' || (q.kind === 'running' && q.emit === 'first');

/**
 * One ms less for sessions: then no session that closed can touch a row that is on time (protocol, section 2). One ms less, too, for
 * interval joins and first rows.
 */
export const watermarkOf = (q: StatefulQuery, clock: EpochMs): EpochMs =>
  clock - q.delay - (hasSessions(q) || tellsAtOnce(q) ? 1 : 0);

/** Sessions may close at any instant; a wake-up for each second of the clock is enough. */
const ANY_INSTANT: Ms = 1_000;

/** Rows may be due each time that the watermark goes over a multiple of it. */
const stepOf = (q: StatefulQuery): Ms => {
  if (q.kind === 'interval' || q.kind === 'running') return ANY_INSTANT;
  switch (q.window.kind) {
    case 'tumble':
      return q.window.size;
    case 'hop':
      return q.window.slide;
    case 'cumulate':
      return q.window.step;
    case 'session':
      return ANY_INSTANT;
    default:
      return q.window satisfies never;
  }
};

/** Whether rows of the query may be due when the clock of a lane goes from one instant to another. */
export const mayClose = (q: StatefulQuery, from: EpochMs, to: EpochMs): boolean => {
  // Its rows wait for no watermark.
  if (q.kind === 'running' && q.emit === 'updates') return false;
  const step = stepOf(q);
  const passed = (clock: EpochMs) => Math.floor((watermarkOf(q, clock) + 1) / step);
  return passed(to) > passed(from);
};

/** Whether new rows are worth a decision before the watermark moves: they are shown while their window or key is open. */
export const showsAtOnce = (q: StatefulQuery): boolean =>
  q.kind === 'running' ? q.emit === 'updates' : q.kind !== 'interval' && q.early !== undefined;

/**
 * How far behind its own watermark a query's rows may lie, so that its marks stay behind them: a pair of an interval join is sent by the
 * later of its two times and may carry the earlier one.
 */
export const rowsBehind = (q: StatefulQuery): Ms => (q.kind === 'interval' ? Math.max(0, -q.low, q.high) : 0);
