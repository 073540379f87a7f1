// FROM: tables, views, sub-queries, window functions, and the joins between them.
import type { ExprNode, From, Ident } from '../ast.ts';
import type { Problems } from '../problem.ts';
import { condition } from './group.ts';
import { inputScope } from './input-scope.ts';
import { joinTwo, resolveJoined } from './join.ts';
import { type Condition, countOf, type Joined, numbered } from './join-scope.ts';
import { lookUp } from './look-up.ts';
import { findName, isNamed, type Named, type Names } from './names.ts';
import { checkNamed, checkQuery } from './query.ts';
import { ofTable, type Relation } from './relation.ts';
import { shifted } from './slots.ts';
import { unNest } from './un-nest.ts';
import { unionOf } from './union.ts';
import { checkWindowCall } from './window-call.ts';
import { windowFrom } from './window-from.ts';

/** The views that are being taken in, so that one that reads itself is found. */
export type Open = ReadonlySet<unknown>;

/** The relation with other names of columns. */
export const renamed = (
  rel: Relation,
  names: readonly Ident[] | null,
  name: string,
  at: Ident['at'],
  problems: Problems,
): Relation | null => {
  if (names && names.length !== rel.columns.length) {
    problems.add(at, `${name}: names ${names.length} columns, its query gives ${rel.columns.length}`);
    return null;
  }
  const { parts: _, ...plain } = rel;
  return { ...plain, name, columns: rel.columns.map((c, i) => ({ ...c, name: names?.[i]?.name ?? c.name })) };
};

const relationOf = (ident: Ident, clause: string, names: Names, open: Open, problems: Problems): Relation | null => {
  const found = findName(ident, clause, names, problems);
  if (!found) return null;
  if (!isNamed(found)) return tableOf(found, ident, problems);
  if (open.has(found)) {
    problems.add(ident.at, `${clause}: ${ident.name} reads itself`);
    return null;
  }
  return checkNamed(found, ident.name, open);
};

const tableOf = (found: Exclude<ReturnType<Names['find']>, Named | undefined>, ident: Ident, problems: Problems) => {
  const { connector, name } = found.plan;
  if (found.reference) {
    problems.notYet(
      ident.at,
      `reading the reference table ${name} by itself`,
      `join it: FROM orders AS o JOIN ${name} FOR SYSTEM_TIME AS OF o.proc AS r ON o.k = r.${found.reference.key}`,
    );
    return null;
  }
  if (connector === 'kinesis') return ofTable(found, ident.at);
  const instead = found.source
    ? "Read the kinesis table with the same 'millrace.type'"
    : 'Write its rows into a kinesis table too and read that';
  problems.add(ident.at, `FROM: ${name} is a ${connector} table; queries read kinesis tables. ${instead}`);
  return null;
};

/** With the name that may stand before its columns: '' for none. */
const named = (rel: Relation, name: string): Relation => ({
  ...rel,
  parts: name === '' ? [] : [{ name, from: 0, to: rel.columns.length }],
});

const sourcesOf = (from: Relation | Joined): readonly Relation[] => (from.kind === 'joined' ? from.sources : [from]);
const conditionsOf = (from: Relation | Joined): readonly Condition[] => (from.kind === 'joined' ? from.conditions : []);

/** A join's relation, where what stands in WHERE is not needed to know it. */
const settled = (from: Relation | Joined, problems: Problems): Relation | null =>
  from.kind === 'joined' ? resolveJoined(from, [], problems) : from;

/** What joins must hold of each pair of rows. */
const onOf = (on: ExprNode | null, sources: readonly Relation[], problems: Problems): readonly Condition[] | null => {
  if (!on) return [];
  const expr = condition(on, inputScope(numbered(sources), 'ON', problems));
  return expr && [{ expr, at: on.at }];
};

const checkJoin = (
  node: Extract<From, { kind: 'join' }>,
  names: Names,
  open: Open,
  problems: Problems,
): Relation | Joined | null => {
  const left = checkFrom(node.left, names, open, problems);
  if (node.right.kind === 'as-of' || node.right.kind === 'unnest') {
    const rel = left && settled(left, problems);
    if (!rel) return null;
    return node.right.kind === 'as-of'
      ? lookUp(node, node.right, rel, names, problems)
      : unNest(node, node.right, rel, problems);
  }
  const right = checkFrom(node.right, names, open, problems);
  if (!left || !right) return null;
  if (node.type === 'inner' || node.type === 'cross') {
    const sources = [...sourcesOf(left), ...sourcesOf(right)];
    const on = onOf(node.on, sources, problems);
    const by = countOf(sourcesOf(left));
    const moved = conditionsOf(right).map((c) => ({ ...c, expr: shifted(c.expr, by) }));
    return on && { kind: 'joined', sources, conditions: [...conditionsOf(left), ...moved, ...on], at: node.at };
  }
  const [l, r] = [settled(left, problems), settled(right, problems)];
  const on = l && r && onOf(node.on, [l, r], problems);
  return l && r && on && joinTwo(node.type, l, r, on, node.at, problems);
};

export const checkFrom = (from: From, names: Names, open: Open, problems: Problems): Relation | Joined | null => {
  switch (from.kind) {
    case 'table': {
      const rel = relationOf(from.table, 'FROM', names, open, problems);
      return rel && named(rel, from.alias?.name ?? from.table.name);
    }
    case 'query': {
      const parts = checkQuery(from.query, names, problems, open);
      const union = parts && unionOf(parts, from.at, problems);
      const name = from.alias?.name;
      const rel = union && renamed(union, from.columns, name ?? 'the sub-query', from.at, problems);
      return rel && named(rel, name ?? '');
    }
    case 'window': {
      const window = checkWindowCall(from, problems);
      const inner = window && relationOf(window.table, `${from.fn.name} TABLE`, names, open, problems);
      const rel = inner && windowFrom(from, window, inner, problems);
      return rel && named(rel, from.alias?.name ?? ''); // a window has no name of its own unless it is given one
    }
    case 'join':
      return checkJoin(from, names, open, problems);
    case 'as-of':
    case 'unnest':
      problems.notSql(from.at, 'it stands on the right of a JOIN');
      return null;
    default:
      return from satisfies never;
  }
};
