// From what is selected to the destination's row.
import type { Insert } from '../ast.ts';
import type { Expr } from '../plan.ts';
import { didYouMean, listed, type Problems } from '../problem.ts';
import { typeText } from '../type-rules.ts';
import { storeAs } from './coerce.ts';
import { isNull, literal } from './literals.ts';
import { isProctime, isTime, type Relation, slotCount } from './relation.ts';
import { sameExpr } from './scope.ts';
import { shifted } from './slots.ts';
import type { Table } from './tables.ts';

/** The destination's columns in the order of SELECT; null when the list is wrong. */
const targets = (node: Insert, into: Table, problems: Problems): readonly string[] | null => {
  const known = into.plan.columns.map((c) => c.name);
  if (!node.columns) return into.broken.size > 0 ? null : known;
  let good = true;
  const seen = new Set<string>();
  for (const column of node.columns) {
    if (known.includes(column.name) && !seen.has(column.name)) {
      seen.add(column.name);
      continue;
    }
    good = false;
    const twice = seen.has(column.name);
    if (!into.broken.has(column.name))
      problems.add(
        column.at,
        twice
          ? `INSERT INTO: the column "${column.name}" stands twice`
          : `INSERT INTO: unknown column "${column.name}".${didYouMean(column.name, known)} ${into.plan.name} has ${listed(known)}`,
      );
  }
  return good ? node.columns.map((c) => c.name) : null;
};

/** Flink keeps both event times of an interval join. */
const isTimeOfPair = (rel: Relation, e: Expr): boolean =>
  rel.kind === 'pairs' &&
  [rel.left.time, rel.right.time && shifted(rel.right.time, slotCount(rel.left))].some((t) => t && sameExpr(e, t));

/**
 * Flink's sinks take one event time: it refuses a second column that still is one ("more than one rowtime attribute column", its
 * StreamExecSink), so that we do, too.
 */
const oneTime = (into: Table, rel: Relation, problems: Problems): void => {
  const [first, ...more] = rel.columns.filter((c) => isTime(rel, c) || isTimeOfPair(rel, c.expr));
  for (const column of more)
    problems.add(
      column.at,
      `INSERT INTO ${into.plan.name}: "${first?.name}" is the event time already, Flink takes no second one; write CAST(… AS ${typeText(column.type)}) around all but one`,
    );
};

/** The destination's row: each column filled by what was selected for it, cast where Flink casts, NULL where nothing was. */
export const fill = (node: Insert, into: Table, rel: Relation, problems: Problems): readonly Expr[] | null => {
  const selected = rel.columns;
  const names = targets(node, into, problems);
  if (!names) return null;
  if (names.length !== selected.length) {
    problems.add(
      node.query.at,
      `INSERT INTO ${into.plan.name}: SELECT gives ${selected.length} columns, the table has ${names.length}: ${listed(names)}`,
    );
    return null;
  }
  oneTime(into, rel, problems);
  const row = into.plan.columns.map(({ name, type }) => {
    const found = selected[names.indexOf(name)];
    const expr = found?.expr ?? literal(null, type);
    if (found && isProctime(expr)) {
      problems.notYet(
        found.at,
        'PROCTIME() in what is written',
        'use the event time column: the content of the stream fixes the result; PROCTIME() serves FOR SYSTEM_TIME AS OF alone',
      );
      return null;
    }
    if (isNull(expr) && into.plan.primaryKey.includes(name))
      problems.add(
        found?.at ?? node.into.at,
        `INSERT INTO: "${name}" is in the PRIMARY KEY of ${into.plan.name} and cannot be NULL`,
      );
    return found ? storeAs(found.at, expr, name, type, problems) : expr;
  });
  const good = row.flatMap((e) => (e ? [e] : []));
  return good.length === row.length ? good : null;
};
