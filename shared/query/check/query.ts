// SELECT to a relation: what it reads, keeps, groups and gives.
import type { ExprNode, QueryNode, Select } from '../ast.ts';
import type { Problems } from '../problem.ts';
import { filterRel } from './filter.ts';
import { checkFrom, type Open, renamed } from './from.ts';
import { checkGrouped, condition, distinctOf } from './group.ts';
import { inputScope } from './input-scope.ts';
import { resolveJoined } from './join.ts';
import { type Condition, type Joined, numbered } from './join-scope.ts';
import { type Named, type Names, withQueries } from './names.ts';
import { type Projected, project } from './project.ts';
import type { Ranked, Relation } from './relation.ts';
import { allOf } from './slots.ts';
import { keepBySubQuery, partWhere } from './sub-query.ts';
import { alignParts, unionOf } from './union.ts';

/** Each view is checked once, however often it is read: views over views would otherwise double the work at each level. */
const checked = new WeakMap<Named, Relation | null>();

/** A view, or a query that WITH names. */
export const checkNamed = (named: Named, name: string, open: Open = new Set()): Relation | null => {
  const known = checked.get(named);
  if (known !== undefined) return known;
  const { query, problems } = named;
  const parts = checkQuery(query, named.names(), problems, new Set([...open, named]));
  const rel = parts && unionOf(parts, query.at, problems);
  const result = rel && renamed(rel, named.columns, name, query.at, problems);
  checked.set(named, result);
  return result;
};

/** FROM with the plain conditions of WHERE; null when the tables cannot be joined. */
const kept = (from: Relation | Joined, plain: readonly ExprNode[], problems: Problems): Relation | null => {
  const shown = from.kind === 'joined' ? numbered(from.sources) : from;
  const conditions = plain.flatMap((node): readonly Condition[] => {
    const expr = condition(node, inputScope(shown, 'WHERE', problems));
    return expr ? [{ expr, at: node.at }] : [];
  });
  if (from.kind === 'joined')
    return conditions.length < plain.length ? null : resolveJoined(from, conditions, problems);
  const where = allOf(conditions.map((c) => c.expr));
  const at = conditions[0]?.at;
  // A mistake in WHERE leaves the rows as they are, so that SELECT is looked at all the same.
  return where && at ? (filterRel(from, where, at, problems) ?? from) : from;
};

/** The relation of the selected columns: with ROW_NUMBER among them, rows that wait for a WHERE around them. */
const shape = (rel: Relation, { columns, rank }: Projected, problems: Problems): Relation | null => {
  const { parts: _, ...plain } = rel;
  if (!rank) return { ...plain, columns };
  if (rel.kind === 'running' || rel.kind === 'ranked') {
    problems.notYet(
      rank.at,
      `ROW_NUMBER over ${rel.kind === 'ranked' ? 'ROW_NUMBER' : `the rows of ${rel.what}`} without a window`,
      'compute both in windows: FROM TABLE(TUMBLE(…)), PARTITION BY window_start, window_end …',
    );
    return null;
  }
  if (rel.kind === 'pairs') {
    problems.notYet(
      rank.at,
      'ROW_NUMBER over a join by time',
      'write the join into a kinesis table with WATERMARK FOR, and number the rows of that',
    );
    return null;
  }
  const { name, broken } = rel;
  const ranked: Ranked = { kind: 'ranked', name, broken, of: rel, columns, ...rank };
  return ranked;
};

const checkSelect = (select: Select, names: Names, open: Open, problems: Problems): Relation | null => {
  const before = problems.count();
  const from = checkFrom(select.from, names, open, problems);
  if (!from) return null;
  const { plain, queries } = partWhere(select.where);
  let rel = kept(from, plain, problems);
  for (const node of queries) rel = rel && keepBySubQuery(node, rel, names, open, problems);
  if (!rel) {
    // The join has a mistake: what SELECT names is looked at all the same.
    const shown = from.kind === 'joined' ? numbered(from.sources) : from;
    if (!select.groupBy && !select.distinct) project(select.items, shown, inputScope(shown, 'SELECT', problems), false);
    return null;
  }
  const groupBy = distinctOf(select, problems);
  if (select.distinct && !groupBy) return null;
  if (groupBy) {
    const grouped = checkGrouped(select, groupBy, rel, problems);
    return grouped && problems.count() === before ? shape(grouped.rel, grouped.projected, problems) : null;
  }
  if (select.having) problems.add(select.having.at, 'HAVING: filters groups; this query has none, write WHERE');
  const projected = project(select.items, rel, inputScope(rel, 'SELECT', problems), false);
  return projected && problems.count() === before ? shape(rel, projected, problems) : null;
};

/** One relation for each part of a UNION ALL, their columns alike; null after a report. */
export const checkQuery = (
  query: QueryNode,
  outer: Names,
  problems: Problems,
  open: Open = new Set(),
): readonly Relation[] | null => {
  const names = withQueries(query, outer, problems);
  const parts = query.parts.map((select) => checkSelect(select, names, open, problems));
  const known = parts.flatMap((p) => p ?? []);
  return known.length === parts.length ? alignParts(known, problems) : null;
};
