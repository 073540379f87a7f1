// Which of two changes of a row is the newer one, as text: of all that is known of a row, the change with the greatest text stands.
import type { StampedEvent } from '../../lanes/inner.ts';
import { position } from '../../lanes/position.ts';
import type { EpochMs } from '../../time.ts';

/** Behind all changes from before the log began anew for the n-th time, and before all others. */
export const beginningOf = (n: number): string => `${String(n).padStart(2, '0')}:`;

/** By how often the source's log had begun anew at the time of the change. A source hardly does so a hundred times. */
const generation = (time: EpochMs, restarts: readonly EpochMs[]): string =>
  beginningOf(restarts.filter((at) => at <= time).length);

/**
 * In this order: the generation of the log; the place in it; a row that was only read there before a change of that place, which the
 * reader of the row did not see; last the order of arrival on `raw`, for sources whose places tie. A record that is delivered again
 * has the same text; one that the source sends again has the same place, so it writes what stands there already.
 * `!` is less than all that places are made of, so a place comes before one that goes on.
 */
export const versionOf = (
  change: { readonly position: string; readonly op: string; readonly time: EpochMs },
  e: Pick<StampedEvent, 'seq' | 'index' | 'child'>,
  restarts: readonly EpochMs[],
): string => {
  const rank = change.op === 'snapshot' ? '0' : '1';
  return `${generation(change.time, restarts)}${change.position}!${rank}!${position(e.seq, e.index, e.child)}`;
};
