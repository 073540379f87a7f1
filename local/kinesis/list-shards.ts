// ListShards, with its filters and pages.
import type { MemoryLog } from '../../shared/memory/log.ts';
import type { ShardLog } from '../../shared/memory/shard-log.ts';
import type { Clock } from '../../shared/ports.ts';
import type { EpochMs } from '../../shared/time.ts';
import { kinesisError } from './errors.ts';
import type { Streams } from './streams.ts';
import { pageOf, pageToken } from './tokens.ts';
import { type Input, inputOf, optionalText, optionalWhole, streamName, text, timestamp } from './validate.ts';

const MAX_PAGE = 10_000;
const DEFAULT_PAGE = 1_000;

export const shardOut = (s: ShardLog) => ({
  ShardId: s.id,
  ...(s.parents[0] && { ParentShardId: s.parents[0] }),
  ...(s.parents[1] && { AdjacentParentShardId: s.parents[1] }),
  HashKeyRange: { StartingHashKey: s.range.start.toString(), EndingHashKey: s.range.end.toString() },
  SequenceNumberRange: {
    StartingSequenceNumber: s.startingSeq,
    ...(s.endingSeq && { EndingSequenceNumber: s.endingSeq }),
  },
});

const openAt = (s: ShardLog, time: EpochMs): boolean =>
  s.createdAt <= time && (s.closedAt === undefined || s.closedAt > time);
const notClosedBefore = (s: ShardLog, time: EpochMs): boolean => s.closedAt === undefined || s.closedAt >= time;

const filterOf = (filter: Input, log: MemoryLog, now: EpochMs): ((s: ShardLog) => boolean) => {
  const type = text(filter, 'Type');
  const horizon = Math.max(log.createdAt, now - log.retention);
  switch (type) {
    case 'AFTER_SHARD_ID': {
      const after = text(filter, 'ShardId', 128);
      return (s) => s.id > after;
    }
    case 'AT_LATEST':
      return (s) => !s.closed;
    case 'AT_TRIM_HORIZON':
      return (s) => openAt(s, horizon);
    case 'FROM_TRIM_HORIZON':
      return () => true;
    case 'AT_TIMESTAMP': {
      const time = timestamp(filter, 'Timestamp');
      return (s) => openAt(s, Math.max(time, horizon));
    }
    case 'FROM_TIMESTAMP': {
      const time = timestamp(filter, 'Timestamp');
      return (s) => notClosedBefore(s, time);
    }
    default:
      throw kinesisError('ValidationException', `ShardFilter Type ${type} is none of the six that there are`);
  }
};

/** All shards of a stream that are kept, in the order of their ids. */
export const keptShards = (log: MemoryLog): readonly ShardLog[] => log.shards().map((s) => log.shard(s.id));

export const listShards = (streams: Streams, clock: Clock, input: Input) => {
  const now = clock.now();
  const token = optionalText(input, 'NextToken');
  if (token !== undefined && (input.StreamName ?? input.StreamARN) !== undefined)
    throw kinesisError('InvalidArgumentException', 'NextToken and StreamName cannot be provided together.');
  const page = token === undefined ? undefined : pageOf(token, now);
  const log = streams.log(page?.stream ?? streamName(input));
  const start = page?.from ?? optionalText(input, 'ExclusiveStartShardId', 128) ?? '';
  const filter = page ? page.filter : (input.ShardFilter ?? null);
  const passes = filter === null ? () => true : filterOf(inputOf(filter), log, now);
  const max = optionalWhole(input, 'MaxResults', 1, MAX_PAGE) ?? DEFAULT_PAGE;
  const found = keptShards(log).filter((s) => s.id > start && passes(s));
  const shown = found.slice(0, max);
  const last = shown.at(-1);
  return {
    Shards: shown.map(shardOut),
    ...(last && found.length > max && { NextToken: pageToken({ stream: log.name, from: last.id, filter }, now) }),
  };
};
