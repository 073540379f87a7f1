// A sample of what a source delivers -> the records that it would put on raw, one by one, each with the partition key it would give.
import { hash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import type { Json, JsonObject } from '../../shared/event/cloud-event.ts';
import { parseJson, stringifyJson } from '../../shared/event/json.ts';
import { isObject, valueAt } from '../../shared/event/path.ts';
import type { Source } from '../../shared/pipeline.ts';

/** One record as PutRecord has it. */
export type Delivered = { readonly key: string; readonly bytes: Buffer };

const textAt = (value: Json, ...path: readonly string[]): string | undefined => {
  const found = valueAt(value, path);
  return typeof found === 'string' && found !== '' ? found : undefined;
};

/** The partition key that the service itself gives; undefined where it takes any. */
const ownKey = (adapter: Source['adapter'], value: Json): string | undefined => {
  switch (adapter) {
    case 'cloudwatch-logs': // distribution by log stream
      return textAt(value, 'logStream');
    case 'iot': // `${clientid()}` in the rule
      return textAt(value, 'iot_clientid');
    case 'dms': {
      const table = `${textAt(value, 'metadata', 'schema-name')}.${textAt(value, 'metadata', 'table-name')}`;
      return textAt(value, 'metadata', 'partition-key-value') ?? table;
    }
    case 'dynamodb': {
      const keys = valueAt(value, ['dynamodb', 'Keys']);
      return keys === undefined ? undefined : hash('md5', stringifyJson(keys));
    }
    case 'eventbridge':
      return textAt(value, 'id');
    case 'sns':
      return textAt(value, 'MessageId');
    case 'sqs':
      return textAt(value, 'messageId');
    default:
      return undefined;
  }
};

/** What stands for the record in an event of Lambda's, or in the answer of `aws kinesis get-records`; undefined: it is none. */
const enclosed = (value: Json): readonly (Json | Delivered)[] | undefined => {
  const logs = textAt(value, 'awslogs', 'data');
  if (logs !== undefined) return [{ key: '', bytes: Buffer.from(logs, 'base64') }];
  const records = isObject(value) ? value.Records : undefined;
  if (!Array.isArray(records)) return undefined;
  return records.map((record: Json) => {
    const data = textAt(record, 'kinesis', 'data') ?? textAt(record, 'Data');
    const key = textAt(record, 'kinesis', 'partitionKey') ?? textAt(record, 'PartitionKey') ?? '';
    if (data !== undefined) return { key, bytes: Buffer.from(data, 'base64') };
    return valueAt(record, ['Sns']) ?? record;
  });
};

const isDelivered = (item: Json | Delivered): item is Delivered =>
  isObject(item as Json) && 'bytes' in (item as object);

/**
 * One value of a sample.
 * @param bytes the value as it stands in the file; what is no JSON is delivered as it is
 */
export const deliveredOf = (bytes: Buffer, source: Source): readonly Delivered[] => {
  const { adapter, prefix = '' } = source;
  const keyed = ({ key, bytes: data }: Delivered): Delivered => {
    const own = key === '' ? hash('md5', data) : key;
    return { key: own.startsWith(prefix) ? own : `${prefix}${own}`, bytes: data };
  };
  const put = (value: Json, data: Buffer): Delivered =>
    keyed({ key: ownKey(adapter, value) ?? '', bytes: adapter === 'cloudwatch-logs' ? gzipSync(data) : data });
  // Kafka's console consumer prints the key before a tab, which no JSON text holds; Debezium Server makes it the partition key.
  const tab = adapter === 'debezium' ? bytes.indexOf(0x09) : -1;
  if (tab > 0 && parseJson(bytes.subarray(0, tab)).ok)
    return [keyed({ key: bytes.subarray(0, tab).toString(), bytes: bytes.subarray(tab + 1) })];
  const parsed = parseJson(bytes);
  if (!parsed.ok) return [keyed({ key: '', bytes })];
  const inside = enclosed(parsed.value);
  if (inside === undefined) return [put(parsed.value, bytes)];
  return inside.map((item) =>
    isDelivered(item) ? keyed(item) : put(item as JsonObject, Buffer.from(stringifyJson(item))),
  );
};

/** A line as the Kinesis Agent sends it: a record of its own, with its end, under a key that spreads. */
export const deliveredLine = (line: Buffer, { prefix = '' }: Source): Delivered => {
  const bytes = Buffer.concat([line, Buffer.from('\n')]);
  return { key: `${prefix}${hash('md5', line)}`, bytes };
};
