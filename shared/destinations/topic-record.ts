// A row as a record of a Kafka topic: a CloudEvent in the binary mode of its Kafka binding, whose value is the row alone. Readers that know
// nothing of Millrace (Flink, Kafka Connect, ksqlDB) read key and value; the headers tell a record that came again.
import type { Json } from '../event/cloud-event.ts';
import { parseJson, stringifyJson } from '../event/json.ts';
import type { RecordShape } from '../query/kafka-options.ts';
import type { SinkRow } from '../steps/sink/destination.ts';

export type TopicRecord = {
  /** Null: the record goes to the partition of its id. */
  readonly key: string | null;
  /** Null, a tombstone: the row must go. */
  readonly value: string | null;
  readonly headers: Readonly<Record<string, string>>;
};

type Columns = { readonly [name: string]: Json };

const parsed = (text: string): Json => {
  const found = parseJson(Buffer.from(text));
  if (!found.ok) throw new Error(`a row of ours is no JSON: ${found.cause}`);
  return found.value as Json;
};

/** The key's columns: of a table with a PRIMARY KEY its values stand in the row's key, else in the row. */
const keyColumns = (r: SinkRow, columns: readonly string[], keyed: boolean): Columns => {
  const values = keyed
    ? (parsed(r.key) as readonly Json[])
    : columns.map((c) => (parsed(r.row ?? '{}') as Columns)[c] ?? null);
  return Object.fromEntries(columns.map((c, i) => [c, values[i] ?? null]));
};

const keyText = (columns: Columns, { keyFormat }: RecordShape): string | null => {
  if (keyFormat === 'none') return null;
  if (keyFormat === 'json') return stringifyJson(columns);
  const [only = null] = Object.values(columns);
  return only === null ? null : String(only);
};

/**
 * @param keyed whether the key's columns are those of PRIMARY KEY
 * @see https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/kafka-protocol-binding.md, section 3.2
 */
export const topicRecord = (r: SinkRow, shape: RecordShape, keyed: boolean): TopicRecord => {
  const columns = shape.keyFormat === 'none' ? {} : keyColumns(r, shape.key, keyed);
  const rest = (row: string): string =>
    stringifyJson(
      Object.fromEntries(Object.entries(parsed(row) as Columns).filter(([c]) => !Object.hasOwn(columns, c))),
    );
  return {
    key: keyText(columns, shape),
    value: r.row === null ? null : shape.withoutKey ? rest(r.row) : r.row,
    headers: {
      ce_specversion: '1.0',
      ce_id: r.id,
      ce_source: r.source,
      ce_type: r.table,
      ...(r.time !== '' && { ce_time: r.time }),
      ce_subject: r.key,
      ce_revision: r.version,
      ...(r.early && { ce_early: 'true' }),
      'content-type': 'application/json',
      ...(r.traceparent !== undefined && { traceparent: r.traceparent }),
    },
  };
};
