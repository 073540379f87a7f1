// What one invocation of a hop counted, for its metrics. Not the books: those are counted from ledgers and stores.
import type { Told } from '../metrics/told.ts';
import type { EpochMs } from '../time.ts';
import type { Doors } from './books/raw-page.ts';

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

  doors(): Doors {
    const { in: taken, filtered, rejected, duplicate } = this;
    return { in: taken, passed: taken - filtered - rejected - duplicate, rejected, duplicate };
  }

  doorsSince(was: Doors): Doors {
    const now = this.doors();
    return {
      in: now.in - was.in,
      passed: now.passed - was.passed,
      rejected: now.rejected - was.rejected,
      duplicate: now.duplicate - was.duplicate,
    };
  }

  /** Without events there is no delay to tell: an idle pipeline shall not pay for the metric, and `refine` tells it anyway. */
  told(now: EpochMs): Told {
    const { filtered, clock } = this;
    const { in: taken, passed, rejected, duplicate } = this.doors();
    return {
      measures: {
        EventsIn: taken,
        EventsPassed: passed,
        EventsFiltered: filtered,
        EventsRejected: rejected,
        EventsDuplicate: duplicate,
        ...(taken > 0 && clock !== undefined && { WatermarkDelay: Math.max(0, now - clock) }),
      },
    };
  }
}
