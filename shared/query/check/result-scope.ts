// The names of a grouped row: its keys, of a window also window_start, window_end, window_time, then the aggregates, which are found as
// SELECT and HAVING use them.
import type { CallNode, Ident } from '../ast.ts';
import type { Aggregate, Expr } from '../plan.ts';
import { type Problems, quietly } from '../problem.ts';
import { averageType, BIGINT, isNested, isNumeric, sumType, typeText } from '../type-rules.ts';
import type { SqlType } from '../types.ts';
import { checkExpr } from './expression.ts';
import { inputScope } from './input-scope.ts';
import { asBoolean } from './operators.ts';
import { type Relation, WINDOW_COLUMNS, type WindowColumn } from './relation.ts';
import { call, type Scope, sameExpr } from './scope.ts';
import { mapSlots, ofWindowOnly, readsWindow, WINDOW_SLOT } from './slots.ts';

const GROUPING = new Set(['GROUPING', 'GROUPING_ID']);

/** What GROUP BY says. */
export type Grouping = {
  readonly keys: readonly Expr[];
  readonly sets: readonly (readonly number[])[];
  /** Of rows in windows, the window columns that GROUP BY names: only those may be selected. null: window columns are keys as others. */
  readonly window: ReadonlySet<WindowColumn> | null;
  /** Filled as aggregates are met. */
  readonly aggregates: Aggregate[];
};

/** Slots before the aggregates. */
export const slotsBefore = (g: Grouping): number => g.keys.length + (g.window ? WINDOW_COLUMNS.length : 0);

const aggregateType = (fn: Aggregate['fn'], arg: Expr | null): SqlType | null => {
  if (fn === 'COUNT' || arg === null) return BIGINT;
  const { type } = arg;
  if (fn === 'SUM') return isNumeric(type) ? sumType(type) : null;
  if (fn === 'AVG') return isNumeric(type) ? averageType(type) : null;
  return isNested(type) || type.kind === 'INTERVAL' ? null : type;
};

export const resultScope = (rel: Relation, grouping: Grouping, clause: string, problems: Problems): Scope => {
  const before = slotsBefore(grouping);
  const window = rel.kind === 'rows' && !rel.grouped ? rel.window : null;
  const inner = (text: string): Scope => ({
    ...inputScope(rel, text, problems),
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
    if (window && window.spec.kind !== 'tumble' && [arg, filter].some((e) => e && readsWindow(e))) {
      problems.notYet(node.at, `a column of a ${window.fn} window inside ${fn}`, 'group by it, and use it outside');
      return null;
    }
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
    return { kind: 'slot', slot: before + index, type };
  };

  /** Which keys are left out of the set that a row belongs to, as bits; decided when the sets are parted. */
  const checkGrouping = (node: CallNode): Expr | null => {
    const args = node.args.map((arg) => {
      const key = checkExpr(arg, inputScope(rel, 'GROUPING', problems));
      const slot = key ? grouping.keys.findIndex((k) => sameExpr(k, key)) : -1;
      if (key && slot < 0) problems.add(arg.at, `${clause}: GROUPING takes expressions of GROUP BY`);
      return key && slot >= 0 ? ({ kind: 'slot', slot, type: key.type } as const) : null;
    });
    const known = args.flatMap((e) => e ?? []);
    if (args.length === 0) problems.notSql(node.at, `${clause}: expected GROUPING(key)`);
    return known.length === args.length && args.length > 0 ? call('GROUPING', known, BIGINT) : null;
  };

  const checkName = (parts: readonly Ident[]): Expr | null => {
    const silent = quietly(problems);
    const name = parts.map((p) => p.name).join('.');
    if (inputScope(rel, clause, silent).name(parts) === null) return inputScope(rel, clause, problems).name(parts);
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
      if (node.kind === 'literal' || node.kind === 'interval') return undefined;
      if (node.kind === 'call' && GROUPING.has(node.name.name.toUpperCase())) return checkGrouping(node);
      const found = checkExpr(node, inputScope(rel, clause, quietly(problems)));
      if (!found) return undefined;
      const slot = grouping.keys.findIndex((key) => sameExpr(key, found));
      if (slot >= 0) return { kind: 'slot', slot, type: found.type };
      const named = grouping.window;
      if (!named || !ofWindowOnly(found)) return undefined;
      return mapSlots(found, (s) => {
        const column = WINDOW_COLUMNS[s.slot - WINDOW_SLOT] ?? 'window_start';
        if (!named.has(column))
          problems.add(
            node.at,
            `${clause}: "${column}" is not in GROUP BY; write it there: GROUP BY window_start, window_end, ${column} …`,
          );
        return { ...s, slot: grouping.keys.length + s.slot - WINDOW_SLOT };
      });
    },
  };
};
