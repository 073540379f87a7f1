// PutRecord and PutRecords.
import type { MemoryLog } from '../../shared/memory/log.ts';
import type { OutRecord } from '../../shared/ports.ts';
import { MAX_PARTITION_KEY, MAX_PUT_RECORDS, MAX_RECORD_BYTES, recordBytes } from '../../shared/put-limits.ts';
import { kinesisError, rateExceeded } from './errors.ts';
import type { Quotas } from './quotas.ts';
import type { Streams } from './streams.ts';
import { blob, hashKey, type Input, inputOf, list, optionalText, streamName, text } from './validate.ts';

/** All records of one PutRecords, with their keys. */
const MAX_REQUEST_BYTES = 10 * 1024 * 1024;
const THROTTLED = 'ProvisionedThroughputExceededException';

const recordOf = (input: Input): OutRecord => {
  const partitionKey = text(input, 'PartitionKey', MAX_PARTITION_KEY);
  const explicit = optionalText(input, 'ExplicitHashKey');
  if (explicit !== undefined) hashKey(explicit, 'ExplicitHashKey');
  const record = { partitionKey, data: blob(input, 'Data'), ...(explicit !== undefined && { hashKey: explicit }) };
  if (recordBytes(record) > MAX_RECORD_BYTES)
    throw kinesisError(
      'ValidationException',
      `1 validation error detected: Value at 'data' failed to satisfy constraint: Member must have length less than or equal to ` +
        `${MAX_RECORD_BYTES}, with its partition key; it has ${recordBytes(record)}`,
    );
  return record;
};

type Entry = { readonly ShardId: string; readonly SequenceNumber: string };
type FailedEntry = { readonly ErrorCode: string; readonly ErrorMessage: string };

const store = (log: MemoryLog, record: OutRecord, quotas: Quotas, refuse: boolean): Entry | FailedEntry => {
  const shard = log.shardFor(record);
  if (refuse || !quotas.mayPut(log.name, shard, recordBytes(record)))
    return { ErrorCode: THROTTLED, ErrorMessage: rateExceeded(log.name, shard) };
  const { seq } = log.put(record);
  return { ShardId: shard, SequenceNumber: seq };
};

export const putRecord = (streams: Streams, quotas: Quotas, input: Input) => {
  const log = streams.log(streamName(input));
  const result = store(log, recordOf(input), quotas, false);
  if ('ErrorCode' in result) throw kinesisError(THROTTLED, result.ErrorMessage);
  return { ...result, EncryptionType: 'NONE' };
};

/** Records are stored one by one: some may be refused while others pass. `refused` names more of them, for tests of that. */
export const putRecords = (streams: Streams, quotas: Quotas, input: Input, refused: readonly number[]) => {
  const log = streams.log(streamName(input));
  const records = list(input, 'Records', MAX_PUT_RECORDS).map((r) => recordOf(inputOf(r)));
  const bytes = records.reduce((sum, r) => sum + recordBytes(r), 0);
  if (bytes > MAX_REQUEST_BYTES)
    throw kinesisError('InvalidArgumentException', `Records size exceeds ${MAX_REQUEST_BYTES} bytes: ${bytes}`);
  const results = records.map((r, i) => store(log, r, quotas, refused.includes(i)));
  return {
    FailedRecordCount: results.filter((r) => 'ErrorCode' in r).length,
    Records: results,
    EncryptionType: 'NONE',
  };
};
