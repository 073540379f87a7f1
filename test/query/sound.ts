// Whether a plan holds together: each slot that an expression names is there, with the type that the expression says.
import type { Aggregate, Expr, KeyedFold, Order, Plan, Query, Rel, Side } from '../../shared/query/plan.ts';
import {
  type Columns,
  keptColumns,
  keyColumns,
  RANK,
  relColumns,
  sideColumns,
  WINDOW,
} from '../../shared/query/show/columns.ts';
import { sidesOf } from '../../shared/query/sides.ts';
import { isInstant, sameType, typeText } from '../../shared/query/type-rules.ts';
import type { SqlType } from '../../shared/query/types.ts';

/** A window column has the type of the event time, be it with a time zone or without. */
const fits = (a: SqlType, b: SqlType): boolean => sameType(a, b) || (isInstant(a) && isInstant(b));

type Say = (what: string) => void;

const check = (e: Expr | null, row: Columns, where: string, say: Say): void => {
  if (e === null || e.kind === 'literal') return;
  if (e.kind === 'call') {
    for (const arg of e.args) check(arg, row, where, say);
    if (e.fn === 'PROCTIME') say(`${where}: calls PROCTIME`);
    return;
  }
  const column = row[e.slot];
  if (!column) say(`${where}: slot ${e.slot} of ${row.length}`);
  else if (!fits(column.type, e.type))
    say(`${where}: slot ${e.slot} is ${typeText(column.type)}, read as ${typeText(e.type)}`);
};
const all = (exprs: readonly (Expr | null)[], row: Columns, where: string, say: Say): void => {
  for (const e of exprs) check(e, row, where, say);
};
const parts = (aggregates: readonly Aggregate[]) => aggregates.flatMap((a) => [a.arg, a.filter]);
const ordered = (order: readonly Order[]) => order.map((o) => o.expr);

const checkSide = (side: Side, say: Say): void => {
  const row = sideColumns(side);
  let width = side.columns.length;
  for (const l of side.lookups ?? []) {
    check(l.key, row.slice(0, width), 'look-up', say);
    if (l.key.type.kind !== 'STRING') say(`look-up: the key is ${typeText(l.key.type)}`);
    width += l.columns.length;
  }
  if (side.unnest) check(side.unnest.array, row.slice(0, width), 'unnest', say);
  check(side.where, row, 'where', say);
};

const checkFold = (fold: KeyedFold, say: Say): void => {
  const row = sideColumns(fold);
  all(fold.keys, row, 'keys', say);
  if (fold.keep.kind === 'aggregates') {
    all(parts(fold.keep.aggregates), row, 'aggregates', say);
    return;
  }
  all(fold.keep.row, row, 'row', say);
  if (fold.keep.best) all(ordered(fold.keep.best.order), keptColumns(fold.keep, row), 'best', say);
};

const checkRel = (rel: Rel, folds: readonly KeyedFold[], say: Say): void => {
  const row = (of: Rel): Columns => relColumns(of, folds);
  switch (rel.kind) {
    case 'fold':
      if (!folds[rel.fold]) say(`no fold ${rel.fold}`);
      return;
    case 'filter':
      check(rel.where, row(rel.of), 'filter', say);
      checkRel(rel.of, folds, say);
      return;
    case 'project':
      all(rel.select, row(rel.of), 'project', say);
      checkRel(rel.of, folds, say);
      return;
    case 'group':
      all([...rel.keys, ...parts(rel.aggregates)], row(rel.of), 'group', say);
      checkRel(rel.of, folds, say);
      return;
    case 'rank':
      all([...rel.partition, ...ordered(rel.order)], row(rel.of), 'rank', say);
      checkRel(rel.of, folds, say);
      return;
    case 'union': {
      const [first, ...rest] = rel.of.map((of) =>
        row(of)
          .map((c) => typeText(c.type))
          .join(),
      );
      if (rest.some((types) => types !== first)) say('union: its parts have unequal columns');
      for (const of of rel.of) checkRel(of, folds, say);
      return;
    }
    case 'join': {
      const [left, right] = [row(rel.left), row(rel.right)];
      if (rel.widths[0] !== left.length || rel.widths[1] !== right.length)
        say(`join: widths ${rel.widths}, not ${left.length},${right.length}`);
      all(rel.leftKeys, left, 'left keys', say);
      all(rel.rightKeys, right, 'right keys', say);
      rel.leftKeys.forEach((e, i) => {
        const other = rel.rightKeys[i];
        if (!other || !fits(e.type, other.type)) say('join: keys of unequal types');
      });
      check(rel.on, [...left, ...right], 'on', say);
      checkRel(rel.left, folds, say);
      checkRel(rel.right, folds, say);
      return;
    }
    default:
      rel satisfies never;
  }
};

const checkQuery = (q: Query, columns: Columns, say: Say): void => {
  for (const side of sidesOf(q)) checkSide(side, say);
  const given = (select: readonly Expr[], row: Columns): void => {
    all(select, row, 'select', say);
    if (select.length !== columns.length) say(`gives ${select.length} columns into ${columns.length}`);
    select.forEach((e, i) => {
      const column = columns[i];
      if (column && !fits(column.type, e.type))
        say(`${column.name} is ${typeText(column.type)}, given ${typeText(e.type)}`);
    });
  };
  switch (q.kind) {
    case 'stateless':
      given(q.select, sideColumns(q));
      return;
    case 'window': {
      const row = sideColumns(q);
      all([...q.keys, ...parts(q.aggregates)], row, 'group', say);
      const result = [
        ...keyColumns(q.keys, row),
        ...WINDOW,
        ...keptColumns({ kind: 'aggregates', aggregates: q.aggregates }, row),
      ];
      check(q.having, result, 'having', say);
      given(q.select, result);
      return;
    }
    case 'composed':
      for (const fold of q.folds) checkFold(fold, say);
      checkRel(q.rel, q.folds, say);
      given(
        relColumns(q.rel, q.folds).map((c, slot) => ({ kind: 'slot', slot, type: c.type })),
        relColumns(q.rel, q.folds),
      );
      return;
    case 'interval': {
      const rows = [q.left, q.right].map((side) => {
        const row = sideColumns(side);
        all([...side.keys, ...side.row], row, 'side', say);
        return keptColumns({ kind: 'rows', row: side.row, best: null }, row);
      });
      check(q.on, rows.flat(), 'on', say);
      given(q.select, rows.flat());
      return;
    }
    case 'running': {
      checkFold(q.fold, say);
      const row = sideColumns(q.fold);
      const rank = q.fold.keep.kind === 'rows' ? [RANK] : [];
      const result = [...keyColumns(q.fold.keys, row), ...rank, ...keptColumns(q.fold.keep, row)];
      check(q.having, result, 'having', say);
      given(q.select, result);
      return;
    }
    default:
      q satisfies never;
  }
};

/** What does not hold together in a plan, query by query. */
export const unsound = (plan: Plan): readonly string[] => {
  const wrong: string[] = [];
  for (const q of plan.queries) {
    const table = plan.tables.find((t) => t.name === q.into);
    if (!table) wrong.push(`${q.id}: no table ${q.into}`);
    else checkQuery(q, table.columns, (what) => wrong.push(`${q.id}: ${what}`));
    for (const { input } of sidesOf(q))
      if (input.stream === 'refined')
        for (const read of input.reads)
          if (!plan.queries.some((other) => other.id === read)) wrong.push(`${q.id}: reads ${read}`);
    const streams = new Set(sidesOf(q).map((s) => s.input.stream));
    if (streams.size > 1) wrong.push(`${q.id}: inputs on ${[...streams].join(' and ')}`);
  }
  return wrong;
};
