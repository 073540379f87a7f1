// A row of a query as a CloudEvent on `refined`.
import type { CloudEvent } from '../../event/cloud-event.ts';
import { showInstant } from '../../event/instant.ts';
import type { Plan, TablePlan } from '../../query/plan.ts';
import { rowWriter } from '../../query/row.ts';
import type { EpochMs } from '../../time.ts';
import type { DueRow } from '../operators/operator.ts';
import { sourceOfQuery } from '../roster.ts';

/** @param partial whether events that belong to the row were counted before its query was there */
export type RowWriter = (row: DueRow, number: string, partial: boolean) => string;

/** The same for every revision of the row. */
export const eventId = ({ query, id }: DueRow): string => `${query.id}|${id}`;

/** The row's event time: the destination's watermark column, so that a chained query reads it; else what its query says. */
const timeOf = (table: TablePlan, row: DueRow): EpochMs => {
  const at = table.columns.findIndex((c) => c.name === table.watermark?.column);
  const value = at < 0 ? null : row.values[at];
  return typeof value === 'number' ? value : row.time;
};

/**
 * @returns JSON text. `id` names the query and the row, by window and key: it is the same for every revision; `revision` is the outbox number, greater
 *   for each newer one; `deleted` is there when the row must go, `early` when its window is still open, `partial` when its query came later than what it counts.
 */
export const rowEventWriter = (plan: Plan, into: string): RowWriter => {
  const table = plan.tables.find((t) => t.name === into);
  if (table === undefined) throw new Error(`the plan has no table ${into}`);
  const write = rowWriter(table.columns);
  return (row, number, partial) => {
    const { query } = row;
    const head: Omit<CloudEvent, 'data'> = {
      specversion: '1.0',
      id: eventId(row),
      source: sourceOfQuery(query.id),
      type: into,
      time: showInstant(timeOf(table, row)),
      revision: number,
      ...(row.kept ? {} : { deleted: true }),
      ...(row.early ? { early: true } : {}),
      ...(partial ? { partial: true } : {}),
    };
    return `${JSON.stringify(head).slice(0, -1)},"data":${write(row.values)}}`;
  };
};
