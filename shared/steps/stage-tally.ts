// What one invocation of a hop counted, for its metrics. Not the books: those are counted from ledgers and stores.
import type { Told } from '../metrics/told.ts';
import type { EpochMs } from '../time.ts';

export class StageTally {
  in = 0;
  filtered = 0;
  rejected = 0;
  duplicate = 0;
  /** How far event time has come, by the last mark. */
  clock: EpochMs | undefined;

  add(taken: number, filtered: number, rejected: number): void {
    this.in += taken;
    this.filtered += filtered;
    this.rejected += rejected;
  }

  /** Without events there is no delay to tell: an idle pipeline shall not pay for the metric, and `refine` tells it anyway. */
  told(now: EpochMs): Told {
    const { in: taken, filtered, rejected, duplicate, clock } = this;
    return {
      measures: {
        EventsIn: taken,
        EventsPassed: taken - filtered - rejected - duplicate,
        EventsFiltered: filtered,
        EventsRejected: rejected,
        EventsDuplicate: duplicate,
        ...(taken > 0 && clock !== undefined && { WatermarkDelay: Math.max(0, now - clock) }),
      },
    };
  }
}
