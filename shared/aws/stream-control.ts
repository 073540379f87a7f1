// One stream as an operator sees it: what its shards took of late, and how they are split and merged. For commands.
import {
  DescribeStreamSummaryCommand,
  GetRecordsCommand,
  GetShardIteratorCommand,
  KinesisClient,
  MergeShardsCommand,
  SplitShardCommand,
  UpdateShardCountCommand,
} from '@aws-sdk/client-kinesis';
import type { Shard } from '../ports.ts';
import type { EpochMs } from '../time.ts';
import type { StreamRecord } from '../trigger/batch.ts';
import { clientSettings } from './client.ts';
import { kinesisStream } from './kinesis-stream.ts';
import { kinesisCallsBy } from './sdk/kinesis.ts';

export type StreamState = { readonly open: number; readonly active: boolean; readonly onDemand: boolean };
/** `whole`: everything since then was read; else only a part, from the oldest on. */
export type Recent = { readonly records: readonly StreamRecord[]; readonly whole: boolean };

export type StreamControl = {
  readonly name: string;
  /** undefined: there is no such stream. */
  state(): Promise<StreamState | undefined>;
  shards(): Promise<readonly Shard[]>;
  /** Records of a shard that arrived since, at most `pages` reads of them. */
  recent(shard: string, since: EpochMs, pages: number): Promise<Recent>;
  update(to: number): Promise<void>;
  /** @param at explicit hash key with which the upper half begins */
  split(shard: string, at: string): Promise<void>;
  merge(shard: string, adjacent: string): Promise<void>;
};

/** Throws the SDK's own errors: a command shows them as they are. */
export const streamControl = (
  stream: string,
  client = new KinesisClient(clientSettings('KINESIS')),
): StreamControl => ({
  name: stream,
  async state() {
    try {
      const { StreamDescriptionSummary: s } = await client.send(
        new DescribeStreamSummaryCommand({ StreamName: stream }),
      );
      return {
        open: s?.OpenShardCount ?? 0,
        active: s?.StreamStatus === 'ACTIVE',
        onDemand: s?.StreamModeDetails?.StreamMode === 'ON_DEMAND',
      };
    } catch (error) {
      if (error instanceof Error && error.name === 'ResourceNotFoundException') return undefined;
      throw error;
    }
  },
  shards: () => kinesisStream({ stream, calls: kinesisCallsBy(client) }).shards(),
  async recent(shard, since, pages) {
    const start = await client.send(
      new GetShardIteratorCommand({
        StreamName: stream,
        ShardId: shard,
        ShardIteratorType: 'AT_TIMESTAMP',
        Timestamp: new Date(since),
      }),
    );
    const records: StreamRecord[] = [];
    let iterator = start.ShardIterator;
    for (let page = 0; iterator; page++) {
      if (page === pages) return { records, whole: false };
      const answer = await client.send(new GetRecordsCommand({ ShardIterator: iterator }));
      for (const r of answer.Records ?? [])
        records.push({
          seq: r.SequenceNumber ?? '',
          partitionKey: r.PartitionKey ?? '',
          data: r.Data ?? new Uint8Array(),
          arrival: r.ApproximateArrivalTimestamp?.getTime() ?? since,
        });
      if (answer.MillisBehindLatest === 0) break;
      iterator = answer.NextShardIterator;
    }
    return { records, whole: true };
  },
  async update(to) {
    await client.send(
      new UpdateShardCountCommand({ StreamName: stream, TargetShardCount: to, ScalingType: 'UNIFORM_SCALING' }),
    );
  },
  async split(shard, at) {
    await client.send(new SplitShardCommand({ StreamName: stream, ShardToSplit: shard, NewStartingHashKey: at }));
  },
  async merge(shard, adjacent) {
    await client.send(
      new MergeShardsCommand({ StreamName: stream, ShardToMerge: shard, AdjacentShardToMerge: adjacent }),
    );
  },
});
