// The port LiveReader on Kinesis: what a stream still holds behind a place, read beside its mappings.
import type { GetRecordsOutput } from '@aws-sdk/client-kinesis';
import { kinesisCalls } from '#aws/kinesis';
import type { Usage } from '../metrics/usage.ts';
import type { LiveReader } from '../steps/replay/history.ts';
import type { StreamRecord } from '../trigger/batch.ts';
import { type Calls, counted, type KinesisApi } from './calls.ts';
import { isForgottenShard } from './forgotten-shard.ts';
import { faulting, isNamed } from './sdk-errors.ts';

const CODES = { throttled: 'stream.throttled', unavailable: 'stream.unavailable' } as const;
/** Records of one call, at most. */
const LIMIT = 2_000;
/** Empty pages that one read goes through: a stretch without records has some. */
const PAGES = 20;

const recordsOf = ({ Records = [] }: GetRecordsOutput): readonly StreamRecord[] =>
  Records.map((r) => ({
    seq: r.SequenceNumber ?? '',
    partitionKey: r.PartitionKey ?? '',
    data: r.Data ?? new Uint8Array(),
    arrival: r.ApproximateArrivalTimestamp?.getTime() ?? 0,
  }));

export type LiveReaderOptions = {
  readonly stream: string;
  readonly calls?: Calls<KinesisApi>;
  readonly usage?: Usage;
};

export const kinesisReader = ({
  stream,
  usage,
  calls = counted(kinesisCalls(), usage),
}: LiveReaderOptions): LiveReader => {
  /** Where each shard's next call goes on; an iterator lives for five minutes. */
  const held = new Map<string, { readonly after: string | undefined; readonly iterator: string }>();

  const iteratorAt = async (shard: string, after: string | undefined): Promise<string | undefined> => {
    const found = await calls('GetShardIterator', {
      StreamName: stream,
      ShardId: shard,
      ...(after === undefined
        ? { ShardIteratorType: 'TRIM_HORIZON' }
        : { ShardIteratorType: 'AFTER_SEQUENCE_NUMBER', StartingSequenceNumber: after }),
    });
    return found.ShardIterator;
  };

  const read = async (shard: string, after: string | undefined): ReturnType<LiveReader['read']> => {
    const last = held.get(shard);
    held.delete(shard);
    let iterator = last !== undefined && last.after === after ? last.iterator : await iteratorAt(shard, after);
    for (let pages = 0; iterator !== undefined && pages < PAGES; pages++) {
      const page: GetRecordsOutput = await calls('GetRecords', { ShardIterator: iterator, Limit: LIMIT });
      const records = recordsOf(page);
      iterator = page.NextShardIterator || undefined;
      if (iterator === undefined) return { records, ended: true };
      const at = records.at(-1)?.seq ?? after;
      if (records.length > 0 || page.MillisBehindLatest === 0) {
        held.set(shard, { after: at, iterator });
        return { records, ended: false };
      }
    }
    if (iterator === undefined) return { records: [], ended: true };
    held.set(shard, { after, iterator });
    return { records: [], ended: false };
  };

  return {
    read: (shard, after) =>
      faulting(`GetRecords ${stream} ${shard}`, CODES, async () => {
        try {
          return await read(shard, after);
        } catch (error) {
          if (isForgottenShard(error)) return { records: [], ended: true };
          if (isNamed(error, 'ExpiredIteratorException')) return await read(shard, after); // `held` has none of it now
          throw error;
        }
      }),
  };
};
