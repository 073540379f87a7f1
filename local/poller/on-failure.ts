// What the on-failure destination is told about records that were given up.
import { randomUUID } from 'node:crypto';
import type { EpochMs } from '../../shared/time.ts';
import type { StreamRecord } from '../../shared/trigger/batch.ts';

export type GivenUp = {
  readonly condition: 'RetryAttemptsExhausted' | 'RecordAgeExceeded';
  readonly records: readonly StreamRecord[];
  readonly attempts: number;
};

const iso = (time: EpochMs | undefined): string => new Date(time ?? 0).toISOString();

/** The body of the message to a queue: where the records stand, never the records themselves. */
export const failureMessage = (
  { condition, records, attempts }: GivenUp,
  at: { readonly shard: string; readonly arn: string; readonly functionArn: string; readonly now: EpochMs },
): string =>
  JSON.stringify({
    requestContext: {
      requestId: randomUUID(),
      functionArn: at.functionArn,
      condition,
      approximateInvokeCount: attempts,
    },
    responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
    version: '1.0',
    timestamp: iso(at.now),
    KinesisBatchInfo: {
      shardId: at.shard,
      startSequenceNumber: records[0]?.seq,
      endSequenceNumber: records.at(-1)?.seq,
      approximateArrivalOfFirstRecord: iso(records[0]?.arrival),
      approximateArrivalOfLastRecord: iso(records.at(-1)?.arrival),
      batchSize: records.length,
      streamArn: at.arn,
    },
  });
