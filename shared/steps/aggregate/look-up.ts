// What the look-ups of a batch need is asked for before the fold, which waits for nothing.
import type { Inner, StampedEvent } from '../../lanes/inner.ts';
import type { Lane } from '../../lanes/position.ts';
import { sidesOf } from '../../query/sides.ts';
import { isBeyond, type LaneMark, NEW_LANE } from '../ledger/lane-marks.ts';
import type { Folder } from './folder.ts';
import { type EventReader, type ReadEvent, readWhole } from './read-event.ts';

const looksUp = ({ operator }: Folder): boolean => sidesOf(operator.query).some((s) => (s.lookups ?? []).length > 0);

/**
 * Reads the events that queries with look-ups take and asks for their answers, as the operators will need them.
 * @returns the events that were read; undefined when no query looks anything up
 * @throws  Fault table.* when the reference table does not answer
 */
export const lookUp = async (
  folders: readonly Folder[],
  lanes: ReadonlyMap<Lane, LaneMark>,
  items: readonly Inner[],
  reader: EventReader = readWhole,
): Promise<ReadonlyMap<StampedEvent, ReadEvent> | undefined> => {
  const asking = folders.filter(looksUp);
  if (asking.length === 0) return undefined;
  const read = new Map<StampedEvent, ReadEvent>();
  for (const e of items) {
    if (e.kind !== 'event' || !asking.some((f) => f.reads(e.lane))) continue;
    if (isBeyond(lanes.get(e.lane) ?? NEW_LANE, e.seq, e.index, e.child)) read.set(e, reader(e));
  }
  for (const { operator, reads, takes } of asking) {
    const mine = [...read].filter(([e, { event }]) => reads(e.lane) && takes(event)).map(([, r]) => r);
    await operator.prepare(mine);
  }
  return read;
};
