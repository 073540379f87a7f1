// The single records in one record of a stream.
import { hash } from 'node:crypto';
import { decodeAggregate } from '../../event/kpl.ts';
import type { OutRecord } from '../../ports.ts';
import { MAX_PARTITION_KEY } from '../../put-limits.ts';
import type { StreamRecord } from '../../trigger/batch.ts';
import { TICK_KEY } from '../tick.ts';

const CONTROL = Buffer.from('{"millrace":');
const CONTROL_KEY = '-';

const startsLike = (bytes: Uint8Array, start: Uint8Array): boolean => start.every((b, i) => bytes[i] === b);

/** Stamps, marks and ends: they say something to our own functions only. */
const isControl = (key: string, data: Uint8Array): boolean => key === CONTROL_KEY && startsLike(data, CONTROL);

/** Aggregates may hold keys that no put takes: such a record gets a shorter key, and keeps its place on the ring. */
const record = (key: string, explicit: string | undefined, data: Uint8Array): OutRecord => {
  if (key.length > 0 && key.length <= MAX_PARTITION_KEY)
    return { partitionKey: key, data, ...(explicit !== undefined && { hashKey: explicit }) };
  const place = explicit ?? BigInt(`0x${hash('md5', key, 'hex')}`).toString();
  return { partitionKey: key.slice(0, MAX_PARTITION_KEY) || CONTROL_KEY, hashKey: place, data };
};

/**
 * User records in their order, with the partition keys and explicit hash keys their writer gave them. What is no aggregate, or a
 * broken one, passes as it is; control records and ticks are left out.
 * @param whole what `wholeAmong` said of the record, where many are read at once
 */
export const singlesOf = ({ partitionKey, data }: StreamRecord, whole?: boolean): readonly OutRecord[] => {
  if (data.length === 0 && partitionKey === TICK_KEY) return [];
  const decoded = decodeAggregate(data, undefined, whole);
  if (decoded.kind !== 'aggregate') return [{ partitionKey, data }];
  return decoded.records
    .filter((r) => !isControl(r.partitionKey, r.data))
    .map((r) => record(r.partitionKey, r.explicitHashKey, r.data));
};
