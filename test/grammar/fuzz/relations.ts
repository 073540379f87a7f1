// Random relations: what stands in FROM, the names that it gives, and what must stand before it (views, WITH).
import type { Rng } from '../../../local/generate/rng.ts';
import { COLUMNS, type Name, PARTS, REFERENCE, SOURCES } from './catalogue.ts';
import { anyValue } from './values.ts';

export type Relation = {
  readonly from: string;
  readonly names: readonly Name[];
  /** CREATE VIEW statements, and entries of WITH. */
  readonly views: readonly string[];
  readonly ctes: readonly string[];
};

const plain = (from: string, names: readonly Name[]): Relation => ({ from, names, views: [], ctes: [] });
const qualified = (alias: string, names: readonly Name[]): readonly Name[] =>
  names.map((name) => ({ ...name, text: `${alias}.${name.text}` }));
const as = (rng: Rng, alias: string): string => (rng.chance(0.5) ? ` AS ${alias}` : ` ${alias}`);

/** With an alias, its names may be written with it or without. */
const aliased = (rng: Rng, from: string, names: readonly Name[], alias: string): Relation => {
  if (rng.chance(0.5)) return plain(from, names);
  return plain(`${from}${as(rng, alias)}`, rng.chance(0.5) ? names : qualified(alias, names));
};

/** Columns that a view, WITH or sub-query selects; the id and the event time stay among them. */
const selection = (rng: Rng): { readonly text: string; readonly names: readonly Name[] } => {
  if (rng.chance(0.3)) return { text: '*', names: COLUMNS };
  const kept = COLUMNS.filter((name) => ['id', 'ts'].includes(name.text) || rng.chance(0.6));
  const made: Name = { text: 'made', type: rng.pick(['STRING', 'INT', 'BOOLEAN'] as const) };
  const text = anyValue(rng, made.type, [...COLUMNS, ...PARTS], 2);
  return { text: [...kept.map((name) => name.text), `${text} AS made`].join(', '), names: [...kept, made] };
};

/** `SELECT … FROM source [WHERE …]`: rows of one source, changed. */
const innerQuery = (rng: Rng, source: string): { readonly text: string; readonly names: readonly Name[] } => {
  const { text, names } = selection(rng);
  const where = rng.chance(0.4) ? ` WHERE ${anyValue(rng, 'BOOLEAN', [...COLUMNS, ...PARTS], 2)}` : '';
  return { text: `SELECT ${text} FROM ${source}${where}`, names };
};

/** A table, view or name of WITH that a window function may read, too. */
export const namedRelation = (rng: Rng, n: number): Relation & { readonly table: string } => {
  const source = rng.pick(SOURCES);
  const kind = rng.below(4);
  if (kind < 2) return { ...plain(source, COLUMNS), table: source };
  const table = `${kind === 2 ? 'view' : 'cte'}_${n}`;
  const { text, names } = innerQuery(rng, source);
  return kind === 2
    ? { ...plain(table, names), table, views: [`CREATE VIEW ${table} AS ${text}`] }
    : { ...plain(table, names), table, ctes: [`${table} AS (${text})`] };
};

const unnest = (rng: Rng): Relation => {
  const ordinality = rng.chance(0.4);
  const join = rng.pick(['CROSS JOIN', ',', 'LEFT JOIN']);
  const columns = ordinality ? '(tag, place)' : '(tag)';
  const text = `UNNEST(${rng.chance(0.5) ? 'tags' : 'orders.tags'})${ordinality ? ' WITH ORDINALITY' : ''}${as(rng, 'u')} ${columns}`;
  const on = join === 'LEFT JOIN' ? ' ON TRUE' : '';
  const names: readonly Name[] = [
    { text: 'tag', type: 'STRING' },
    ...(ordinality ? [{ text: 'place', type: 'INT' } as const] : []),
  ];
  return plain(`orders ${join} ${text}${on}`, [...COLUMNS, ...(rng.chance(0.5) ? names : qualified('u', names))]);
};

const lookUp = (rng: Rng): Relation => {
  const join = rng.pick(['JOIN', 'INNER JOIN', 'LEFT JOIN', 'LEFT OUTER JOIN']);
  const from = `orders${as(rng, 'o')} ${join} stores FOR SYSTEM_TIME AS OF o.p${as(rng, 's')} ON o.store = s.name`;
  return plain(from, [...qualified('o', COLUMNS), ...qualified('s', REFERENCE)]);
};

/** Rows event by event. */
export const rowRelation = (rng: Rng, n: number): Relation => {
  switch (rng.below(6)) {
    case 0: {
      const { text, names } = innerQuery(rng, rng.pick(SOURCES));
      const brackets = rng.chance(0.2) ? [`((${text}))`] : [`(${text})`];
      return aliased(rng, brackets.join(''), names, 'q');
    }
    case 1: {
      const { from, names, ...more } = namedRelation(rng, n);
      return { ...aliased(rng, from, names, 'q'), views: more.views, ctes: more.ctes };
    }
    case 2:
      return unnest(rng);
    case 3:
      return lookUp(rng);
    case 4: {
      const [a, b] = SOURCES.map((source) => `SELECT id, n, ts FROM ${source}`);
      const names: readonly Name[] = COLUMNS.filter((name) => ['id', 'n', 'ts'].includes(name.text));
      return aliased(rng, rng.chance(0.3) ? `((${a}) UNION ALL (${b}))` : `(${a} UNION ALL ${b})`, names, 'q');
    }
    default: {
      const source = rng.pick(SOURCES);
      return aliased(rng, source, [...COLUMNS, ...(rng.chance(0.5) ? PARTS : [])], 'q');
    }
  }
};

const WINDOW_NAMES: readonly Name[] = [
  { text: 'window_start', type: 'TIMESTAMP' },
  { text: 'window_end', type: 'TIMESTAMP' },
];

export type Windowed = Relation & { readonly fn: string; readonly key: string | null };

/** TABLE(TUMBLE(…)) and the others, with arguments in order or by name. */
export const windowRelation = (rng: Rng, n: number, fns: readonly string[]): Windowed => {
  const { table, names, views, ctes } = namedRelation(rng, n);
  const fn = rng.pick(fns);
  const key = fn === 'SESSION' ? 'id' : null;
  const lengths: readonly (readonly [string, string])[] =
    fn === 'TUMBLE'
      ? [['SIZE', "INTERVAL '1' MINUTE"]]
      : fn === 'HOP'
        ? [
            ['SLIDE', "INTERVAL '10' SECOND"],
            ['SIZE', "INTERVAL '1' MINUTE"],
          ]
        : fn === 'CUMULATE'
          ? [
              ['STEP', "INTERVAL '1' HOUR"],
              ['SIZE', "INTERVAL '1' DAY"],
            ]
          : [['GAP', "INTERVAL '30' MINUTE"]];
  const keyed = key === null ? '' : rng.chance(0.5) ? ` PARTITION BY ${key}` : ` PARTITION BY (${key})`;
  const rows = `TABLE ${table}${keyed}`;
  const named = key === null && rng.chance(0.3);
  const args = named
    ? [`DATA => ${rows}`, 'TIMECOL => DESCRIPTOR(ts)', ...lengths.map(([name, length]) => `${name} => ${length}`)]
    : [rows, 'DESCRIPTOR(ts)', ...lengths.map(([, length]) => length)];
  const own = key !== null && !names.some((name) => name.text === key) ? [{ text: key, type: 'STRING' } as const] : [];
  return { from: `TABLE(${fn}(${args.join(', ')}))`, names: [...names, ...own], views, ctes, fn, key };
};

export const withWindow = (names: readonly Name[]): readonly Name[] => [...names, ...WINDOW_NAMES];
