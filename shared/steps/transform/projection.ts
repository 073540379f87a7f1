// One stateless query made ready to run: an event in, at most one row out.
import type { CloudEvent, JsonObject } from '../../event/cloud-event.ts';
import { FIRST_INSTANT, LAST_INSTANT, showInstant } from '../../event/instant.ts';
import { isObject } from '../../event/path.ts';
import { evaluator, predicate } from '../../query/evaluate.ts';
import type { Plan, StatelessQuery, TablePlan } from '../../query/plan.ts';
import { rowReader, rowWriter } from '../../query/row.ts';
import type { Value } from '../../query/types.ts';
import type { EpochMs } from '../../time.ts';
import { sourceOfQuery } from '../roster.ts';

export type Projection = {
  readonly query: StatelessQuery;
  /**
   * The row of an event as JSON text of a CloudEvent; null when WHERE leaves the event out.
   * @param at names the event's place, the same in every delivery
   * @throws whatever the query's expressions throw on these values
   */
  apply(event: CloudEvent, time: EpochMs, at: string): string | null;
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

export const projection = (plan: Plan, query: StatelessQuery): Projection => {
  const table = plan.tables.find((t) => t.name === query.into);
  if (table === undefined) throw new Error(`the plan has no table ${query.into}, which ${query.name} writes`);
  const read = rowReader(query.columns);
  const keeps = predicate(query.where);
  const select = query.select.map((s) => evaluator(s));
  const write = rowWriter(table.columns);
  return {
    query,
    apply(event, time, at) {
      const data: JsonObject = isObject(event.data) ? event.data : {};
      const row = read({ data, attributes: event, time });
      if (!keeps(row)) return null;
      const values = select.map((value) => value(row));
      const head = {
        specversion: '1.0',
        id: `${query.id}|${at}`,
        source: sourceOfQuery(query.id),
        type: query.into,
        time: showInstant(timeOf(table, values, time)),
      };
      return `${JSON.stringify(head).slice(0, -1)},"data":${write(values)}}`;
    },
  };
};
