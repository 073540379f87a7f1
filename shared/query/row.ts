// Rows out of events, and rows as the data of events.
import type { CloudEvent, Json } from '../event/cloud-event.ts';
import type { EpochMs } from '../time.ts';
import type { Column, TableColumn } from './plan.ts';
import { valueReader } from './read-value.ts';
import type { Value } from './types.ts';
import { valueWriter } from './write-value.ts';

/** What a row is read from: the event's `data`, its context attributes, and its event time. */
export type RowSource = {
  readonly data: Json | undefined;
  readonly attributes: CloudEvent;
  readonly time: EpochMs;
};

type ReadColumn = (event: RowSource) => Value;

const ownField = (json: Json | undefined, name: string): Json | undefined =>
  typeof json === 'object' && json !== null && !Array.isArray(json) && Object.hasOwn(json, name)
    ? (json as { readonly [name: string]: Json })[name]
    : undefined;

const readColumn = (column: Column): ReadColumn => {
  const { from } = column;
  const read = valueReader(column.type);
  switch (from.kind) {
    case 'event-time':
      return (event) => event.time;
    case 'attribute':
      return (event) => read(Object.hasOwn(event.attributes, from.name) ? event.attributes[from.name] : undefined);
    case 'data': {
      const [only = '', ...more] = from.path;
      if (more.length === 0) return (event) => read(ownField(event.data, only));
      return (event) => read(from.path.reduce<Json | undefined>(ownField, event.data));
    }
    default:
      return from satisfies never;
  }
};

/** Slots in the order of the columns. A field that is missing, or does not fit its column's type, is NULL (read-value.ts). */
export const rowReader = (columns: readonly Column[]): ((event: RowSource) => Value[]) => {
  const readers = columns.map(readColumn);
  return (event) => {
    const row: Value[] = new Array(readers.length);
    for (let i = 0; i < readers.length; i++) row[i] = readers[i]?.(event) ?? null;
    return row;
  };
};

/** One JSON object with the columns in their order, NULL as null. rowReader reads it back to the same values. */
export const rowWriter = (columns: readonly TableColumn[]): ((values: readonly Value[]) => string) => {
  const writers = columns.map((c, i) => ({
    head: `${i === 0 ? '{' : ','}${JSON.stringify(c.name)}:`,
    write: valueWriter(c.type),
  }));
  return (values) => {
    let text = writers.length === 0 ? '{' : '';
    for (let i = 0; i < writers.length; i++) {
      const writer = writers[i];
      if (writer) text += writer.head + writer.write(values[i] ?? null);
    }
    return `${text}}`;
  };
};
