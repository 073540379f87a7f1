// SELECT to a relation: what it reads, keeps, groups and gives.
import type { ExprNode, From, GroupNode, Ident, QueryNode, Select, SelectItem } from '../ast.ts';
import type { Expr } from '../plan.ts';
import type { Problems } from '../problem.ts';
import { checkExpr } from './expression.ts';
import { checkGroupBy, checkSession } from './grouping.ts';
import { inputScope } from './input-scope.ts';
import { findName, isNamed, type Named, type Names, withQueries } from './names.ts';
import { asBoolean } from './operators.ts';
import { ofTable, type Relation, type RelColumn } from './relation.ts';
import { resultScope } from './result-scope.ts';
import type { Scope } from './scope.ts';
import { allOf, conjuncts, isHuge, ofWindowOnly, readsWindow } from './slots.ts';
import { alignParts, unionOf } from './union.ts';
import { checkWindowCall } from './window-call.ts';
import { windowFrom } from './window-from.ts';

/** A relation and the name that qualifies its columns; null: its own. */
type Source = { readonly rel: Relation; readonly alias: string | null };

const renamed = (
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
  return { ...rel, name, columns: rel.columns.map((c, i) => ({ ...c, name: names?.[i]?.name ?? c.name })) };
};

/** The views that are being taken in, so that one that reads itself is found. */
type Open = ReadonlySet<unknown>;

const relationOf = (ident: Ident, clause: string, names: Names, open: Open, problems: Problems): Relation | null => {
  const found = findName(ident, clause, names, problems);
  if (!found) return null;
  if (!isNamed(found)) {
    const { connector, name } = found.plan;
    if (connector === 'kinesis') return ofTable(found, ident.at);
    const instead = found.source
      ? "Read the kinesis table with the same 'millrace.type'"
      : 'Write its rows into a kinesis table too and read that';
    problems.add(ident.at, `FROM: ${name} is a ${connector} table; queries read kinesis tables. ${instead}`);
    return null;
  }
  if (open.has(found)) {
    problems.add(ident.at, `${clause}: ${ident.name} reads itself`);
    return null;
  }
  return checkNamed(found, ident.name, open);
};

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

const checkFrom = (from: From, names: Names, open: Open, problems: Problems): Source | null => {
  if (from.kind === 'join' || from.kind === 'as-of' || from.kind === 'unnest') {
    problems.notYet(from.at, 'a join', 'write both sides into one table');
    return null;
  }
  const alias = from.alias?.name ?? null;
  switch (from.kind) {
    case 'table': {
      const rel = relationOf(from.table, 'FROM', names, open, problems);
      return rel && { rel, alias };
    }
    case 'query': {
      const parts = checkQuery(from.query, names, problems, open);
      const rel = parts && unionOf(parts, from.at, problems);
      return rel && { rel: { ...rel, name: alias ?? 'the sub-query' }, alias: alias ?? '' };
    }
    case 'window': {
      const window = checkWindowCall(from, problems);
      const inner = window && relationOf(window.table, `${from.fn.name} TABLE`, names, open, problems);
      const rel = inner && windowFrom(from, window, inner, problems);
      return rel && { rel, alias: alias ?? '' }; // a window has no name of its own unless it is given one
    }
    default:
      return from satisfies never;
  }
};

const nameOf = (item: Extract<SelectItem, { kind: 'expr' }>, index: number): string => {
  if (item.alias) return item.alias.name;
  if (item.expr.kind === 'name') return item.expr.parts.at(-1)?.name ?? '';
  return item.expr.kind === 'field' ? item.expr.name.name : `EXPR$${index}`;
};

/** The selected columns; `*` gives every column. null when one has a mistake. */
const project = (
  items: readonly SelectItem[],
  { rel, alias }: Source,
  scope: Scope,
  grouped: boolean,
): readonly RelColumn[] | null => {
  let good = true;
  const columns = items.flatMap((item, i): readonly RelColumn[] => {
    if (item.kind === 'expr') {
      const expr = checkExpr(item.expr, scope);
      if (expr && isHuge(expr))
        scope.problems.notYet(
          item.at,
          'an expression of more than 10,000 parts, once the views in it are written out',
          'write what the inner view gives into a kinesis table, and read that',
        );
      good &&= expr !== null && !isHuge(expr);
      return expr ? [{ name: nameOf(item, i), type: expr.type, expr, at: item.at }] : [];
    }
    if (grouped)
      scope.problems.add(
        item.at,
        'SELECT: * does not go with GROUP BY; name the keys, the window columns and the aggregates',
      );
    else if (item.table && item.table.name !== (alias ?? rel.name))
      scope.problems.add(item.at, `SELECT: no table "${item.table.name}" in FROM`);
    else if (rel.broken.size === 0) return rel.columns.map((c) => ({ ...c, at: item.at }));
    good = false;
    return [];
  });
  return good ? columns : null;
};

const condition = (node: ExprNode, scope: Scope): Expr | null => {
  const e = checkExpr(node, scope);
  return e && asBoolean(node.at, scope.clause, e, scope.problems);
};

/** In a HOP a row is in several windows: a condition must be one of the row or one of the window. */
const checkWindowed = (node: ExprNode, where: Expr | null, { window }: Relation, problems: Problems): boolean => {
  const mixed = conjuncts(where).some((e) => readsWindow(e) && !ofWindowOnly(e));
  if (!mixed || !window || window.spec.kind === 'tumble') return true;
  problems.notYet(
    node.at,
    `a condition on the columns of a row and of its ${window.fn} window at once`,
    'write two conditions joined by AND, or filter in HAVING',
  );
  return false;
};

/** SELECT DISTINCT over windows is GROUP BY all that is selected. */
const distinctOf = (select: Select, { rel }: Source, problems: Problems): readonly GroupNode[] | null => {
  const at = select.distinct;
  if (!at) return select.groupBy;
  const exprs = select.items.flatMap((item) => (item.kind === 'expr' ? [item] : []));
  if (select.groupBy) problems.notYet(at, 'SELECT DISTINCT with GROUP BY', 'group by what is selected');
  else if (!rel.window || rel.grouped)
    problems.notYet(
      at,
      'SELECT DISTINCT without a window',
      'read FROM TABLE(TUMBLE(…)) and select window_start, window_end too',
    );
  else if (exprs.length < select.items.length) problems.notYet(at, 'SELECT DISTINCT *', 'name the columns');
  else return exprs.map((item) => ({ kind: 'expr', expr: item.expr, at: item.at }));
  return null;
};

const checkGrouped = (
  select: Select,
  groupBy: readonly GroupNode[],
  source: Source,
  where: Expr | null,
  problems: Problems,
): Relation | null => {
  const { rel, alias } = source;
  const at = groupBy[0]?.at ?? select.at;
  if (rel.grouped) {
    problems.notYet(
      at,
      'GROUP BY over the rows of a window',
      'write them into a kinesis table with WATERMARK FOR (filled with window_time), and group them in a window over it',
    );
    return null;
  }
  if (!rel.window) {
    problems.notYet(
      at,
      'GROUP BY without a window',
      `read FROM TABLE(TUMBLE(TABLE ${rel.base.plan.name}, DESCRIPTOR(ts), INTERVAL '1' MINUTE)) and group by window_start, window_end`,
    );
    return null;
  }
  const grouping = checkGroupBy(groupBy, rel, alias, at, problems);
  if (!grouping) return null;
  const sound = rel.window.spec.kind !== 'session' || checkSession(grouping, rel, select.from.at, problems);
  const scope = (clause: string) => resultScope(rel, alias, grouping, clause, problems);
  const columns = project(select.items, source, scope('SELECT'), true);
  const having = select.having && condition(select.having, scope('HAVING'));
  if (!sound || !columns || (select.having && !having)) return null;
  const { keys, sets, aggregates } = grouping;
  return { ...rel, columns, where: allOf([rel.where, where]), grouped: { keys, sets, aggregates, having } };
};

const checkSelect = (select: Select, names: Names, open: Open, problems: Problems): Relation | null => {
  const source = checkFrom(select.from, names, open, problems);
  if (!source) return null;
  const { rel, alias } = source;
  const before = problems.count();
  const where = select.where && condition(select.where, inputScope(rel, alias, 'WHERE', problems));
  if (select.where) checkWindowed(select.where, where, rel, problems);
  const groupBy = distinctOf(select, source, problems);
  if (select.distinct && !groupBy) return null;
  if (groupBy) {
    const grouped = checkGrouped(select, groupBy, source, where, problems);
    return problems.count() === before ? grouped : null;
  }
  if (select.having) problems.add(select.having.at, 'HAVING: filters groups; this query has none, write WHERE');
  const columns = project(select.items, source, inputScope(rel, alias, 'SELECT', problems), false);
  if (!columns || problems.count() > before) return null;
  return rel.grouped
    ? { ...rel, columns, grouped: { ...rel.grouped, having: allOf([rel.grouped.having, where]) } }
    : { ...rel, columns, where: allOf([rel.where, where]) };
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
