// Computed columns of CREATE TABLE: expressions over the other columns, written into the queries that read them.
import type { CreateTable } from '../ast.ts';
import type { Column, Expr } from '../plan.ts';
import type { Problems } from '../problem.ts';
import type { SqlType } from '../types.ts';
import { checkExpr } from './expression.ts';
import { inputScope } from './input-scope.ts';
import { type Shown as Names, PROCTIME } from './relation.ts';

type Shown = { readonly name: string; readonly type: SqlType; readonly expr: Expr };
export type Computed = {
  /** The one that WATERMARK FOR names: the event time, which is read as such and not computed again. */
  readonly times: readonly Column[];
  /** All columns in their order, over those that are read. */
  readonly shown: (read: readonly Column[]) => readonly Shown[];
};

const plainSlots = (read: readonly Column[]): readonly Shown[] =>
  read.map(({ name, type }, slot) => ({ name, type, expr: { kind: 'slot', slot, type } }));

/** Adds to `broken` the columns that have a mistake. */
export const checkComputed = (
  node: CreateTable,
  columns: readonly Column[],
  broken: Set<string>,
  problems: Problems,
): Computed => {
  const scope = (name: string) => {
    const rel: Names = {
      name: node.name.name,
      columns: plainSlots(columns).map((c) => ({ ...c, at: node.at })),
      broken,
    };
    return inputScope(rel, `column ${name}`, problems);
  };
  const found = node.computed.flatMap((c) => {
    const name = c.name.name;
    if (node.columns.some((x) => x.name.name === name) || node.computed.some((x) => x !== c && x.name.name === name))
      problems.add(c.name.at, `CREATE TABLE ${node.name.name}: the column "${name}" stands twice`);
    const isProctime =
      c.expr.kind === 'call' && c.expr.name.name.toUpperCase() === 'PROCTIME' && c.expr.args.length === 0;
    const expr = isProctime ? PROCTIME : checkExpr(c.expr, scope(name));
    if (!expr) broken.add(name);
    return expr ? [{ name, expr, index: c.index }] : [];
  });
  const marked = node.watermarks[0]?.column.name;
  const times = found
    .filter((c) => c.name === marked)
    .map(({ name, expr }): Column => ({ name, type: expr.type, from: { kind: 'event-time' } }));
  return {
    times,
    shown: (read) => {
      const slots = plainSlots(read);
      const physical = slots.filter((c) => columns.some((x) => x.name === c.name));
      const all: Shown[] = [...physical];
      for (const { name, expr, index } of found)
        all.splice(index, 0, slots.find((s) => s.name === name && name === marked) ?? { name, type: expr.type, expr });
      return all;
    },
  };
};
