// What AWS would charge for a call, read off the call and its answer.
import type { Attributes } from '../../shared/aws/items.ts';
import type { Answer, Call, ObjectCall } from './hooks.ts';

export type Units = {
  /** DynamoDB write units, those of failed conditions too. */
  readonly writeUnits: number;
  readonly readUnits: number;
  /** Kinesis PUT payload units: 25 KB steps of each stored record. */
  readonly putUnits: number;
  /** S3 requests of the dear kind (PUT, POST, LIST), and of the cheap kind (GET, HEAD). */
  readonly objectPuts: number;
  readonly objectGets: number;
  /** Bytes of records and objects stored. */
  readonly bytes: number;
};
export const NO_UNITS: Units = { writeUnits: 0, readUnits: 0, putUnits: 0, objectPuts: 0, objectGets: 0, bytes: 0 };

const PUT_UNIT_BYTES = 25 * 1024;
const WRITE_UNIT_BYTES = 1024;
const CHEAP_OBJECT_CALLS = new Set(['GetObject', 'HeadObject', 'HeadBucket']);
const FREE_OBJECT_CALLS = new Set(['DeleteObject', 'DeleteObjects', 'DeleteBucket', 'AbortMultipartUpload']);
const WRITES = new Set(['PutItem', 'UpdateItem', 'DeleteItem', 'BatchWriteItem']);

/** Bytes behind a base64 text. */
const base64Bytes = (text: string): number =>
  (text.length * 3) / 4 - (text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0);

/** The size of an item in DynamoDB's JSON; binary values are base64 there. */
const attributesBytes = (item: Attributes): number =>
  Object.entries(item).reduce((sum, [name, v]) => {
    const value = v.S !== undefined ? Buffer.byteLength(v.S) : v.N !== undefined ? Math.ceil(v.N.length / 2) + 1 : 1;
    return sum + Buffer.byteLength(name) + (v.B === undefined ? value : base64Bytes(String(v.B)));
  }, 0);

type PutRecord = { readonly Data?: string; readonly PartitionKey?: string };

const kinesisUnits = (call: Call, answer: Answer): Units => {
  const body = call.body as PutRecord & { readonly Records?: readonly PutRecord[] };
  const sent = call.operation === 'PutRecord' ? [body] : call.operation === 'PutRecords' ? (body.Records ?? []) : [];
  if (sent.length === 0 || answer.status !== 200) return NO_UNITS;
  const results = (answer.json() as { readonly Records?: readonly { readonly ErrorCode?: string }[] }).Records;
  const sizes = sent
    .filter((_, i) => !results?.[i]?.ErrorCode)
    .map((r) => base64Bytes(r.Data ?? '') + Buffer.byteLength(r.PartitionKey ?? ''));
  return {
    ...NO_UNITS,
    putUnits: sizes.reduce((sum, n) => sum + Math.max(1, Math.ceil(n / PUT_UNIT_BYTES)), 0),
    bytes: sizes.reduce((sum, n) => sum + n, 0),
  };
};

type Capacity = { readonly CapacityUnits?: number };

const dynamoUnits = (call: Call, answer: Answer): Units => {
  const json = answer.json() as
    | {
        readonly ConsumedCapacity?: Capacity | readonly Capacity[];
        readonly __type?: string;
        readonly Item?: Attributes;
      }
    | undefined;
  if (answer.status !== 200) {
    if (!json?.__type?.endsWith('ConditionalCheckFailedException')) return NO_UNITS;
    // The service charges the item that stood there, at least one unit, and does not say so. Without ALL_OLD it is not seen here.
    const bytes = attributesBytes(json.Item ?? {});
    return { ...NO_UNITS, writeUnits: Math.max(1, Math.ceil(bytes / WRITE_UNIT_BYTES)) };
  }
  const units = [json?.ConsumedCapacity ?? []].flat().reduce((sum, c) => sum + ((c as Capacity).CapacityUnits ?? 0), 0);
  return WRITES.has(call.operation) ? { ...NO_UNITS, writeUnits: units } : { ...NO_UNITS, readUnits: units };
};

const objectUnits = (call: Call, answer: Answer): Units => {
  if (FREE_OBJECT_CALLS.has(call.operation)) return NO_UNITS;
  if (CHEAP_OBJECT_CALLS.has(call.operation)) return { ...NO_UNITS, objectGets: 1 };
  return { ...NO_UNITS, objectPuts: 1, bytes: answer.status === 200 ? (call.body as ObjectCall).bytes : 0 };
};

/** Queues, secrets and destinations are counted by calls alone. */
export const unitsOf = (call: Call, answer: Answer): Units => {
  switch (call.service) {
    case 'kinesis':
      return kinesisUnits(call, answer);
    case 'dynamodb':
      return dynamoUnits(call, answer);
    case 's3':
      return objectUnits(call, answer);
    case 'sqs':
    case 'secretsmanager':
    case 'sns':
    case 'events':
    case 'firehose':
    case 'es':
    case 'redshift-data':
    case 'postgres':
    case 'webhook':
    case 'kafka':
      return NO_UNITS;
    default:
      return call.service satisfies never;
  }
};
