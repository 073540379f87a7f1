// One stateless query made ready to run: an event in; a row out or none, or with UNNEST one for each element.
import type { CloudEvent } from '../../event/cloud-event.ts';
import { FIRST_INSTANT, LAST_INSTANT, showInstant } from '../../event/instant.ts';
import { evaluator } from '../../query/evaluate.ts';
import type { Plan, StatelessQuery, TablePlan } from '../../query/plan.ts';
import { rowWriter } from '../../query/row.ts';
import { type SideDeps, type SideReader, sideReader } from '../../query/side-rows.ts';
import type { Value } from '../../query/types.ts';
import type { EpochMs } from '../../time.ts';
import { sourceOfQuery } from '../roster.ts';

/** A row as JSON text of a CloudEvent, and which element of UNNEST it is, from 0. */
export type ProjectedRow = { readonly element: number; readonly text: string };

export type Projection = Pick<SideReader, 'prepare'> & {
  readonly query: StatelessQuery;
  /**
   * The rows of an event that WHERE keeps. An event of a query with look-ups was prepared before.
   * @param at names the event's place, the same in every delivery
   * @throws whatever the query's expressions throw on these values
   */
  apply(event: CloudEvent, time: EpochMs, at: string): readonly ProjectedRow[];
};

/** The value of the destination's watermark column, else the event's own time. */
const timeOf = (table: TablePlan, values: readonly Value[], time: EpochMs): EpochMs => {
  const { watermark } = table;
  if (watermark === null) return time;
  const value = values[table.columns.findIndex((c) => c.name === watermark.column)];
  if (typeof value !== 'number')
    throw new RangeError(`${table.name}.${watermark.column} is the event time, but is NULL`);
  if (value < FIRST_INSTANT || value > LAST_INSTANT)
    throw new RangeError(`${table.name}.${watermark.column} lies outside years 1 to 9999`);
  return value;
};

export const projection = (plan: Plan, query: StatelessQuery, deps: SideDeps = {}): Projection => {
  const table = plan.tables.find((t) => t.name === query.into);
  if (table === undefined) throw new Error(`the plan has no table ${query.into}, which ${query.name} writes`);
  const side = sideReader(query, deps);
  const select = query.select.map((s) => evaluator(s, deps.functions));
  const write = rowWriter(table.columns);
  const textOf = (event: CloudEvent, values: readonly Value[], time: EpochMs, id: string): string => {
    const head = {
      specversion: '1.0',
      id,
      source: sourceOfQuery(query.id),
      type: query.into,
      time: showInstant(timeOf(table, values, time)),
      // The row stems from this one event, so it goes on with its trace.
      ...(typeof event.traceparent === 'string' && { traceparent: event.traceparent }),
      ...(typeof event.tracestate === 'string' && { tracestate: event.tracestate }),
    };
    return `${JSON.stringify(head).slice(0, -1)},"data":${write(values)}}`;
  };
  return {
    query,
    prepare: side.prepare,
    apply: (event, time, at) =>
      side.rows(event, time).map((row) => {
        const element = side.elementOf(row);
        const values = select.map((value) => value(row));
        const id = query.unnest === undefined ? `${query.id}|${at}` : `${query.id}|${at}|${element}`;
        return { element, text: textOf(event, values, time, id) };
      }),
  };
};
