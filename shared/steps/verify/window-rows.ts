// The rows of a window query, straight from what it read: every window by itself, every aggregate over the list of its rows. It shares no code with
// `aggregate` and `refine`: no slices, no partials, no merging. Expressions are evaluated by the evaluator of SQL, as everywhere.
import { encodeKey } from '../../fold/value-code.ts';
import { evaluator, predicate, type UserFunctions } from '../../query/evaluate.ts';
import type { Aggregate, WindowQuery, WindowSpec } from '../../query/plan.ts';
import type { Value } from '../../query/types.ts';
import { keyOf } from '../../query/values.ts';
import type { EpochMs } from '../../time.ts';
import { aggregateOf } from './plain-aggregate.ts';

/** A row that a query read. */
export type InRow = {
  readonly values: readonly Value[];
  /** Event time. */
  readonly time: EpochMs;
  /**
   * Clock of its raw shard before it. Where reading began in the middle of the shard it may have been greater, up to `clockAtMost`.
   * Rows of other queries have none: those come behind their marks.
   */
  readonly clock: EpochMs;
  readonly clockAtMost: EpochMs;
  /** False: made of rows that may not be whole. */
  readonly sure: boolean;
  /** Of queries with several inputs, which one; of those that keep rows, its place in the order of arrival. */
  readonly side?: number;
  readonly place?: string;
};

/** A result, kept by HAVING or not. */
export type OutRow = {
  /** Behind the query's id in the row's id. */
  readonly id: string;
  /** Its event time, unless a column of the destination says it. */
  readonly time: EpochMs;
  /** Of its window; of other rows the span of time that they are judged by. */
  readonly start: EpochMs;
  readonly end: EpochMs;
  /** Texts of the key columns, and their values. */
  readonly key: string;
  readonly keys: readonly Value[];
  readonly kept: boolean;
  /** The destination's columns. */
  readonly values: readonly Value[];
  /** Rows that it counts. */
  readonly rows: readonly InRow[];
  /** False: what was read before `from` could make another row of it. */
  readonly sure: boolean;
};

type Span = { readonly start: EpochMs; readonly end: EpochMs };
type Keyed = InRow & { readonly key: string; readonly keys: readonly Value[] };

/** All windows of a fixed grid that hold an instant. */
export const spansAt = (query: { readonly window: WindowSpec }, t: EpochMs): readonly Span[] => {
  const { window } = query;
  const out: Span[] = [];
  switch (window.kind) {
    case 'tumble': {
      const start = t - (((t % window.size) + window.size) % window.size);
      return [{ start, end: start + window.size }];
    }
    case 'hop': {
      let start = t - (((t % window.slide) + window.slide) % window.slide);
      for (; start + window.size > t; start -= window.slide) out.push({ start, end: start + window.size });
      return out;
    }
    case 'cumulate': {
      const start = t - (((t % window.size) + window.size) % window.size);
      for (let end = start + window.step; end <= start + window.size; end += window.step)
        if (end > t) out.push({ start, end });
      return out;
    }
    case 'session':
      throw new Error('sessions have no grid');
    default:
      return window satisfies never;
  }
};

/** Whether a row came too late for a window, by a clock. */
const isLate = (q: WindowQuery, { start, end }: Span, clock: EpochMs): boolean =>
  q.window.kind === 'session' ? start <= clock - q.delay : end - 1 + q.lateness <= clock - q.delay;

const grouped = <T>(all: readonly T[], nameOf: (t: T) => string): Map<string, T[]> => Map.groupBy(all, nameOf);

const sessionsOf = (
  q: WindowQuery,
  rows: readonly Keyed[],
): readonly (Span & { readonly rows: readonly Keyed[] })[] => {
  if (q.window.kind !== 'session') return [];
  const { gap } = q.window;
  const out: { start: EpochMs; end: EpochMs; rows: Keyed[] }[] = [];
  for (const all of grouped(rows, (r) => r.key).values()) {
    let last: (typeof out)[number] | undefined;
    for (const r of [...all].sort((a, b) => a.time - b.time)) {
      if (last !== undefined && r.time <= last.end) {
        last.end = r.time + gap;
        last.rows.push(r);
      } else {
        last = { start: r.time, end: r.time + gap, rows: [r] };
        out.push(last);
      }
    }
  }
  return out;
};

/** The part of a row's id behind the query's. */
export const windowId = (q: WindowQuery, start: EpochMs, end: EpochMs, keys: readonly Value[]): string =>
  `${start}|${end}|${encodeKey(
    q.keys.map((k) => k.type),
    keys,
  )}`;

/** @returns rows of all windows and keys, by window */
export const windowRows = (q: WindowQuery, read: readonly InRow[], functions?: UserFunctions): readonly OutRow[] => {
  const keys = q.keys.map((k) => evaluator(k, functions));
  const args = q.aggregates.map((a) => ({
    filter: predicate(a.filter, functions),
    arg: a.arg === null ? () => true : evaluator(a.arg, functions),
  }));
  const having = predicate(q.having, functions);
  const select = q.select.map((s) => evaluator(s, functions));
  const resultOf = (i: number, a: Aggregate, rows: readonly InRow[]): Value => {
    const { filter, arg } = args[i] as (typeof args)[number];
    return aggregateOf(
      a,
      rows.filter((r) => filter(r.values)).map((r) => arg(r.values)),
    );
  };
  const outOf = (span: Span, rows: readonly Keyed[], sure: boolean): OutRow | null => {
    const [first] = rows as [Keyed];
    const row = [
      ...first.keys,
      ...[span.start, span.end, span.end - 1],
      ...q.aggregates.map((a, i) => resultOf(i, a, rows)),
    ];
    const { start, end } = span;
    const id = windowId(q, start, end, first.keys);
    const base = {
      id,
      time: end - 1,
      start,
      end,
      key: first.key,
      keys: first.keys,
      rows,
      sure: sure && rows.every((r) => r.sure),
    };
    try {
      // Of a row that HAVING leaves out only the key is needed.
      if (having(row)) return { ...base, kept: true, values: select.map((s) => s(row)) };
    } catch {
      return null; // it is listed among the rejected
    }
    const given = select.map((s) => {
      try {
        return s(row);
      } catch {
        return null;
      }
    });
    return { ...base, kept: false, values: given };
  };

  const all: Keyed[] = [];
  for (const r of read)
    try {
      const values = keys.map((k) => k(r.values));
      for (const { filter, arg } of args) if (filter(r.values)) arg(r.values);
      all.push({ ...r, keys: values, key: keyOf(values) });
    } catch {
      // The event is rejected for this query: it counts nowhere.
    }

  const out: (OutRow | null)[] = [];
  if (q.window.kind === 'session') {
    const inTime = all.filter((r) => !isLate(q, { start: r.time, end: r.time }, r.clock));
    // Late by the clock that may have been: it would belong to no session.
    const doubtful = new Set(inTime.filter((r) => isLate(q, { start: r.time, end: r.time }, r.clockAtMost)));
    for (const { rows, ...span } of sessionsOf(q, inTime))
      out.push(outOf(span, rows, !rows.some((r) => doubtful.has(r))));
  } else {
    const members = all.flatMap((r) => spansAt(q, r.time).map((span) => ({ r, span })));
    for (const group of grouped(members, ({ r, span }) => `${span.start} ${span.end} ${r.key}`).values()) {
      const { span } = group[0] as (typeof group)[number];
      const inTime = group.filter(({ r }) => !isLate(q, span, r.clock));
      if (inTime.length === 0) continue;
      const doubtful = inTime.some(({ r }) => isLate(q, span, r.clockAtMost));
      out.push(
        outOf(
          span,
          inTime.map(({ r }) => r),
          !doubtful,
        ),
      );
    }
  }
  return out.filter((r) => r !== null).sort((a, b) => a.end - b.end || a.start - b.start || (a.key < b.key ? -1 : 1));
};
