// Item changes of DynamoDB. To a Kinesis data stream: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/kds.html, times in
// ms, or in microseconds where ApproximateCreationDateTimePrecision says so, and no sequence number. Records of DynamoDB Streams
// (a pipe forwards them): https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_streams_Record.html, times in seconds.
import type { Json, JsonObject } from '../event/cloud-event.ts';
import { isObject, pointer } from '../event/path.ts';
import { type Adapter, CONTROL, holding, NOT_MINE, type Part } from './adapter.ts';
import { itemOf } from './attribute-value.ts';
import { changePart, keyText, type Op } from './change.ts';
import { refused } from './parts.ts';
import { padded } from './position-text.ts';

const OPS: Readonly<Record<string, Op>> = { INSERT: 'insert', MODIFY: 'update', REMOVE: 'delete' };
const SEQUENCE_WIDTH = 40;

/** Microseconds since the epoch; undefined when the time is no such number. */
const microseconds = (change: JsonObject): number | undefined => {
  const value = change.ApproximateCreationDateTime;
  if (typeof value !== 'number' || !(value >= 0) || value > 1e17) return undefined;
  if (change.SequenceNumber !== undefined) return Math.round(value * 1000) * 1000;
  return change.ApproximateCreationDateTimePrecision === 'MICROSECOND' ? Math.round(value) : Math.round(value) * 1000;
};

/** `arn:aws:dynamodb:eu-west-1:123456789012:table/orders/stream/…` */
const tableOf = (record: JsonObject): string | undefined => {
  if (typeof record.tableName === 'string') return record.tableName;
  const arn = record.eventSourceARN;
  return typeof arn === 'string' ? /:table\/([^/]+)/.exec(arn)?.[1] : undefined;
};

/** The service deletes items whose time to live is over; a user's own delete has no identity. */
const isTtl = ({ userIdentity: by }: JsonObject): boolean =>
  isObject(by) && (by.principalId ?? by.PrincipalId) === 'dynamodb.amazonaws.com' && (by.type ?? by.Type) === 'Service';

export const dynamodb: Adapter = {
  maybe: holding('aws:dynamodb'),
  adapt: ({ json, bytes }, source) => {
    const parsed = json();
    const record = parsed.ok ? parsed.value : null;
    if (!isObject(record) || record.eventSource !== 'aws:dynamodb') return NOT_MINE;
    const one = (part: Part) => ({ kind: 'parts', parts: [part] }) as const;
    const wrong = (field: string, cause: string, value?: Json) =>
      one(refused(bytes, 'event.not-an-event', cause, field, value));

    const { dynamodb: change, eventName } = record;
    const op = OPS[typeof eventName === 'string' ? eventName : ''];
    if (op === undefined) return wrong('/eventName', `eventName must be ${Object.keys(OPS).join(', ')}`, eventName);
    const table = tableOf(record);
    if (table === undefined) return wrong('/tableName', 'the record names no table', record.tableName);
    if (!isObject(change)) return wrong('/dynamodb', 'the record has no object dynamodb', change);
    const at = microseconds(change);
    if (at === undefined) {
      const field = '/dynamodb/ApproximateCreationDateTime';
      const value = change.ApproximateCreationDateTime;
      return one(refused(bytes, 'event.bad-time', 'the time of the change is no number of its unit', field, value));
    }
    const images: Record<string, JsonObject | null> = {};
    for (const name of ['Keys', 'OldImage', 'NewImage']) {
      const image = change[name];
      const read = image === undefined || image === null ? null : itemOf(image);
      if (read !== null && !read.ok) return wrong(`${pointer('dynamodb', name)}${read.field}`, read.cause, read.value);
      images[name] = read?.item ?? null;
    }
    const { Keys = null, OldImage = null, NewImage = null } = images;
    if (Keys === null) return wrong('/dynamodb/Keys', 'a change has the keys of its item', change.Keys);
    const sequence = change.SequenceNumber;
    const isSequence = typeof sequence === 'string' && /^\d{1,40}$/.test(sequence);
    if (sequence !== undefined && !isSequence)
      return wrong('/dynamodb/SequenceNumber', 'the sequence number is a text of digits', sequence);
    const part = changePart(
      {
        op,
        table,
        // A stream of keys alone tells which item it was, and nothing of what stood in it.
        before: op === 'delete' ? (OldImage ?? Keys) : OldImage,
        after: op === 'delete' ? null : (NewImage ?? Keys),
        key: keyText(Keys),
        position: isSequence ? (sequence as string).padStart(SEQUENCE_WIDTH, '0') : padded(at),
        time: Math.floor(at / 1000),
        more: op === 'delete' ? { ttl: isTtl(record) } : {},
      },
      source,
      bytes,
    );
    return part === undefined ? CONTROL : one(part);
  },
};
