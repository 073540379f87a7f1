// Queries: WITH, SELECT, FROM with its joins, GROUP BY, UNION ALL.
import type { Cte, From, GroupNode, QueryNode, Select, SelectItem, WindowArg } from '../ast.ts';
import { type Printer, printExpr } from './expressions.ts';
import { printAlias, printIdent, printNames, quoted } from './names.ts';

const printItem = (item: SelectItem, p: Printer): string =>
  item.kind === 'star'
    ? `${item.table ? `${printIdent(item.table)}.` : ''}*`
    : `${printExpr(item.expr, p)}${printAlias(item.alias)}`;

const printArg = ({ name, value }: WindowArg, p: Printer): string => {
  const label = name ? `${printIdent(name)} => ` : '';
  switch (value.kind) {
    case 'table': {
      // In brackets, as an argument behind a comma would be taken for one more key.
      const keys = value.partitionBy.length > 0 ? ` PARTITION BY ${printNames(value.partitionBy)}` : '';
      return `${label}TABLE ${printIdent(value.table)}${keys}`;
    }
    case 'descriptor':
      return `${label}DESCRIPTOR${printNames(value.columns)}`;
    case 'expr':
      return `${label}${printExpr(value.expr, p)}`;
    default:
      return value satisfies never;
  }
};

const JOIN = { inner: 'JOIN', left: 'LEFT JOIN', right: 'RIGHT JOIN', full: 'FULL JOIN', cross: 'CROSS JOIN' } as const;

const printFrom = (from: From, p: Printer): string => {
  switch (from.kind) {
    case 'table':
      return `${printIdent(from.table)}${printAlias(from.alias)}`;
    case 'query':
      return `(${p.query(from.query)})${printAlias(from.alias, from.columns)}`;
    case 'as-of':
      return `${printIdent(from.table)} FOR SYSTEM_TIME AS OF ${printExpr(from.time, p)}${printAlias(from.alias)}`;
    case 'unnest': {
      const ordinality = from.ordinality ? ' WITH ORDINALITY' : '';
      return `UNNEST(${printExpr(from.expr, p)})${ordinality}${printAlias(from.alias, from.columns)}`;
    }
    case 'window': {
      const { name } = from.fn;
      const fn = /^[A-Z_][A-Z0-9_]*$/.test(name) ? name : quoted(name);
      return `TABLE(${fn}(${from.args.map((arg) => printArg(arg, p)).join(', ')}))${printAlias(from.alias)}`;
    }
    case 'join': {
      const right = printFrom(from.right, p);
      const on = from.on ? ` ON ${printExpr(from.on, p)}` : '';
      return `${printFrom(from.left, p)} ${JOIN[from.type]} ${from.right.kind === 'join' ? `(${right})` : right}${on}`;
    }
    default:
      return from satisfies never;
  }
};

const printGroup = (node: GroupNode, p: Printer): string => {
  const list = (exprs: readonly GroupNode[]): string => exprs.map((g) => printGroup(g, p)).join(', ');
  const bracketed = (exprs: Extract<GroupNode, { kind: 'list' }>['exprs']): string =>
    `(${exprs.map((e) => printExpr(e, p)).join(', ')})`;
  switch (node.kind) {
    case 'expr':
      return printExpr(node.expr, p);
    case 'list':
      return bracketed(node.exprs);
    case 'sets':
      return `GROUPING SETS (${list(node.sets)})`;
    case 'rollup':
    case 'cube':
      return `${node.kind.toUpperCase()} (${node.lists.map(bracketed).join(', ')})`;
    default:
      return node satisfies never;
  }
};

/** @param gap what stands between clauses: a space, or a new line */
const printSelect = (select: Select, p: Printer, gap: string): string =>
  [
    `SELECT ${select.distinct ? 'DISTINCT ' : ''}${select.items.map((item) => printItem(item, p)).join(', ')}`,
    `FROM ${printFrom(select.from, p)}`,
    ...(select.where ? [`WHERE ${printExpr(select.where, p)}`] : []),
    ...(select.groupBy ? [`GROUP BY ${select.groupBy.map((g) => printGroup(g, p)).join(', ')}`] : []),
    ...(select.having ? [`HAVING ${printExpr(select.having, p)}`] : []),
  ].join(gap);

const printCte = (cte: Cte, p: Printer): string =>
  `${printIdent(cte.name)}${cte.columns ? ` ${printNames(cte.columns)}` : ''} AS (${p.query(cte.query)})`;

const printWith = (query: QueryNode, p: Printer, gap: string): string => {
  const ctes = query.with.length > 0 ? [`WITH ${query.with.map((cte) => printCte(cte, p)).join(`,${gap}`)}`] : [];
  return [...ctes, query.parts.map((part) => printSelect(part, p, gap)).join(`${gap}UNION ALL${gap}`)].join(gap);
};

const printer = (all: boolean): Printer => {
  const p: Printer = { all, query: (query) => printWith(query, p, ' ') };
  return p;
};

/** With a line for each clause; queries inside it stay in one line. */
export const printQuery = (query: QueryNode, { all = false } = {}): string => printWith(query, printer(all), '\n');

export const printExpression = (expr: Parameters<typeof printExpr>[0], { all = false } = {}): string =>
  printExpr(expr, printer(all));
