// The names of a window's result row: its keys, window_start, window_end, window_time, then the aggregates, which are found as
// SELECT and HAVING use them.
import type { CallNode, ExprNode, Ident } from '../ast.ts';
import type { Aggregate, Expr } from '../plan.ts';
import { problemsOf } from '../problem.ts';
import { averageType, BIGINT, isNested, isNumeric, sumType, TIMESTAMP, typeText } from '../type-rules.ts';
import type { SqlType } from '../types.ts';
import { checkExpr } from './expression.ts';
import { inputScope } from './input-scope.ts';
import { asBoolean } from './operators.ts';
import { type Scope, sameExpr } from './scope.ts';
import type { Table } from './tables.ts';

export const WINDOW_COLUMNS = ['window_start', 'window_end', 'window_time'] as const;
export type WindowColumn = (typeof WINDOW_COLUMNS)[number];

export type Grouping = {
  readonly keys: readonly Expr[];
  /** The window columns that GROUP BY names: only those may be selected. */
  readonly window: ReadonlySet<string>;
  /** Filled as aggregates are met. */
  readonly aggregates: Aggregate[];
};

/** `window_start`, also as `alias.window_start`. */
export const windowColumn = (node: ExprNode, alias: string): WindowColumn | null => {
  if (node.kind !== 'name') return null;
  const parts = node.parts.length === 2 && node.parts[0]?.name === alias ? node.parts.slice(1) : node.parts;
  return parts.length === 1 ? (WINDOW_COLUMNS.find((name) => name === parts[0]?.name) ?? null) : null;
};

const aggregateType = (fn: Aggregate['fn'], arg: Expr | null): SqlType | null => {
  if (fn === 'COUNT' || arg === null) return BIGINT;
  const { type } = arg;
  if (fn === 'SUM') return isNumeric(type) ? sumType(type) : null;
  if (fn === 'AVG') return isNumeric(type) ? averageType(type) : null;
  return isNested(type) || type.kind === 'INTERVAL' ? null : type;
};

export const resultScope = (table: Table, alias: string, grouping: Grouping, clause: string, base: Scope): Scope => {
  const { problems } = base;
  const inner = (text: string): Scope => ({
    ...inputScope(table, alias, text, problems),
    aggregate(node) {
      problems.add(node.at, `${text}: an aggregate cannot stand inside another`);
      return null;
    },
  });

  const checkAggregate = (node: CallNode): Expr | null => {
    const fn = node.name.name.toUpperCase() as Aggregate['fn'];
    const [first, ...more] = node.args;
    if (node.star ? fn !== 'COUNT' || node.distinct : !first || more.length > 0) {
      const wanted = fn === 'COUNT' ? 'COUNT(*), COUNT(x) or COUNT(DISTINCT x)' : `${fn}(x) or ${fn}(DISTINCT x)`;
      if (more.length > 0 && fn === 'COUNT')
        problems.notYet(node.at, 'COUNT of several values', 'count one, or join them as text');
      else problems.notSql(node.at, `${clause}: expected ${wanted}`);
      return null;
    }
    const arg = first ? checkExpr(first, inner(fn)) : null;
    const condition = node.filter && checkExpr(node.filter, inner('FILTER'));
    const filter = condition && node.filter && asBoolean(node.filter.at, 'FILTER', condition, problems);
    if ((first && !arg) || (node.filter && !filter)) return null;
    const type = aggregateType(fn, arg);
    if (type === null || (node.distinct && arg && isNested(arg.type))) {
      const takes = fn === 'SUM' || fn === 'AVG' ? 'numbers' : 'plain values';
      problems.add(node.at, `${clause}: ${fn} takes ${takes}, found ${arg ? typeText(arg.type) : 'nothing'}`);
      return null;
    }
    // MIN and MAX of distinct values are those of all: one fold serves both.
    const distinct = node.distinct && fn !== 'MIN' && fn !== 'MAX';
    const aggregate: Aggregate = { fn, distinct, arg, filter, type };
    const known = grouping.aggregates.findIndex((a) => JSON.stringify(a) === JSON.stringify(aggregate));
    const index = known >= 0 ? known : grouping.aggregates.push(aggregate) - 1;
    return { kind: 'slot', slot: grouping.keys.length + WINDOW_COLUMNS.length + index, type };
  };

  const checkName = (parts: readonly Ident[]): Expr | null => {
    const silent = problemsOf(problems.file, []);
    const name = parts.map((p) => p.name).join('.');
    if (inputScope(table, alias, clause, silent).name(parts) === null)
      return inputScope(table, alias, clause, problems).name(parts);
    const last = parts[parts.length - 1];
    if (last)
      problems.add(
        last.at,
        `${clause}: "${name}" is neither in GROUP BY nor inside an aggregate; write it in GROUP BY, or MIN(${name}), COUNT(${name}) …`,
      );
    return null;
  };

  return {
    problems,
    clause,
    aggregate: checkAggregate,
    name: checkName,
    whole(node) {
      const column = windowColumn(node, alias);
      if (column && !table.columns.some((c) => c.name === column)) {
        if (!grouping.window.has(column))
          problems.add(
            node.at,
            `${clause}: "${column}" is not in GROUP BY; write it there: GROUP BY window_start, window_end, ${column} …`,
          );
        const type = column === 'window_time' ? timeType(table) : TIMESTAMP;
        return { kind: 'slot', slot: grouping.keys.length + WINDOW_COLUMNS.indexOf(column), type };
      }
      if (node.kind === 'literal' || node.kind === 'interval') return undefined;
      const found = checkExpr(node, inputScope(table, alias, clause, problemsOf(problems.file, [])));
      const slot = found ? grouping.keys.findIndex((key) => sameExpr(key, found)) : -1;
      return found && slot >= 0 ? { kind: 'slot', slot, type: found.type } : undefined;
    },
  };
};

/** window_time has the type of the event time; window_start and window_end are always TIMESTAMP. */
const timeType = (table: Table): SqlType =>
  table.columns.find((c) => c.name === table.plan.watermark?.column)?.type ?? TIMESTAMP;
