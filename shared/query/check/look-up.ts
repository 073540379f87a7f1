// `JOIN r FOR SYSTEM_TIME AS OF t.proc ON t.k = r.k`: the row of a reference table by its key.
import type { From } from '../ast.ts';
import type { Expr, Lookup } from '../plan.ts';
import type { Problems } from '../problem.ts';
import { STRING, typeText } from '../type-rules.ts';
import { condition } from './group.ts';
import { AS_OF, inputScope } from './input-scope.ts';
import { concrete, numbered } from './join-scope.ts';
import { findName, isNamed, type Names } from './names.ts';
import { isProctime, type Relation, type RelColumn, type Rows, slotCount } from './relation.ts';
import { call } from './scope.ts';
import { allOf, conjuncts, slotsOf } from './slots.ts';
import type { Table } from './tables.ts';

type AsOf = Extract<From, { kind: 'as-of' }>;
type Join = Extract<From, { kind: 'join' }>;

const SHAPE = 'FROM orders AS o JOIN shops FOR SYSTEM_TIME AS OF o.proc AS s ON o.shop = s.id';

const referenceOf = (
  node: AsOf,
  names: Names,
  problems: Problems,
): (Table & { reference: NonNullable<Table['reference']> }) | null => {
  const found = findName(node.table, 'JOIN', names, problems);
  if (!found) return null;
  if (!isNamed(found) && found.reference) return { ...found, reference: found.reference };
  const { name } = node.table;
  problems.notYet(
    node.table.at,
    `FOR SYSTEM_TIME AS OF with ${name}, which is no reference table`,
    `put its rows into pipeline/reference/${name}.csv and write CREATE TABLE ${name} (…, PRIMARY KEY (k) NOT ENFORCED) WITH ('connector' = 'jdbc', 'millrace.reference' = '${name}'); or join windows of both`,
  );
  return null;
};

/** The time of the look-up must be PROCTIME(): with an event time Flink reads the table's history. */
const checkTime = (node: AsOf, rel: Relation, problems: Problems): boolean => {
  const { time } = node;
  const found = time.kind === 'name' ? inputScope(rel, AS_OF, problems).name(time.parts) : null;
  if (found && isProctime(found)) return true;
  if (time.kind === 'name' && !found) return false;
  const way = `add a column to the CREATE TABLE on the left, proc AS PROCTIME(), and write ${SHAPE}`;
  if (time.kind === 'name') problems.notYet(time.at, `${AS_OF} an event time, which joins the table's history`, way);
  else problems.add(time.at, `${AS_OF}: names a column of the left table that is PROCTIME(), in Flink too; ${way}`);
  return false;
};

const keyText = (key: Expr): Expr => (key.type.kind === 'STRING' ? key : call('CAST', [key], STRING));

/** @param rel rows before any GROUP BY; null after a report */
export const lookUp = (join: Join, node: AsOf, left: Relation, names: Names, problems: Problems): Rows | null => {
  const table = referenceOf(node, names, problems);
  if (left.kind !== 'rows' || left.grouped) {
    problems.notYet(
      node.at,
      `a look-up after ${left.kind === 'pairs' ? 'a join' : 'GROUP BY or ROW_NUMBER'}`,
      `look up before it, in the sub-query: (SELECT … ${SHAPE})${left.kind === 'pairs' ? '' : ', and group by the columns found too'}`,
    );
    return null;
  }
  if (left.unnest) {
    problems.notYet(node.at, 'a look-up after UNNEST', 'write the look-up before UNNEST, by a column of the event');
    return null;
  }
  const timed = checkTime(node, left, problems);
  if (!table) return null;
  const first = slotCount(left);
  const name = node.alias?.name ?? table.plan.name;
  const added = table.columns.map(
    (c, i): RelColumn => ({
      name: c.name,
      type: c.type,
      at: node.at,
      expr: { kind: 'slot', slot: first + i, type: c.type },
    }),
  );
  const right: Relation = {
    ...left,
    name,
    parts: [{ name, from: 0, to: added.length }],
    columns: added,
    broken: table.broken,
  };
  if (join.type === 'right' || join.type === 'full' || !join.on) {
    problems.notYet(
      join.at,
      `${join.type.toUpperCase()} JOIN with a reference table`,
      `write JOIN or LEFT JOIN … ON: ${SHAPE}`,
    );
    return null;
  }
  const shown = numbered([left, right]);
  const on = condition(join.on, inputScope(shown, 'ON', problems));
  if (!on || !timed) return null;
  const columns = [...left.columns, ...added];
  const isKey = (e: Expr | undefined): boolean =>
    e?.kind === 'slot' && columns[e.slot]?.name === table.reference.key && e.slot >= left.columns.length;
  const ofLeft = (e: Expr | undefined): boolean =>
    e !== undefined && slotsOf([e]).every((s) => s < left.columns.length);
  let key: Expr | null = null;
  const rest: Expr[] = [];
  for (const e of conjuncts(on)) {
    const [a, b] = e.kind === 'call' && e.fn === '=' ? e.args : [];
    const [own, other] = isKey(a) ? [b, a] : isKey(b) ? [a, b] : [];
    if (key === null && own && other && ofLeft(own)) key = own;
    else rest.push(e);
  }
  const { key: keyColumn } = table.reference;
  if (key === null) {
    const found = conjuncts(on).some(
      (e) => e.kind === 'call' && e.args.some((x) => x.kind === 'call' && x.fn === 'CAST' && isKey(x.args[0])),
    );
    const type = table.columns.find((c) => c.name === keyColumn)?.type;
    problems.notYet(
      join.on.at,
      `a look-up in ${table.plan.name} by anything but its key`,
      found && type
        ? `compare "${keyColumn}" with a value of its own type, ${typeText(type)}: CAST(… AS ${typeText(type)}) = ${name}.${keyColumn}`
        : `write ON … = ${name}.${keyColumn}, its PRIMARY KEY, with an expression of the left table alone`,
    );
    return null;
  }
  if (rest.length > 0 && join.type === 'left') {
    problems.notYet(
      join.on.at,
      'LEFT JOIN of a reference table with more than its key in ON',
      `write the other conditions into SELECT: CASE WHEN … THEN ${name}.x END`,
    );
    return null;
  }
  const lookup: Lookup = {
    table: table.reference.name,
    keyColumn,
    key: keyText(concrete(key, left.columns)),
    columns: table.columns.map((c) => ({ name: c.name, type: c.type })),
    required: join.type !== 'left',
  };
  const moved = rest.map((e) => concrete(e, columns));
  return {
    ...left,
    name: shown.name,
    parts: shown.parts ?? [],
    columns,
    broken: shown.broken,
    lookups: [...left.lookups, lookup],
    where: allOf([left.where, ...moved]),
  };
};
