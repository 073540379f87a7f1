// The slice of each row, once for all queries with the same windows, delay and lateness.
import type { EpochMs } from '../../../time.ts';
import { type Slicing, sliceOf, slicing as slicingOf } from '../../../window/window.ts';
import { type Part, placeIn } from '../../operators/open-slices.ts';
import type { SlicedQuery } from '../../operators/window.ts';
import { watermarkOf } from '../watermark.ts';
import type { Rows } from './rows.ts';

export type LateRow = { readonly row: number; readonly window: readonly [start: EpochMs, end: EpochMs] | null };
/** In place of a place. */
export const LATE = -1;

/** Queries that put every row into the same slice. */
export const slicesIdOf = (q: SlicedQuery): string => JSON.stringify([q.window, q.delay, q.lateness]);

export class RowSlices {
  /** By row that was wanted: the number of a part, or LATE. */
  at = new Int32Array(1024);
  parts: Part[] = [];
  readonly late = new Map<number, LateRow>();
  readonly #query: SlicedQuery;
  readonly #slicing: Slicing;

  /** @param query any of those that share it */
  constructor(query: SlicedQuery) {
    this.#query = query;
    this.#slicing = slicingOf(query.window);
  }

  /** @param some the first n are the rows that are wanted */
  begin(rows: Rows, some: Int32Array, n: number): void {
    const { late } = this;
    const [query, slicing] = [this.#query, this.#slicing];
    const { length, times, clocks } = rows;
    if (length > this.at.length) this.at = new Int32Array(2 * length);
    late.clear();
    const parts: Part[] = [];
    const known = new Map<string, number>();
    let last = LATE;
    let slice = Number.NaN;
    let w = Number.NaN;
    for (let i = 0; i < n; i++) {
      const row = some[i] as number;
      const time = times[row] as number;
      const now = watermarkOf(query, clocks[row] as number);
      // Most rows follow the one before into the same slice, under the same watermark.
      if (last === LATE || now !== w || sliceOf(time, slicing) !== slice) {
        const place = placeIn(time, now, slicing, query.lateness);
        if ('late' in place) {
          late.set(row, { row, window: place.late });
          last = LATE;
        } else {
          const id = `${place.j} ${place.slice}`;
          last = known.get(id) ?? parts.length;
          if (last === parts.length) {
            parts.push(place);
            known.set(id, last);
          }
          slice = place.slice;
          w = now;
        }
      }
      this.at[row] = last;
    }
    this.parts = parts;
  }
}
