// Random relations over one-minute windows: each as SQL, and as what it means, computed in plain loops. All have the columns k and v.
import fc from 'fast-check';
import { window } from './printed.ts';

export type Row = { readonly k: string | null; readonly v: number | null; readonly minute: number };
/** Rows of the source tables: `orders` have k and v, of `clicks` v is the length of the page. */
export type Given = { readonly orders: readonly Row[]; readonly clicks: readonly Row[] };
export type Relation = { readonly sql: string; readonly rows: (given: Given) => readonly Row[] };

const BOUNDS = 'window_start, window_end';
const VALUE = { orders: 'CAST(n AS BIGINT)', clicks: 'CAST(CHAR_LENGTH(page) AS BIGINT)' };

const sum = (values: readonly (number | null)[]): number | null => {
  const known = values.filter((v) => v !== null);
  return known.length === 0 ? null : known.reduce((a, b) => a + b, 0);
};
const most = (values: readonly (number | null)[]): number | null => {
  const known = values.filter((v) => v !== null);
  return known.length === 0 ? null : Math.max(...known);
};

/** Rows of each group, in the order of their first row. */
const grouped = (rows: readonly Row[], of: (row: Row) => unknown): readonly (readonly Row[])[] => [
  ...Map.groupBy(rows, (row) => JSON.stringify(of(row))).values(),
];
const first = (rows: readonly Row[]): Row => rows[0] ?? { k: null, v: null, minute: 0 };

const leaf = fc.constantFrom<Relation>(
  ...(['orders', 'clicks'] as const).flatMap((table): readonly Relation[] => [
    { sql: `SELECT store AS k, ${VALUE[table]} AS v, ${BOUNDS} FROM ${window(table)}`, rows: (given) => given[table] },
    {
      sql: `SELECT store AS k, COUNT(*) AS v, ${BOUNDS} FROM ${window(table)} GROUP BY store, ${BOUNDS}`,
      rows: (given) => grouped(given[table], (r) => [r.k, r.minute]).map((g) => ({ ...first(g), v: g.length })),
    },
    {
      sql: `SELECT 'all' AS k, SUM(${VALUE[table]}) AS v, ${BOUNDS} FROM ${window(table)} GROUP BY ${BOUNDS}`,
      rows: (given) =>
        grouped(given[table], (r) => r.minute).map((g) => ({ ...first(g), k: 'all', v: sum(g.map((r) => r.v)) })),
    },
  ]),
);

const meet = (a: Row, b: Row): boolean => a.minute === b.minute && a.k !== null && a.k === b.k;

const CONDITIONS: readonly (readonly [sql: string, keeps: (row: Row) => boolean])[] = [
  ["v > 1 OR k = 'all'", ({ k, v }) => (v !== null && v > 1) || k === 'all'],
  ['v IS NULL', ({ v }) => v === null],
  ["v IS NOT NULL AND k <> 'b'", ({ k, v }) => v !== null && k !== null && k !== 'b'],
];
const filtered = (r: Relation, [sql, keeps]: (typeof CONDITIONS)[number]): Relation => ({
  sql: `SELECT * FROM (${r.sql}) WHERE ${sql}`,
  rows: (given) => r.rows(given).filter(keeps),
});
const summed = (r: Relation): Relation => ({
  sql: `SELECT k, SUM(v) AS v, ${BOUNDS} FROM (${r.sql}) GROUP BY k, ${BOUNDS} HAVING COUNT(*) < 4`,
  rows: (given) =>
    grouped(r.rows(given), (x) => [x.k, x.minute])
      .filter((g) => g.length < 4)
      .map((g) => ({ ...first(g), v: sum(g.map((x) => x.v)) })),
});
const greatest = (r: Relation): Relation => ({
  sql: `SELECT 'max' AS k, MAX(v) AS v, ${BOUNDS} FROM (${r.sql}) GROUP BY ${BOUNDS}`,
  rows: (given) =>
    grouped(r.rows(given), (x) => x.minute).map((g) => ({ ...first(g), k: 'max', v: most(g.map((x) => x.v)) })),
});

const ranked = (r: Relation, perKey: boolean, from: number, to: number): Relation => ({
  sql: `SELECT k, v, ${BOUNDS} FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY ${BOUNDS}${perKey ? ', k' : ''} ORDER BY v DESC, k) AS rn
FROM (${r.sql})) WHERE rn BETWEEN ${from} AND ${to}`,
  rows: (given) =>
    grouped(r.rows(given), (x) => (perKey ? [x.minute, x.k] : x.minute)).flatMap((g) => {
      // NULL is the least value: last in DESC, first in ASC.
      const value = (x: Row): number => x.v ?? Number.NEGATIVE_INFINITY;
      const name = (x: Row): string => (x.k === null ? '' : `-${x.k}`);
      return [...g]
        .sort((a, b) => (value(a) === value(b) ? (name(a) < name(b) ? -1 : 1) : value(b) - value(a)))
        .slice(from - 1, to);
    }),
});

const ON = `a.k = b.k AND a.window_start = b.window_start AND a.window_end = b.window_end`;
const joined = (a: Relation, b: Relation, type: 'JOIN' | 'LEFT JOIN' | 'RIGHT JOIN', compared: boolean): Relation => {
  const own = type === 'RIGHT JOIN' ? 'b' : 'a';
  const fits = (x: Row, y: Row): boolean => meet(x, y) && (!compared || (x.v !== null && y.v !== null && x.v >= y.v));
  return {
    sql: `SELECT ${own}.k, ${own === 'a' ? 'b' : 'a'}.v, ${own}.window_start, ${own}.window_end
FROM (${a.sql}) AS a ${type} (${b.sql}) AS b ON ${ON}${compared ? ' AND a.v >= b.v' : ''}`,
    rows: (given) => {
      const [left, right] = [a.rows(given), b.rows(given)];
      const pairs = left.flatMap((x) => right.filter((y) => fits(x, y)).map((y) => ({ ...x, v: y.v })));
      if (type === 'JOIN') return pairs;
      if (type === 'LEFT JOIN')
        return [...pairs, ...left.filter((x) => !right.some((y) => fits(x, y))).map((x) => ({ ...x, v: null }))];
      return right.flatMap((y) => {
        const partners = left.filter((x) => fits(x, y));
        return partners.length > 0 ? partners.map((x) => ({ ...y, v: x.v })) : [{ ...y, v: null }];
      });
    },
  };
};

const half = (a: Relation, b: Relation, not: boolean): Relation => ({
  sql: `SELECT a.k, a.v, a.window_start, a.window_end FROM (${a.sql}) AS a
WHERE ${not ? 'NOT ' : ''}EXISTS (SELECT 1 FROM (${b.sql}) AS b WHERE ${ON})`,
  rows: (given) => a.rows(given).filter((x) => b.rows(given).some((y) => meet(x, y)) !== not),
});
const inside = (a: Relation, b: Relation, not: boolean): Relation => ({
  sql: `SELECT a.k, a.v, a.window_start, a.window_end FROM (${a.sql}) AS a
WHERE a.v ${not ? 'NOT ' : ''}IN (SELECT v FROM (${b.sql}) AS b WHERE a.window_start = b.window_start AND a.window_end = b.window_end)`,
  rows: (given) =>
    a.rows(given).filter((x) => {
      const list = b.rows(given).filter((y) => y.minute === x.minute);
      if (list.length === 0) return not;
      const unknown = x.v === null || list.some((y) => y.v === null);
      const found = x.v !== null && list.some((y) => y.v === x.v);
      return not ? !found && !unknown : found;
    }),
});
const both = (a: Relation, b: Relation): Relation => ({
  sql: `SELECT * FROM (${a.sql} UNION ALL ${b.sql})`,
  rows: (given) => [...a.rows(given), ...b.rows(given)],
});

export const relation: fc.Arbitrary<Relation> = fc.letrec<{ any: Relation }>((tie) => ({
  any: fc.oneof(
    { maxDepth: 4, depthIdentifier: 'relation' },
    leaf,
    fc.tuple(tie('any'), fc.constantFrom(...CONDITIONS)).map(([r, condition]) => filtered(r, condition)),
    tie('any').map(summed),
    tie('any').map(greatest),
    fc
      .tuple(tie('any'), fc.boolean(), fc.constantFrom([1, 1], [1, 2], [2, 3]))
      .map(([r, perKey, [from = 1, to = 1]]) => ranked(r, perKey, from, to)),
    fc
      .tuple(tie('any'), tie('any'), fc.constantFrom('JOIN', 'LEFT JOIN', 'RIGHT JOIN'), fc.boolean())
      .map(([a, b, type, compared]) => joined(a, b, type, compared)),
    fc.tuple(tie('any'), tie('any'), fc.boolean()).map(([a, b, not]) => half(a, b, not)),
    fc.tuple(tie('any'), tie('any'), fc.boolean()).map(([a, b, not]) => inside(a, b, not)),
    fc.tuple(tie('any'), tie('any')).map(([a, b]) => both(a, b)),
  ),
})).any;

const row = fc.record({
  k: fc.constantFrom('a', 'b', 'c', null),
  v: fc.constantFrom(1, 2, 3, null),
  minute: fc.integer({ min: 0, max: 2 }),
});
const inTime = (rows: readonly Row[]): readonly Row[] => [...rows].sort((a, b) => a.minute - b.minute);
export const given: fc.Arbitrary<Given> = fc.record({
  orders: fc.array(row, { maxLength: 8 }).map(inTime),
  clicks: fc.array(row, { maxLength: 8 }).map(inTime),
});
