// Random queries of every kind, each with the types of its columns and what its destination must be.
import type { Rng } from '../../../local/generate/rng.ts';
import { COLUMNS, type Name, TYPES, type Type } from './catalogue.ts';
import { namedRelation, rowRelation, windowRelation, withWindow } from './relations.ts';
import { anyValue } from './values.ts';

export type Query = {
  readonly kind: string;
  readonly text: string;
  readonly types: readonly Type[];
  readonly views: readonly string[];
  /** How many of the first columns are the PRIMARY KEY; 0: none. */
  readonly key: number;
  readonly ttl: boolean;
};

type Item = { readonly text: string; readonly type: Type };

const several = <T>(rng: Rng, most: number, one: () => T): readonly T[] =>
  Array.from({ length: 1 + rng.below(most) }, one);
const anyItem = (rng: Rng, names: readonly Name[], depth = 3): Item => {
  const type = rng.pick(TYPES);
  return { text: anyValue(rng, type, names, depth), type };
};
const listed = (rng: Rng, items: readonly Item[]): string =>
  items
    .map((item, i) => (rng.chance(0.3) ? `${item.text} ${rng.chance(0.5) ? 'AS ' : ''}c${i + 1}` : item.text))
    .join(', ');
const withCtes = (ctes: readonly string[], text: string): string =>
  ctes.length > 0 ? `WITH ${ctes.join(', ')} ${text}` : text;
const maybe = (rng: Rng, chance: number, text: () => string): string => (rng.chance(chance) ? ` ${text()}` : '');

const rows = (rng: Rng): Query => {
  const { from, names, views, ctes } = rowRelation(rng, 1);
  const items = several(rng, 4, () => anyItem(rng, names));
  const where = maybe(rng, 0.6, () => `WHERE ${anyValue(rng, 'BOOLEAN', names)}`);
  const text = `SELECT ${maybe(rng, 0.05, () => 'ALL')} ${listed(rng, items)} FROM ${from}${where}`;
  return { kind: 'rows', text: withCtes(ctes, text), types: items.map((i) => i.type), views, key: 0, ttl: false };
};

const union = (rng: Rng): Query => {
  const types = several(rng, 3, () => rng.pick(TYPES));
  // Types of DECIMAL and text differ with the expression: CAST makes the parts alike.
  const part = (source: string): string => {
    const items = types.map((type) => anyValue(rng, type, COLUMNS, 1));
    return `SELECT ${items.map((text, i) => (types[i] === 'DECIMAL' ? `CAST(${text} AS DECIMAL(20, 2))` : text)).join(', ')} FROM ${source}`;
  };
  const [a, b] = [part('orders'), part('payments')];
  const text = rng.pick([`${a} UNION ALL ${b}`, `(${a}) UNION ALL ${b}`, `${a} UNION ALL (${b})`]);
  return { kind: 'union', text, types, views: [], key: 0, ttl: false };
};

const aggregate = (rng: Rng, names: readonly Name[]): Item => {
  const filter = maybe(rng, 0.25, () => `FILTER (WHERE ${anyValue(rng, 'BOOLEAN', names, 2)})`);
  const distinct = rng.chance(0.2) ? 'DISTINCT ' : '';
  const over = (type: Type): string => anyValue(rng, type, names, 2);
  switch (rng.below(7)) {
    case 0:
      return { text: `COUNT(*)${filter}`, type: 'BIGINT' };
    case 1:
      return { text: `COUNT(${distinct}${over(rng.pick(TYPES))})${filter}`, type: 'BIGINT' };
    case 2:
      return { text: `SUM(${distinct}${over('INT')})${filter}`, type: 'INT' };
    case 3:
      return { text: `AVG(${over('DOUBLE')})${filter}`, type: 'DOUBLE' };
    case 4:
      return { text: `MIN(${over('TIMESTAMP')})${filter}`, type: 'TIMESTAMP' };
    case 5:
      return { text: `MAX(${over('STRING')})${filter}`, type: 'STRING' };
    default:
      return { text: `COALESCE(SUM(${over('BIGINT')})${filter}, 0) * 2`, type: 'BIGINT' };
  }
};

const plainKeys = (rng: Rng, names: readonly Name[]): readonly Name[] =>
  [...new Set(several(rng, 2, () => rng.pick(names)))].filter((name) => name.text !== 'ts');

const windowGroups = (rng: Rng): Query => {
  const { from, names, views, ctes, fn, key } = windowRelation(rng, 1, ['TUMBLE', 'HOP', 'CUMULATE', 'SESSION']);
  const keys = key === null ? plainKeys(rng, names) : names.filter((name) => name.text === key);
  const aggregates = several(rng, 3, () => aggregate(rng, names));
  const bounds: readonly Item[] = rng.chance(0.7)
    ? [
        { text: 'window_start', type: 'TIMESTAMP' },
        { text: 'window_end', type: 'TIMESTAMP' },
      ]
    : [];
  const items = [...keys, ...bounds, ...aggregates];
  const where = maybe(rng, 0.3, () => `WHERE ${anyValue(rng, 'BOOLEAN', names, 2)}`);
  const having = maybe(rng, 0.3, () => `HAVING ${aggregates[0]?.text} IS NOT NULL`);
  const list = keys.map((name) => name.text).join(', ');
  const grouped =
    fn === 'SESSION' || list === ''
      ? ['window_start, window_end', ...(list === '' ? [] : [list])].join(', ')
      : rng.pick([
          `window_start, window_end, ${list}`,
          `${list}, window_start, window_end`,
          `window_start, window_end, ROLLUP (${list})`,
          `window_start, window_end, CUBE (${list})`,
          `window_start, window_end, GROUPING SETS ((${list}), ())`,
        ]);
  const text = `SELECT ${listed(rng, items)} FROM ${from}${where} GROUP BY ${grouped}${having}`;
  return {
    kind: fn.toLowerCase(),
    text: withCtes(ctes, text),
    types: items.map((i) => i.type),
    views,
    key: 0,
    ttl: false,
  };
};

const windowRows = (rng: Rng): Query => {
  const { from, names, views, ctes } = windowRelation(rng, 1, ['TUMBLE']);
  const items = several(rng, 3, () => anyItem(rng, withWindow(names), 2));
  const text = `SELECT ${listed(rng, items)} FROM ${from}`;
  return {
    kind: 'window rows',
    text: withCtes(ctes, text),
    types: items.map((i) => i.type),
    views,
    key: 0,
    ttl: false,
  };
};

const window = (rng: Rng, source: string, alias: string): string => {
  const call = `TABLE(TUMBLE(TABLE ${source}, DESCRIPTOR(ts), INTERVAL '1' MINUTE))`;
  return rng.chance(0.5) ? `${call} ${alias}` : `(SELECT * FROM ${call}) AS ${alias}`;
};
const SAME_WINDOW = 'l.window_start = r.window_start AND l.window_end = r.window_end';
const pick = (alias: string): readonly Name[] => COLUMNS.map((name) => ({ ...name, text: `${alias}.${name.text}` }));

const windowJoin = (rng: Rng): Query => {
  const join = rng.pick([
    'JOIN',
    'INNER JOIN',
    'LEFT JOIN',
    'LEFT OUTER JOIN',
    'RIGHT JOIN',
    'FULL JOIN',
    'FULL OUTER JOIN',
  ]);
  const names = [...pick('l'), ...pick('r')];
  const items = several(rng, 3, () => anyItem(rng, names, 2));
  const more = maybe(
    rng,
    0.3,
    () => `AND ${anyValue(rng, 'INT', pick('l'), 1)} < ${anyValue(rng, 'INT', pick('r'), 1)}`,
  );
  const condition = rng.pick([`l.id = r.id AND ${SAME_WINDOW}`, `${SAME_WINDOW} AND r.id = l.id`]);
  const text = `SELECT ${listed(rng, items)} FROM ${window(rng, 'orders', 'l')} ${join} ${window(rng, 'payments', 'r')} ON ${condition}${more}`;
  return { kind: 'window join', text, types: items.map((i) => i.type), views: [], key: 0, ttl: false };
};

const semiJoin = (rng: Rng): Query => {
  const items = several(rng, 3, () => anyItem(rng, pick('l'), 2));
  const not = rng.chance(0.5) ? 'NOT ' : '';
  const inner = (columns: string, condition: string): string =>
    `SELECT ${columns} FROM ${window(rng, 'payments', 'r')} WHERE ${condition}`;
  const condition = rng.chance(0.5)
    ? `${not}EXISTS (${inner('*', `l.id = r.id AND ${SAME_WINDOW}`)})`
    : `l.id IN (${inner('id', SAME_WINDOW)})`;
  const text = `SELECT ${listed(rng, items)} FROM ${window(rng, 'orders', 'l')} WHERE ${condition}`;
  return { kind: 'semi join', text, types: items.map((i) => i.type), views: [], key: 0, ttl: false };
};

const intervalJoin = (rng: Rng): Query => {
  const names = [...pick('l'), ...pick('r')];
  const items = several(rng, 3, () => anyItem(rng, names, 2));
  const bound = rng.pick([
    "r.ts BETWEEN l.ts - INTERVAL '1' MINUTE AND l.ts + INTERVAL '5' MINUTE",
    "r.ts > l.ts AND r.ts <= l.ts + INTERVAL '1' HOUR",
    "l.ts >= r.ts - INTERVAL '30' SECOND AND l.ts < r.ts + INTERVAL '1' DAY",
  ]);
  const text = rng.chance(0.5)
    ? `SELECT ${listed(rng, items)} FROM orders l JOIN payments r ON l.id = r.id AND ${bound}`
    : `SELECT ${listed(rng, items)} FROM orders AS l, payments AS r WHERE l.id = r.id AND ${bound}`;
  return { kind: 'interval join', text, types: items.map((i) => i.type), views: [], key: 0, ttl: false };
};

const order = (rng: Rng): string => {
  const nulls = rng.pick(['', '', ' NULLS FIRST', ' NULLS LAST']);
  return `${rng.pick(['n', 'total', 'ratio'])}${rng.pick(['', ' ASC', ' DESC'])}${nulls}`;
};
const LIMITS = ['rn <= 3', 'rn < 4', 'rn = 1'];

const windowTop = (rng: Rng): Query => {
  const by = rng.chance(0.5) ? rng.pick(['ts', 'ts DESC', 'ts ASC']) : order(rng);
  const limit = by.startsWith('ts') ? 'rn = 1' : rng.pick(LIMITS);
  const text = `SELECT id, n, window_start FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY window_start, window_end, store ORDER BY ${by}) AS rn FROM TABLE(TUMBLE(TABLE orders, DESCRIPTOR(ts), INTERVAL '1' MINUTE))) WHERE ${limit}`;
  return { kind: 'window top', text, types: ['STRING', 'INT', 'TIMESTAMP'], views: [], key: 0, ttl: false };
};

const top = (rng: Rng): Query => {
  const dedup = rng.chance(0.5);
  const inner = `SELECT *, ROW_NUMBER() OVER (PARTITION BY store ORDER BY ${dedup ? rng.pick(['ts', 'ts DESC']) : order(rng)}) AS rn FROM orders`;
  return dedup
    ? {
        kind: 'dedup',
        text: `SELECT store, id, n FROM (${inner}) WHERE rn = 1`,
        types: ['STRING', 'STRING', 'INT'],
        views: [],
        key: 1,
        ttl: true,
      }
    : {
        kind: 'top',
        text: `SELECT store, rn, id FROM (${inner}) AS q WHERE rn <= 5`,
        types: ['STRING', 'BIGINT', 'STRING'],
        views: [],
        key: 2,
        ttl: true,
      };
};

const running = (rng: Rng): Query => {
  const { table, names, views, ctes } = namedRelation(rng, 1);
  // A key that INSERT casts is no key of the destination, as it would be for DECIMAL.
  const keys = plainKeys(
    rng,
    names.filter((name) => name.type !== 'DECIMAL'),
  );
  const aggregates = several(rng, 3, () => aggregate(rng, names));
  const items = [...keys, ...aggregates];
  const having = maybe(rng, 0.3, () => 'HAVING COUNT(*) > 1');
  const group = keys.length > 0 ? ` GROUP BY ${keys.map((name) => name.text).join(', ')}` : '';
  const text = `SELECT ${items.map((item) => item.text).join(', ')} FROM ${table}${group}${having}`;
  return {
    kind: 'running',
    text: withCtes(ctes, text),
    types: items.map((i) => i.type),
    views,
    key: keys.length,
    ttl: true,
  };
};

const groupsOfGroups = (rng: Rng): Query => {
  const { from, views, ctes } = windowRelation(rng, 1, ['TUMBLE', 'HOP']);
  const counts = `counts AS (SELECT id, window_start, window_end, COUNT(*) AS cnt FROM ${from} GROUP BY id, window_start, window_end)`;
  const most = 'SELECT window_start, window_end, MAX(cnt), COUNT(*) FROM counts GROUP BY window_start, window_end';
  return {
    kind: 'groups of groups',
    text: withCtes([...ctes, counts], most),
    types: ['TIMESTAMP', 'TIMESTAMP', 'BIGINT', 'BIGINT'],
    views,
    key: 0,
    ttl: false,
  };
};

const KINDS = [
  rows,
  rows,
  rows,
  union,
  windowGroups,
  windowGroups,
  windowGroups,
  windowRows,
  windowJoin,
  semiJoin,
  intervalJoin,
  windowTop,
  top,
  running,
  running,
  groupsOfGroups,
];

export const queryOf = (rng: Rng): Query => rng.pick(KINDS)(rng);
