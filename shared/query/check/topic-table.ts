// Tables between two queries of one statement: nobody names them.
import { createHash } from 'node:crypto';
import type { Column, TablePlan } from '../plan.ts';
import { canonical } from './canonical.ts';
import type { Draft } from './draft.ts';
import type { Table } from './tables.ts';

/** No CREATE TABLE takes it (tables.ts). */
export const BETWEEN_MARK = '~';

/** The name of the event time in a generated topic. */
export const TIME = `${BETWEEN_MARK}time`;

type Columns = readonly { readonly name: string; readonly type: Column['type'] }[];

export const topicTable = (
  base: Table,
  columns: Columns,
  time: { readonly column: string; readonly delay: number },
  name: string,
  filledBy: readonly Draft[],
): Table => {
  const read = columns.map((c): Column => ({ ...c, from: { kind: 'data', path: [c.name] } }));
  const plan: TablePlan = {
    name,
    at: base.plan.at,
    columns: columns.map((c) => ({ name: c.name, type: c.type })),
    watermark: time,
    primaryKey: [],
    connector: 'kinesis',
    types: [],
    ahead: base.plan.ahead,
    lateness: 0,
    options: { connector: 'kinesis' },
  };
  return {
    plan,
    node: base.node,
    problems: base.problems,
    columns: read,
    shown: read.map(({ name, type }, slot) => ({ name, type, expr: { kind: 'slot', slot, type } })),
    broken: new Set(),
    source: false,
    reference: null,
    early: null,
    ttl: null,
    filledBy,
  };
};

/** A name that follows from what fills the table: equal parts of two statements are computed once. */
export const topicName = (
  base: Table,
  columns: Columns,
  drafts: readonly Draft[],
): { readonly table: string; readonly query: string } => {
  const definition = drafts.map((d) => {
    const { name: _, at: __, into: ___, ...query } = d.query;
    return [query, d.from.map((t) => [t.plan.name, t.plan.types, t.columns, t.plan.watermark])];
  });
  const names = columns.map((c) => c.name);
  const hash = createHash('sha256')
    .update(canonical([names, definition]))
    .digest('hex')
    .slice(0, 8);
  const label = base.plan.name.replaceAll(/[^A-Za-z0-9_-]/g, '_').slice(0, 40);
  return { table: `${base.plan.name}${BETWEEN_MARK}${hash}`, query: `${label}-${hash}` };
};

/** The drafts into a table whose name is known now. */
export const named = (drafts: readonly Draft[], into: Table, query: string): readonly Draft[] =>
  drafts.map((d, i) => {
    const name = drafts.length > 1 ? `${query}-${i + 1}` : query;
    return { ...d, into, query: { ...d.query, name, into: into.plan.name } };
  });
