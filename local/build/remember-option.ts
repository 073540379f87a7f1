// `remember` and `restarts` of a source: which tables' newest rows stand in a reference table, and when the source's log began anew.
import { isMap, isScalar, isSeq } from 'yaml';
import { parseRfc3339 } from '../../shared/event/instant.ts';
import type { Remembered } from '../../shared/pipeline.ts';
import { wouldWork } from './did-you-mean.ts';

type Say = (node: unknown, message: string) => void;

const FIELDS = ['into', 'key', 'columns'];
const SHAPE = 'remember: {shop.customers: {into: customers, key: id, columns: [id, name]}}';

const text = (node: unknown): string | undefined =>
  isScalar(node) && typeof node.value !== 'object' ? String(node.value) : undefined;

const names = (node: unknown, field: string, say: Say): readonly string[] => {
  const items: readonly unknown[] = isSeq(node) ? node.items : [node];
  const found = items.map((item) => text(item) ?? '');
  if (found.length === 0 || found.includes(''))
    say(node, `${field} is a column of the row, or a list of columns: [id, name]`);
  const twice = found.find((name, i) => name !== '' && found.indexOf(name) !== i);
  if (twice !== undefined) say(node, `${field} names the column "${twice}" twice`);
  return found;
};

const intoOf = (node: unknown, say: Say): string => {
  const into = text(node) ?? '';
  if (!/^\w[\w-]*$/.test(into))
    say(node, `"${into}" cannot name a reference table; letters, digits, _ and - can: ${SHAPE}`);
  return into;
};

const one = (from: string, node: unknown, say: Say): Remembered => {
  if (!isMap(node)) return { from, into: intoOf(node, say), key: [], columns: [] };
  for (const { key } of node.items) {
    const field = text(key) ?? '';
    if (!FIELDS.includes(field))
      say(key, `unknown field "${field}" of remember; ${wouldWork(field, FIELDS, 'fields')}`);
  }
  const [into, key, columns] = FIELDS.map((field) => node.get(field, true));
  if (into === undefined) say(node, `remember of ${from} needs into, the name of the reference table: ${SHAPE}`);
  return {
    from,
    into: into === undefined ? '' : intoOf(into, say),
    key: key === undefined ? [] : names(key, 'key', say),
    columns: columns === undefined ? [] : names(columns, 'columns', say),
  };
};

/** @returns each table as far as sources.yml tells; key and columns are empty where it does not (remembered.ts finds them) */
export const rememberOption = (
  node: unknown,
  tables: Readonly<Record<string, string | null>>,
  say: Say,
): readonly Remembered[] => {
  const named = Object.keys(tables).filter((table) => table !== '*' && tables[table] !== null);
  if (isScalar(node)) {
    const [only, second] = named;
    if (only !== undefined && second === undefined) return [one(only, node, say)];
    say(node, `tables names ${named.length === 0 ? 'no table' : named.join(', ')}; say which is remembered: ${SHAPE}`);
    return [];
  }
  if (!isMap(node) || node.items.length === 0) {
    say(node, `remember names a reference table, or maps tables to them: ${SHAPE}`);
    return [];
  }
  return node.items.map(({ key, value }) => {
    const from = text(key) ?? '';
    const known = Object.hasOwn(tables, from) ? tables[from] : tables['*'];
    if (from === '*') say(key, 'one reference table holds one table; name each: "*" cannot be remembered');
    else if (known === null) say(key, `tables leaves ${from} out (off), so there is nothing to remember`);
    else if (known === undefined) say(key, `tables does not name "${from}"; ${wouldWork(from, named, 'tables has')}`);
    return one(from, value, say);
  });
};

/** Instants in order. */
export const restartsOption = (node: unknown, say: Say): readonly number[] => {
  const items: readonly unknown[] = isSeq(node) ? node.items : [node];
  const found = items.map((item) => {
    const at = parseRfc3339(text(item) ?? '');
    if (at === undefined)
      say(item, `restarts is a list of instants: [2026-01-05T09:00:00Z]; found "${text(item) ?? ''}"`);
    return at ?? 0;
  });
  if (found.some((at, i) => i > 0 && at <= (found[i - 1] ?? 0))) say(node, 'restarts goes from the first to the last');
  if (found.length > 99) say(node, 'restarts may name 99 instants');
  return found;
};
