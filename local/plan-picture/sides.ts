// The way of events to an operator: their stream, look-ups, UNNEST, WHERE.
import type { Side } from '../../shared/query/plan.ts';
import { showExpr } from '../../shared/query/show.ts';
import { type GraphBuilder, namesOf, type Slot } from './graph.ts';

const INT = { kind: 'INT' } as const;

/** @returns the place of the last operator */
export const drawSide = (b: GraphBuilder, side: Side): number => {
  const { input } = side;
  const what = input.stream === 'enriched' ? `events ${input.types.join(', ')}` : `rows of ${input.reads.join(', ')}`;
  let at = b.add({
    kind: 'stream',
    title: input.table,
    does: [`${what}, on ${input.stream}`],
    row: side.columns.map(({ name, type }) => ({ name, type })),
    from: [],
  });
  for (const l of side.lookups ?? []) {
    const row: Slot[] = l.columns.map((c) => ({ name: `${l.table}.${c.name}`, type: c.type }));
    const table = b.add({
      kind: 'reference',
      title: l.table,
      does: [`reference table, by ${l.keyColumn}`],
      row,
      from: [],
    });
    at = b.add({
      kind: 'operator',
      title: l.required ? 'look up' : 'look up, or NULL',
      does: [`${l.keyColumn} = ${showExpr(l.key, namesOf(b.rowOf(at)))}`],
      row: [...b.rowOf(at), ...row],
      from: [at, table],
    });
  }
  if (side.unnest) {
    const { array, columns, ordinality, keepsEmpty } = side.unnest;
    at = b.add({
      kind: 'operator',
      title: keepsEmpty ? 'unnest, or NULL' : 'unnest',
      does: [`a row for each of ${showExpr(array, namesOf(b.rowOf(at)))}`],
      row: [...b.rowOf(at), ...columns, ...(ordinality ? [{ name: 'ordinality', type: INT }] : [])],
      from: [at],
    });
  }
  if (side.where !== null)
    at = b.add({
      kind: 'operator',
      title: 'where',
      does: [showExpr(side.where, namesOf(b.rowOf(at)))],
      row: b.rowOf(at),
      from: [at],
    });
  return at;
};
