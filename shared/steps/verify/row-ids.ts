// What the id of a stored row says of it: whose it is, and whether it is one of those that are judged.
import { arrivalOfPlace } from '../../fold/place.ts';
import type { StatefulQuery } from '../../query/plan.ts';
import type { EpochMs } from '../../time.ts';

export type Said = {
  /** `foreign`: no query of this pipeline named it so. `other`: another query's, or of a time that is not judged. */
  readonly kind: 'judged' | 'other' | 'foreign';
  readonly window: readonly [start: EpochMs, end: EpochMs] | null;
};

/** What was judged, in the terms of each kind of query. */
export type JudgedTime = {
  window(start: EpochMs, end: EpochMs): boolean;
  /** Rows that arrived in it were all read, and their times are settled. */
  arrival(at: EpochMs): boolean;
  /** Whether all rows that there ever were have been read. */
  readonly all: boolean;
  readonly settled: EpochMs;
};

const NAMED = /^[^|]+-[0-9a-f]{8}\|/;
const FOREIGN: Said = { kind: 'foreign', window: null };
const OTHER: Said = { kind: 'other', window: null };

export const saidBy = (id: unknown, q: StatefulQuery, judged: JudgedTime): Said => {
  const text = typeof id === 'string' ? id : '';
  if (!NAMED.test(text)) return FOREIGN;
  const at = text.indexOf('|');
  if (text.slice(0, at) !== q.id) return OTHER;
  const rest = text.slice(at + 1);
  const as = (isJudged: boolean, window: Said['window'] = null): Said => ({
    kind: isJudged ? 'judged' : 'other',
    window,
  });
  switch (q.kind) {
    case 'window':
    case 'composed': {
      const [, start, end] = /^(-?\d+)\|(-?\d+)\|/.exec(rest) ?? [];
      if (start === undefined) return FOREIGN;
      const window = [Number(start), Number(end)] as const;
      return as(judged.window(...window), window);
    }
    case 'interval':
      return as(rest.split('|').every((place) => judged.arrival(arrivalOfPlace(place))));
    case 'running': {
      const start = q.emit === 'first' ? Number(/\|(-?\d+)$/.exec(rest)?.[1] ?? Number.NaN) : judged.settled;
      return as(judged.all && start <= judged.settled);
    }
    default:
      return q satisfies never;
  }
};
