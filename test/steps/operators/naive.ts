// The meaning of a plan, over all of its rows at once: nested loops, nothing shared with the engine but the values of expressions.
import { evaluator } from '../../../shared/query/evaluate.ts';
import type {
  Aggregate,
  ComposedQuery,
  Expr,
  IntervalQuery,
  Keep,
  KeyedFold,
  Order,
  Rel,
  RunningQuery,
  WindowQuery,
  WindowSpec,
} from '../../../shared/query/plan.ts';
import type { Value } from '../../../shared/query/types.ts';
import type { Given } from './given-events.ts';

export type Row = readonly Value[];
type Span = { readonly start: number; readonly end: number };

const value = (e: Expr, row: Row): Value => evaluator(e)(row);
const holds = (e: Expr | null, row: Row): boolean => e === null || value(e, row) === true;
const valuesOf = (all: readonly Expr[], row: Row): Value[] => all.map((e) => value(e, row));

/** Text of values: equal for equal ones. */
export const text = (row: Row): string => JSON.stringify(row, (_, v) => (typeof v === 'bigint' ? Number(v) : v));

const less = (a: Value, b: Value): boolean => (a as number) < (b as number);
/** Integers and texts only, as these tests have them. */
const compare = (a: Value, b: Value, o: Order): number => {
  if (a === b) return 0;
  if (a === null || b === null) return (a === null) === o.nullsFirst ? -1 : 1;
  return less(a, b) !== o.descending ? -1 : 1;
};
export const ordered = (rows: readonly Row[], order: readonly Order[], latestFirst: boolean): readonly Row[] =>
  rows
    .map((row, at) => ({ row, at }))
    .sort((a, b) => {
      for (const o of order) {
        const found = compare(value(o.expr, a.row), value(o.expr, b.row), o);
        if (found !== 0) return found;
      }
      return latestFirst ? b.at - a.at : a.at - b.at;
    })
    .map(({ row }) => row);

const aggregate = (a: Aggregate, rows: readonly Row[]): Value => {
  const taken = rows.filter((r) => holds(a.filter, r));
  const { arg } = a;
  const all = arg === null ? taken.map(() => 1) : taken.map((r) => value(arg, r)).filter((v) => v !== null);
  const numbers = all.map(Number);
  if (a.fn === 'COUNT') return BigInt(all.length);
  if (all.length === 0) return null;
  const n =
    a.fn === 'SUM' ? numbers.reduce((x, y) => x + y, 0) : a.fn === 'MIN' ? Math.min(...numbers) : Math.max(...numbers);
  return a.type.kind === 'BIGINT' ? BigInt(n) : n;
};

/** Groups in the order of their keys' text. */
export const grouped = (
  rows: readonly Row[],
  keys: readonly Expr[],
): readonly { readonly key: Row; readonly rows: readonly Row[] }[] => {
  const texts = [...new Set(rows.map((r) => text(valuesOf(keys, r))))].sort();
  return texts.map((t) => {
    const mine = rows.filter((r) => text(valuesOf(keys, r)) === t);
    return { key: valuesOf(keys, mine[0] as Row), rows: mine };
  });
};

const places = ({ e }: Given): readonly (number | string | bigint)[] => [
  e.arrival,
  e.lane.split('/')[0] as string,
  BigInt(e.seq),
  e.index,
  e.child,
];
export const byArrival = (a: Given, b: Given): number => {
  const [x, y] = [places(a), places(b)];
  for (let i = 0; i < x.length; i++) if (x[i] !== y[i]) return (x[i] as number) < (y[i] as number) ? -1 : 1;
  return 0;
};

/** Slots of the inputs of these tests. */
export const rowOf = (g: Given): Row => [g.id, g.k, g.v, g.time];
export const rowsOf = (fold: Pick<KeyedFold, 'input' | 'where'>, given: readonly Given[]): readonly Row[] =>
  [...given]
    .sort(byArrival)
    .filter((g) => fold.input.types.includes(`${g.input}.v1`))
    .map(rowOf)
    .filter((r) => holds(fold.where, r));

export const spansOf = (w: Exclude<WindowSpec, { kind: 'session' }>, time: number): readonly Span[] => {
  const out: Span[] = [];
  const step = w.kind === 'tumble' ? w.size : w.kind === 'hop' ? w.slide : w.step;
  for (let end = (Math.floor(time / step) + 1) * step; end - w.size <= time; end += step) {
    const start = w.kind === 'cumulate' ? Math.floor((end - 1) / w.size) * w.size : end - w.size;
    if (start <= time && time < end) out.push({ start, end });
  }
  return out;
};

const kept = (keep: Keep, rows: readonly Row[]): readonly Row[] => {
  if (keep.kind === 'aggregates') return [keep.aggregates.map((a) => aggregate(a, rows))];
  const slots = rows.map((r) => valuesOf(keep.row, r));
  if (keep.best === null) return slots;
  return ordered(slots, keep.best.order, keep.best.latestFirst).slice(0, keep.best.limit);
};

/** Kept rows of all keys stand in the order of arrival; tests keep the id, slot 0, to find it by. */
const foldRows = (fold: KeyedFold, { start, end }: Span, given: readonly Given[]): readonly Row[] => {
  const rows = rowsOf(fold, given);
  const { keep } = fold;
  const id = keep.kind === 'rows' ? keep.row.findIndex((e) => e.kind === 'slot' && e.slot === 0) : -1;
  return grouped(rows, fold.keys)
    .flatMap(({ key, rows: mine }) =>
      kept(keep, mine).map((r) => {
        return { at: rows.findIndex((x) => x[0] === r[id]), row: [...key, start, end, end - 1, ...r] };
      }),
    )
    .sort((a, b) => a.at - b.at)
    .map(({ row }) => row);
};

export const related = (rel: Rel, folds: readonly (readonly Row[])[]): readonly Row[] => {
  switch (rel.kind) {
    case 'fold':
      return folds[rel.fold] as readonly Row[];
    case 'filter':
      return related(rel.of, folds).filter((r) => holds(rel.where, r));
    case 'project':
      return related(rel.of, folds).map((r) => valuesOf(rel.select, r));
    case 'group':
      return grouped(related(rel.of, folds), rel.keys).map(({ key, rows }) => [
        ...key,
        ...rel.aggregates.map((a) => aggregate(a, rows)),
      ]);
    case 'rank':
      return grouped(related(rel.of, folds), rel.partition).flatMap(({ rows }) =>
        ordered(rows, rel.order, rel.latestFirst)
          .map((r, i) => [...r, BigInt(i + 1)])
          .slice(rel.from - 1, rel.to),
      );
    case 'union':
      return rel.of.flatMap((r) => related(r, folds));
    case 'join': {
      const [left, right] = [related(rel.left, folds), related(rel.right, folds)];
      const meets = (l: Row, r: Row): boolean => {
        const [x, y] = [valuesOf(rel.leftKeys, l), valuesOf(rel.rightKeys, r)];
        return x.every((v, i) => v !== null && v === y[i]) && holds(rel.on, [...l, ...r]);
      };
      const none = (i: 0 | 1): Row => Array.from({ length: rel.widths[i] }, () => null);
      const met = left.map((l) => ({ l, rights: right.filter((r) => meets(l, r)) }));
      if (rel.type === 'semi') return met.filter(({ rights }) => rights.length > 0).map(({ l }) => l);
      if (rel.type === 'anti') return met.filter(({ rights }) => rights.length === 0).map(({ l }) => l);
      const keepsLeft = rel.type === 'left' || rel.type === 'full';
      const keepsRight = rel.type === 'right' || rel.type === 'full';
      return [
        ...met.flatMap(({ l, rights }) => {
          if (rights.length === 0 && keepsLeft) return [[...l, ...none(1)]];
          return rights.map((r) => [...l, ...r]);
        }),
        ...right.filter((r) => keepsRight && !left.some((l) => meets(l, r))).map((r) => [...none(0), ...r]),
      ];
    }
    default:
      return rel satisfies never;
  }
};

export type Meant = { readonly rows: readonly (Span & { readonly values: Row })[]; readonly late: readonly string[] };

/** A window holds the events whose raw shard had not reached its last instant; an event that is in time for none is late. */
export const composed = (q: ComposedQuery, given: readonly Given[]): Meant => {
  const windows = new Map<string, Span & { readonly given: Given[] }>();
  const late: string[] = [];
  for (const g of given) {
    if (!q.folds.some((f) => rowsOf(f, [g]).length > 0)) continue;
    const open = spansOf(q.window, g.time).filter(({ end }) => end - 1 > g.clock - q.delay);
    if (open.length === 0) late.push(g.id);
    for (const span of open) {
      const held = windows.get(text([span.start, span.end])) ?? { ...span, given: [] };
      windows.set(text([span.start, span.end]), held);
      held.given.push(g);
    }
  }
  const rows = [...windows.values()].flatMap(({ given: mine, ...span }) =>
    related(
      q.rel,
      q.folds.map((f) => foldRows(f, span, mine)),
    ).map((values) => ({ ...span, values })),
  );
  return { rows, late: late.sort() };
};

type KeySession = { readonly key: Row; readonly start: number; end: number; readonly given: Given[] };

/** Rows of a key that follow one another within ttl, the oldest first; keys in the order of their text. */
const sessionsOf = (q: RunningQuery, given: readonly Given[]): readonly KeySession[] =>
  grouped(rowsOf(q.fold, given), q.fold.keys).flatMap(({ key, rows }) => {
    const out: KeySession[] = [];
    const mine = given.filter((g) => rows.some((r) => r[0] === g.id)).sort((a, b) => a.time - b.time);
    for (const g of mine) {
      const last = out.at(-1);
      if (last !== undefined && g.time <= last.end) {
        last.given.push(g);
        last.end = g.time + q.ttl;
      } else out.push({ key, start: g.time, end: g.time + q.ttl, given: [g] });
    }
    return out;
  });

export type RunningMeant = {
  /** Of each session, in order: key, then its rows as (rank, values); what HAVING leaves out is not there. */
  readonly sessions: readonly { readonly key: string; readonly rows: readonly Row[] }[];
  readonly late: readonly string[];
};

export const running = (q: RunningQuery, given: readonly Given[]): RunningMeant => {
  const read = given.filter((g) => rowsOf(q.fold, [g]).length > 0);
  const isLate = (g: Given): boolean => {
    const w = g.clock - q.delay;
    return q.emit === 'first' ? g.time < w : g.time + q.ttl <= w;
  };
  const sessions = sessionsOf(
    q,
    read.filter((g) => !isLate(g)),
  ).map(({ key, given: mine }) => {
    const found = kept(q.fold.keep, rowsOf(q.fold, mine));
    const ranked = q.fold.keep.kind === 'aggregates' ? found : found.map((r, i) => [BigInt(i + 1), ...r]);
    const rows = ranked.map((r) => [...key, ...r]).filter((r) => holds(q.having, r));
    return { key: text(key), rows: rows.map((r) => valuesOf(q.select, r)) };
  });
  return {
    sessions,
    late: read
      .filter(isLate)
      .map((g) => g.id)
      .sort(),
  };
};

export type Paired = { readonly ids: string; readonly at: number; readonly values: Row };

/** Every left row with every right row. */
export const interval = (
  q: IntervalQuery,
  given: readonly Given[],
): { readonly pairs: readonly Paired[]; readonly late: readonly string[] } => {
  const keyOf = (side: IntervalQuery['left'], g: Given): Row | null => {
    const [row] = rowsOf(side, [g]);
    const key = row === undefined ? [null] : valuesOf(side.keys, row);
    return key.includes(null) ? null : key;
  };
  const read = given.filter((g) => keyOf(q.left, g) !== null || keyOf(q.right, g) !== null);
  const inTime = read.filter((g) => g.time >= g.clock - q.delay);
  const pairs = inTime.flatMap((l) =>
    inTime.flatMap((r): readonly Paired[] => {
      const [x, y] = [keyOf(q.left, l), keyOf(q.right, r)];
      if (x === null || y === null || text(x) !== text(y)) return [];
      if (l.time - r.time < q.low || l.time - r.time > q.high) return [];
      const row = [...valuesOf(q.left.row, rowOf(l)), ...valuesOf(q.right.row, rowOf(r))];
      if (!holds(q.on, row)) return [];
      return [{ ids: `${l.id} ${r.id}`, at: Math.max(l.time, r.time), values: valuesOf(q.select, row) }];
    }),
  );
  return {
    pairs,
    late: read
      .filter((g) => !inTime.includes(g))
      .map((g) => g.id)
      .sort(),
  };
};

/** GROUP BY in windows of any kind: key, window_start, window_end, window_time, aggregates. */
export const windowed = (q: WindowQuery, given: readonly Given[]): readonly Row[] => {
  const read = given.filter((g) => rowsOf(q, [g]).length > 0);
  const spans: readonly (Span & { readonly given: readonly Given[] })[] =
    q.window.kind === 'session'
      ? joined(q, read, q.window.gap)
      : [
          ...new Set(
            read.flatMap((g) =>
              spansOf(q.window as ComposedQuery['window'], g.time).map((s) => text([s.start, s.end])),
            ),
          ),
        ].map((t) => {
          const [start = 0, end = 0] = JSON.parse(t) as readonly number[];
          const mine = read.filter((g) => start <= g.time && g.time < end && end - 1 + q.lateness > g.clock - q.delay);
          return { start, end, given: mine };
        });
  return spans.flatMap(({ start, end, given: mine }) =>
    grouped(rowsOf(q, mine), q.keys)
      .map(({ key, rows }) => [...key, start, end, end - 1, ...q.aggregates.map((a) => aggregate(a, rows))])
      .filter((r) => holds(q.having, r))
      .map((r) => valuesOf(q.select, r)),
  );
};

/** Sessions of each key of the rows that are in time. */
const joined = (
  q: WindowQuery,
  given: readonly Given[],
  gap: number,
): readonly (Span & { readonly given: readonly Given[] })[] => {
  const fold = { ...q, keep: { kind: 'aggregates', aggregates: q.aggregates } } as unknown as KeyedFold;
  const asRunning = { fold, ttl: gap } as unknown as RunningQuery;
  return sessionsOf(
    asRunning,
    given.filter((g) => g.time > g.clock - q.delay),
  );
};
