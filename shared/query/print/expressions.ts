// Expressions, with no more brackets than the levels of parser/expressions.ts ask for, or with all of them.
import type { CallNode, ExprNode, OverNode, QueryNode } from '../ast.ts';
import { printFunction, printIdent, printText, printType, quoted } from './names.ts';

export type Printer = {
  /** Brackets around every operator, so that the text shows what binds to what. */
  readonly all: boolean;
  /** A query inside an expression, without its brackets. */
  query(query: QueryNode): string;
};

const LEVEL: Readonly<Record<string, number>> = {
  OR: 22,
  AND: 24,
  '+': 40,
  '-': 40,
  '*': 60,
  '/': 60,
  '%': 60,
  '||': 60,
};
const ATOM = 100;

const levelOf = (node: ExprNode): number => {
  switch (node.kind) {
    case 'binary':
      return LEVEL[node.op] ?? 30;
    case 'unary':
      return node.op === 'NOT' ? 26 : 80;
    case 'is':
    case 'distinct':
      return 28;
    case 'between':
    case 'in':
    case 'like':
      return 32;
    case 'in-query':
      return node.arg ? 32 : node.not ? 26 : ATOM;
    default:
      return ATOM;
  }
};

/** What a dot or an element may stand behind without brackets. A name would take the dot as a part of itself. */
const isPrefix = (node: ExprNode): boolean => node.kind === 'item' || node.kind === 'field' || node.kind === 'call';

const printOver = (over: OverNode, p: Printer): string => {
  const order = over.orderBy.map(
    (o) =>
      `${printExpr(o.expr, p)}${o.descending ? ' DESC' : ''}${o.nulls ? ` NULLS ${o.nulls === 'first' ? 'FIRST' : 'LAST'}` : ''}`,
  );
  const partition = over.partitionBy.map((e) => printExpr(e, p));
  const parts = [
    ...(partition.length > 0 ? [`PARTITION BY ${partition.join(', ')}`] : []),
    ...(order.length > 0 ? [`ORDER BY ${order.join(', ')}`] : []),
  ];
  return ` OVER (${parts.join(' ')})`;
};

/** Calls with a grammar of their own; null where the node is of another shape, as a call by a name in backticks may be. */
const printSpecial = (node: CallNode, args: readonly string[]): string | null => {
  const { name } = node.name;
  const [a, b] = args;
  switch (name.toUpperCase()) {
    case 'EXTRACT':
      return node.unit !== null && args.length === 1 ? `${name}(${node.unit} FROM ${a})` : null;
    case 'TRIM':
      if (node.unit === null || args.length > 2 || a === undefined) return null;
      return b === undefined && node.unit === 'BOTH'
        ? `${name}(${a})`
        : `${name}(${[node.unit, ...(b === undefined ? [] : [b])].join(' ')} FROM ${a})`;
    case 'POSITION':
      return args.length === 2 ? `${name}(${a} IN ${b})` : null;
    case 'SUBSTRING':
      return args.length > 0 ? `${name}(${args.join(', ')})` : null;
    case 'TIMESTAMPADD':
    case 'TIMESTAMPDIFF':
      return node.unit !== null ? `${name}(${[node.unit, ...args].join(', ')})` : null;
    case 'FLOOR':
    case 'CEIL':
    case 'CEILING':
      if (node.unit === null || args.length !== 1) return args.length === 1 ? `${name}(${a})` : null;
      // Behind an interval, TO would be a part of it.
      return `${name}(${node.args[0]?.kind === 'name' ? a : `(${a})`} TO ${node.unit})`;
    default:
      return null;
  }
};

const SPECIAL = new Set(
  'EXTRACT TRIM POSITION SUBSTRING TIMESTAMPADD TIMESTAMPDIFF FLOOR CEIL CEILING CAST TRY_CAST JSON_VALUE JSON_EXISTS'.split(
    ' ',
  ),
);

const printCall = (node: CallNode, p: Printer): string => {
  const args = node.args.map((e) => printExpr(e, p));
  const special = node.over || node.filter || node.star || node.distinct ? null : printSpecial(node, args);
  if (special !== null) return special;
  const upper = node.name.name.toUpperCase();
  const name = SPECIAL.has(upper) ? quoted(node.name.name) : printFunction(node.name.name);
  const inner = node.star ? '*' : `${node.distinct ? 'DISTINCT ' : ''}${args.join(', ')}`;
  const filter = node.filter ? ` FILTER (WHERE ${printExpr(node.filter, p)})` : '';
  return `${name}(${inner})${filter}${node.over ? printOver(node.over, p) : ''}`;
};

const printLiteral = (node: Extract<ExprNode, { kind: 'literal' }>): string => {
  if (node.of === 'string') return printText(node.text);
  return node.of === 'timestamp' || node.of === 'date' ? `${node.of.toUpperCase()} ${printText(node.text)}` : node.text;
};

const printCase = (node: Extract<ExprNode, { kind: 'case' }>, p: Printer): string =>
  [
    'CASE',
    ...(node.operand ? [printExpr(node.operand, p)] : []),
    ...node.whens.map((w) => `WHEN ${printExpr(w.when, p)} THEN ${printExpr(w.result, p)}`),
    ...(node.otherwise ? [`ELSE ${printExpr(node.otherwise, p)}`] : []),
    'END',
  ].join(' ');

const printJson = (node: Extract<ExprNode, { kind: 'json' }>, p: Printer): string => {
  const returning = node.returning ? ` RETURNING ${printType(node.returning)}` : '';
  const onError = node.onError ? ` DEFAULT ${printExpr(node.onError, p)} ON ERROR` : '';
  return `${node.fn}(${printExpr(node.arg, p)}, ${printExpr(node.path, p)}${returning}${onError})`;
};

const not = (node: { readonly not: boolean }): string => (node.not ? 'NOT ' : '');

const bare = (node: ExprNode, p: Printer): string => {
  const at = (e: ExprNode, min: number): string => printExpr(e, p, min);
  switch (node.kind) {
    case 'literal':
      return printLiteral(node);
    case 'interval': {
      const precision = node.precision === null ? '' : `(${node.precision})`;
      return `INTERVAL ${printText(node.text)} ${node.from}${precision}${node.to === null ? '' : ` TO ${node.to}`}`;
    }
    case 'name':
      return node.parts.map(printIdent).join('.');
    case 'field':
      return `${isPrefix(node.of) ? bare(node.of, p) : `(${bare(node.of, p)})`}.${printIdent(node.name)}`;
    case 'item': {
      const free = isPrefix(node.of) || node.of.kind === 'name';
      return `${free ? bare(node.of, p) : `(${bare(node.of, p)})`}[${printExpr(node.index, p)}]`;
    }
    case 'unary': {
      const arg = at(node.arg, node.op === 'NOT' ? 27 : 80);
      return node.op === 'NOT' || /^[-+]/.test(arg) ? `${node.op} ${arg}` : `${node.op}${arg}`;
    }
    case 'binary': {
      const level = levelOf(node);
      return `${at(node.left, level)} ${node.op} ${at(node.right, level + 1)}`;
    }
    case 'between': {
      const how = node.symmetric ? ' SYMMETRIC' : '';
      return `${at(node.arg, 33)} ${not(node)}BETWEEN${how} ${at(node.low, 33)} AND ${at(node.high, 33)}`;
    }
    case 'in':
      return `${at(node.arg, 33)} ${not(node)}IN (${node.list.map((e) => printExpr(e, p)).join(', ')})`;
    case 'in-query':
      return node.arg
        ? `${at(node.arg, 33)} ${not(node)}IN (${p.query(node.query)})`
        : `${not(node)}EXISTS (${p.query(node.query)})`;
    case 'like':
      return `${at(node.arg, 33)} ${not(node)}LIKE ${at(node.pattern, 33)}${node.escape ? ` ESCAPE ${at(node.escape, 33)}` : ''}`;
    case 'is':
      return `${at(node.arg, 28)} IS ${not(node)}${node.what}`;
    case 'distinct':
      return `${at(node.left, 28)} IS ${not(node)}DISTINCT FROM ${at(node.right, 31)}`;
    case 'case':
      return printCase(node, p);
    case 'cast':
      return `${node.safe ? 'TRY_CAST' : 'CAST'}(${printExpr(node.arg, p)} AS ${printType(node.type)})`;
    case 'json':
      return printJson(node, p);
    case 'call':
      return printCall(node, p);
    default:
      return node satisfies never;
  }
};

/** @param min the loosest level that needs no brackets here */
export const printExpr = (node: ExprNode, p: Printer, min = 0): string => {
  const level = levelOf(node);
  const text = bare(node, p);
  return level < min || (p.all && level < ATOM && min > 0) ? `(${text})` : text;
};
