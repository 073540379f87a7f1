// A pause in words.
import type { EpochMs } from '../../shared/time.ts';
import { instant } from '../failed/show.ts';
import { showSpan } from '../inspect/holder.ts';
import type { Pause } from './state.ts';

export const functionsOf = (ids: readonly string[]): string =>
  [...new Set(ids.map((id) => id.split('<')[0] as string))].join(', ');

/** What is left of the retention. */
export const showLimit = ({ lostAt, lostWhere }: Pause, now: EpochMs): string => {
  if (lostAt === null) return 'nothing unread can be lost';
  return now < lostAt
    ? `nothing is lost before ${instant(lostAt)}, in ${showSpan(lostAt - now)} (${lostWhere})`
    : `since ${instant(lostAt)} records are being lost (${lostWhere}): resume, then millrace replay from the archive`;
};

/** One line. */
export const showPause = (pause: Pause, now: EpochMs): string => {
  const { act, since, off } = pause;
  const head = `${act === 'paused' || act === 'drained' ? act : `${act}, not ended`} since ${instant(since)} (${showSpan(now - since)})`;
  const held = pause.whole ? 'all functions held, but for archive and tick' : `${functionsOf(off)} held`;
  const whom = pause.drained ? 'the endpoint is closed, all functions are held' : held;
  return `${head}: ${whom}${act === 'paused' || act === 'drained' ? `; ${showLimit(pause, now)}` : ''}`;
};
