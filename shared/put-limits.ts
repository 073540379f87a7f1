// What one PutRecords call may hold. Adapters of Stream refuse more by a RangeError: a caller that plans too much has a bug.
import type { OutRecord } from './ports.ts';

export const MAX_PUT_RECORDS = 500;
export const MAX_PUT_BYTES = 5 * 1024 * 1024;
/** Data and partition key of one record together. */
export const MAX_RECORD_BYTES = 1024 * 1024;
/** Characters, not bytes. */
export const MAX_PARTITION_KEY = 256;

/** What a record weighs against the limits: its data and its partition key in UTF-8. */
export const recordBytes = (r: OutRecord): number => r.data.byteLength + Buffer.byteLength(r.partitionKey);

/** @throws RangeError naming the first limit that the call would break */
export const refuseUnputtable = (records: readonly OutRecord[]): void => {
  if (records.length === 0 || records.length > MAX_PUT_RECORDS)
    throw new RangeError(`a put takes 1 to ${MAX_PUT_RECORDS} records, got ${records.length}`);
  let all = 0;
  for (const [i, r] of records.entries()) {
    const bytes = recordBytes(r);
    if (bytes > MAX_RECORD_BYTES)
      throw new RangeError(`record ${i} of a put has ${bytes} bytes, the limit is ${MAX_RECORD_BYTES}`);
    if (r.partitionKey.length === 0 || r.partitionKey.length > MAX_PARTITION_KEY)
      throw new RangeError(
        `record ${i} of a put has a partition key of ${r.partitionKey.length} characters, 1 to 256 pass`,
      );
    all += bytes;
  }
  if (all > MAX_PUT_BYTES) throw new RangeError(`a put has ${all} bytes, the limit is ${MAX_PUT_BYTES}`);
};
