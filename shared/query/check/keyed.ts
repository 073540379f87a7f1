// What a destination asks of the queries that fill it: its PRIMARY KEY, and the options that revise rows.
import { rolesOf } from '../logic-plan/tree.ts';
import { uniqueOf } from '../logic-plan/unique.ts';
import type { Expr } from '../plan.ts';
import type { Problems } from '../problem.ts';
import type { Places } from './draft.ts';
import type { Grouped, Pairs, Running, Windows } from './relation.ts';
import { slotCount } from './relation.ts';
import { sameExpr } from './scope.ts';
import { shifted } from './slots.ts';
import type { Table } from './tables.ts';

export type Target = {
  readonly into: Table;
  /** The destination's columns in their order, over the relation's row. */
  readonly row: readonly Expr[];
  readonly places: Places;
  readonly problems: Problems;
};

/** A cast that keeps unequal values unequal. */
const bare = (e: Expr): Expr => {
  const [arg] = e.kind === 'call' && e.fn === 'CAST' ? e.args : [];
  const keeps = arg && (arg.type.kind === 'INT' || (arg.type.kind === 'BIGINT' && e.type.kind === 'DECIMAL'));
  return arg && keeps ? bare(arg) : e;
};

/** What fills the columns of PRIMARY KEY. */
const held = ({ into, row }: Target): readonly Expr[] =>
  into.plan.columns.flatMap((c, i) => {
    const e = row[i];
    return into.plan.primaryKey.includes(c.name) && e ? [bare(e)] : [];
  });
const slotsIn = (exprs: readonly Expr[]): ReadonlySet<number> =>
  new Set(exprs.flatMap((e) => (e.kind === 'slot' ? [e.slot] : [])));

const keyText = ({ into }: Target): string =>
  `the PRIMARY KEY of ${into.plan.name} (${into.plan.primaryKey.join(', ')})`;

/** Whether an older window can be written after a newer one. */
const revises = ({ into }: Target): string | null =>
  into.plan.lateness > 0 ? 'lateness' : into.early !== null ? 'early' : null;

const checkRevised = (target: Target, holdsWindow: boolean): void => {
  const option = revises(target);
  if (option !== null && !holdsWindow)
    target.problems.add(
      target.places.into,
      `INSERT INTO: ${keyText(target)} must hold window_start or window_end, because 'millrace.${option}' lets an older window be revised after a newer one`,
    );
};

/** Rows of one window must not compete for one row of the destination: which came last would depend on the shards. */
export const checkWindowKey = (target: Target, grouped: Grouped): void => {
  if (target.into.plan.primaryKey.length === 0) return;
  const slots = slotsIn(held(target));
  const count = grouped.keys.length;
  if (!grouped.keys.every((_, i) => slots.has(i)))
    target.problems.add(
      target.places.into,
      `INSERT INTO: ${keyText(target)} must hold every key of GROUP BY, or rows of one window would overwrite each other`,
    );
  else
    checkRevised(
      target,
      [0, 1, 2].some((i) => slots.has(count + i)),
    );
};

export const checkComposedKey = (target: Target, rel: Windows): void => {
  if (target.into.plan.primaryKey.length === 0) return;
  const unique = uniqueOf(rel.tree);
  const slots = slotsIn(held(target));
  const roles = rolesOf(rel.tree);
  if (!unique.some((key) => key.every((slot) => slots.has(slot))))
    target.problems.add(
      target.places.into,
      `INSERT INTO: two rows of one window may have the same key in ${keyText(target)} and would overwrite each other; ${
        unique.length > 0
          ? 'it must hold every key by which the rows of a window differ: those of GROUP BY and of the joined sides, or PARTITION BY and the rank'
          : 'nothing tells the rows of this query apart, be it events as they are or parts of a UNION ALL: leave the PRIMARY KEY out, or group them'
      }`,
    );
  else
    checkRevised(
      target,
      [...slots].some((slot) => roles[slot] !== undefined),
    );
};

/** Pairs of one key keep their order; those of different keys do not. */
export const checkPairsKey = (target: Target, rel: Pairs): void => {
  if (target.into.plan.primaryKey.length === 0) return;
  const exprs = held(target);
  const width = slotCount(rel.left);
  const missing = rel.leftKeys.some((key, i) => {
    const other = rel.rightKeys[i];
    return !exprs.some((e) => sameExpr(e, bare(key)) || (other && sameExpr(e, bare(shifted(other, width)))));
  });
  if (missing)
    target.problems.add(
      target.places.into,
      `INSERT INTO: ${keyText(target)} must hold every column by which the join is equal: pairs of different keys come in no order`,
    );
};

const inWindows = ({ of, keep }: Running): string => {
  const { name, watermark } = of.base.plan;
  if (of.base.filledBy) return 'group by window_start and window_end of the sub-query too';
  const clause = keep.kind === 'rows' ? 'PARTITION BY' : 'GROUP BY';
  return `compute it in windows: FROM TABLE(TUMBLE(TABLE ${name}, DESCRIPTOR(${watermark?.column}), INTERVAL '1' MINUTE)) … ${clause} window_start, window_end`;
};

/** @returns whether the destination can hold rows that change */
export const checkRunningKey = (target: Target, rel: Running): boolean => {
  const { into, places, problems } = target;
  const { primaryKey, name, connector, columns } = into.plan;
  const { keys, keep, what } = rel;
  const before = problems.count();
  const once = rel.emit === 'first';
  const slots = slotsIn(held(target));
  const ranks = keep.kind === 'rows' && keep.best.to > 1;
  const wanted = [...keys.map((_, i) => i), ...(ranks ? [keys.length] : [])];
  const nameOf = (slot: number): string => {
    const column = columns.find((_, i) => {
      const e = target.row[i];
      return e !== undefined && sameExpr(bare(e), { kind: 'slot', slot, type: bare(e).type });
    });
    if (column) return column.name;
    if (ranks && slot === keys.length) return 'the rank';
    return 'a key that SELECT does not give';
  };
  const rank = keep.kind === 'rows' ? keys.length : -1;
  const exact =
    wanted.every((slot) => slots.has(slot)) &&
    primaryKey.length === new Set([...slots]).size &&
    [...slots].every((slot) => wanted.includes(slot) || slot === rank);
  const names = wanted.map(nameOf).join(', ');
  if (connector === 'filesystem')
    problems.notYet(
      places.into,
      `${what} without a window into ${name}, a filesystem table, whose rows are written once`,
      "write it into a table with PRIMARY KEY and the connector 'dynamodb', or in a window",
    );
  else if (connector === 'kafka' && !once)
    problems.add(
      places.into,
      `INSERT INTO: ${name} doesn't support consuming update changes, and the rows of ${what} without a window change as events come; write 'connector' = 'upsert-kafka' and PRIMARY KEY (${names}) NOT ENFORCED, or ${inWindows(rel)}`,
    );
  else if (primaryKey.length === 0 && !once)
    problems.notYet(
      places.into,
      `${what} without a window into ${name}, which has no PRIMARY KEY: its rows change as events come`,
      `write PRIMARY KEY (${names}) NOT ENFORCED and 'millrace.ttl' = '1 d' into CREATE TABLE ${name}; or ${inWindows(rel)}`,
    );
  else if (primaryKey.length > 0 && !exact)
    problems.add(
      places.into,
      `INSERT INTO: ${keyText(target)} must be the key of the query's rows, ${names}: ${what} without a window gives one row for each`,
    );
  if (problems.count() > before) return false;
  if (into.ttl !== null) return true;
  problems.notYet(
    places.into,
    `${what} without a window into ${name} without 'millrace.ttl': the state of its keys would be kept for ever`,
    `write 'millrace.ttl' = '1 d' into WITH of CREATE TABLE ${name}: a key begins anew when no event of it came for so long`,
  );
  return false;
};
