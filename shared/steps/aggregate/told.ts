// What a batch that was folded tells for metrics.
import type { Told } from '../../metrics/told.ts';
import { type EpochMs, START_OF_TIME } from '../../time.ts';
import type { LaneMark } from '../ledger/lane-marks.ts';
import type { Folded } from './fold-batch.ts';

/** The least clock of the lanes that have shown one and have not ended; undefined when there is none. */
export const leastClock = (lanes: Iterable<LaneMark>): EpochMs | undefined => {
  let least = Number.POSITIVE_INFINITY;
  for (const { clock, endedAt } of lanes) if (endedAt === 0 && clock > START_OF_TIME && clock < least) least = clock;
  return least === Number.POSITIVE_INFINITY ? undefined : least;
};

/** Sums over the queries; those with late or failed events are named in the line. */
export const toldOf = ({ counts, lanes }: Pick<Folded, 'counts' | 'lanes'>, now: EpochMs): Told => {
  const sum = [0, 0, 0, 0, 0];
  const named: Record<string, { late: number; rejected: number }> = {};
  for (const [query, doors] of Object.entries(counts)) {
    doors.forEach((n, i) => {
      sum[i] = (sum[i] ?? 0) + n;
    });
    if (doors[3] + doors[4] > 0) named[query] = { late: doors[3], rejected: doors[4] };
  }
  const [taken = 0, passed = 0, filtered = 0, late = 0, rejected = 0] = sum;
  const clock = taken > 0 ? leastClock(lanes.values()) : undefined;
  return {
    measures: {
      EventsIn: taken,
      EventsPassed: passed,
      EventsFiltered: filtered,
      EventsLate: late,
      EventsRejected: rejected,
      ...(clock !== undefined && { WatermarkDelay: Math.max(0, now - clock) }),
    },
    ...(Object.keys(named).length > 0 && { fields: { queries: named } }),
  };
};
