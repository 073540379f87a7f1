// The port Stream on Kinesis.
import type { GetRecordsOutput, PutRecordsResultEntry, Shard as SdkShard } from '@aws-sdk/client-kinesis';
import { kinesisCalls } from '#aws/kinesis';
import type { Usage } from '../metrics/usage.ts';
import type { PutOutcome, Shard, Stream } from '../ports.ts';
import { refuseUnputtable } from '../put-limits.ts';
import { type Calls, counted, type KinesisApi } from './calls.ts';
import { isForgottenShard } from './forgotten-shard.ts';
import { faulting } from './sdk-errors.ts';

const CODES = { throttled: 'stream.throttled', unavailable: 'stream.unavailable' } as const;

const outcome = (r: PutRecordsResultEntry): PutOutcome =>
  r.SequenceNumber !== undefined && r.ShardId !== undefined
    ? { ok: true, shard: r.ShardId, seq: r.SequenceNumber }
    : { ok: false, code: r.ErrorCode ?? 'Unknown', message: r.ErrorMessage ?? '' };

const shardOf = (s: SdkShard): Shard => ({
  id: s.ShardId ?? '',
  parents: [s.ParentShardId, s.AdjacentParentShardId].filter((p) => p !== undefined),
  startHash: s.HashKeyRange?.StartingHashKey ?? '',
  endHash: s.HashKeyRange?.EndingHashKey ?? '',
  closed: s.SequenceNumberRange?.EndingSequenceNumber !== undefined,
});

export type KinesisStreamOptions = {
  readonly stream: string;
  readonly calls?: Calls<KinesisApi>;
  /** Counts the calls of the calls that are made here. */
  readonly usage?: Usage;
};

export const kinesisStream = ({
  stream,
  usage,
  calls = counted(kinesisCalls(), usage),
}: KinesisStreamOptions): Stream => {
  const shards = async (): Promise<readonly Shard[]> => {
    const all: Shard[] = [];
    let token: string | undefined;
    do {
      const page = await calls('ListShards', token ? { NextToken: token } : { StreamName: stream });
      all.push(...(page.Shards ?? []).map(shardOf));
      token = page.NextToken;
    } while (token);
    return all;
  };

  /** Pages may be empty before the end of what a shard holds. Only a closed shard says that it has ended. */
  const anyRecord = async (ShardId: string, seq: string | undefined): Promise<boolean> => {
    const start = await calls('GetShardIterator', {
      StreamName: stream,
      ShardId,
      ...(seq === undefined
        ? { ShardIteratorType: 'TRIM_HORIZON' }
        : { ShardIteratorType: 'AFTER_SEQUENCE_NUMBER', StartingSequenceNumber: seq }),
    });
    let iterator = start.ShardIterator;
    let closed = false;
    while (iterator) {
      const page: GetRecordsOutput = await calls('GetRecords', { ShardIterator: iterator, Limit: 1 });
      if (page.Records?.length) return true;
      iterator = page.NextShardIterator;
      if (iterator && page.MillisBehindLatest === 0 && !closed) {
        closed = (await shards()).some((s) => s.id === ShardId && s.closed);
        if (!closed) return false;
      }
    }
    return false;
  };

  return {
    name: stream,
    async put(records) {
      refuseUnputtable(records);
      const answer = await faulting(`PutRecords ${stream}`, CODES, () =>
        calls('PutRecords', {
          StreamName: stream,
          Records: records.map((r) => ({
            PartitionKey: r.partitionKey,
            Data: r.data,
            ...(r.hashKey !== undefined && { ExplicitHashKey: r.hashKey }),
          })),
        }),
      );
      return (answer.Records ?? []).map(outcome);
    },
    shards: () => faulting(`ListShards ${stream}`, CODES, shards),
    hasRecordAfter: (shard, seq) =>
      faulting(`GetRecords ${stream} ${shard}`, CODES, async () => {
        try {
          return await anyRecord(shard, seq);
        } catch (error) {
          if (isForgottenShard(error)) return false;
          throw error;
        }
      }),
  };
};
