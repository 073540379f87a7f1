// Streams made, described, resharded and deleted. Everything is done when the answer goes out: no stream is ever CREATING or UPDATING.
import type { MemoryLog } from '../../shared/memory/log.ts';
import { hours } from '../../shared/time.ts';
import { arnOf, kinesisError, noSuchShard } from './errors.ts';
import { keptShards, shardOut } from './list-shards.ts';
import type { Streams } from './streams.ts';
import { hashKey, type Input, optionalText, optionalWhole, streamName, text, whole } from './validate.ts';

const MAX_SHARDS = 10_000;
const MAX_RETENTION_HOURS = 8_760;
const MIN_RETENTION_HOURS = 24;
const ON_DEMAND_SHARDS = 4;

const retentionHours = (log: MemoryLog): number => Math.min(MAX_RETENTION_HOURS, log.retention / hours(1));

const summary = (log: MemoryLog) => ({
  StreamName: log.name,
  StreamARN: arnOf(log.name),
  StreamStatus: 'ACTIVE',
  StreamModeDetails: { StreamMode: 'PROVISIONED' },
  RetentionPeriodHours: retentionHours(log),
  StreamCreationTimestamp: log.createdAt / 1_000,
  EnhancedMonitoring: [{ ShardLevelMetrics: [] }],
  EncryptionType: 'NONE',
});

export const createStream = (streams: Streams, input: Input) => {
  const count = optionalWhole(input, 'ShardCount', 1, MAX_SHARDS);
  const mode = (input.StreamModeDetails as { readonly StreamMode?: string } | undefined)?.StreamMode;
  if (count === undefined && mode !== 'ON_DEMAND')
    throw kinesisError('InvalidArgumentException', 'ShardCount is required for a provisioned stream.');
  streams.create(streamName(input), { shards: count ?? ON_DEMAND_SHARDS });
  return {};
};

export const deleteStream = (streams: Streams, input: Input) => {
  streams.delete(streamName(input));
  return {};
};

export const describeStream = (streams: Streams, input: Input) => {
  const log = streams.log(streamName(input));
  const max = optionalWhole(input, 'Limit', 1, MAX_SHARDS) ?? 100;
  const start = optionalText(input, 'ExclusiveStartShardId', 128) ?? '';
  const found = keptShards(log).filter((s) => s.id > start);
  return {
    StreamDescription: {
      ...summary(log),
      Shards: found.slice(0, max).map(shardOut),
      HasMoreShards: found.length > max,
    },
  };
};

export const describeStreamSummary = (streams: Streams, input: Input) => {
  const log = streams.log(streamName(input));
  return { StreamDescriptionSummary: { ...summary(log), OpenShardCount: log.openShards, ConsumerCount: 0 } };
};

export const listStreams = (streams: Streams, input: Input) => {
  const max = optionalWhole(input, 'Limit', 1, 10_000) ?? 100;
  const start = optionalText(input, 'NextToken') ?? optionalText(input, 'ExclusiveStartStreamName', 128) ?? '';
  const found = streams.names().filter((n) => n > start);
  const shown = found.slice(0, max);
  const more = found.length > max;
  return {
    StreamNames: shown,
    HasMoreStreams: more,
    StreamSummaries: shown.map((n) => {
      const { StreamName, StreamARN, StreamStatus, StreamModeDetails, StreamCreationTimestamp } = summary(
        streams.log(n),
      );
      return { StreamName, StreamARN, StreamStatus, StreamModeDetails, StreamCreationTimestamp };
    }),
    ...(more && { NextToken: shown.at(-1) }),
  };
};

/** What the log finds wrong with a reshard is the caller's argument. */
const resharding = <T>(reshard: () => T): T => {
  try {
    return reshard();
  } catch (error) {
    if (error instanceof RangeError) throw kinesisError('InvalidArgumentException', error.message);
    throw error;
  }
};
const mustHave = (log: MemoryLog, shard: string): string => {
  if (!log.has(shard)) throw noSuchShard(log.name, shard);
  return shard;
};

export const splitShard = (streams: Streams, input: Input) => {
  const log = streams.log(streamName(input));
  const shard = mustHave(log, text(input, 'ShardToSplit', 128));
  const at = hashKey(text(input, 'NewStartingHashKey'), 'NewStartingHashKey');
  resharding(() => log.split(shard, at));
  return {};
};

export const mergeShards = (streams: Streams, input: Input) => {
  const log = streams.log(streamName(input));
  const shard = mustHave(log, text(input, 'ShardToMerge', 128));
  const adjacent = mustHave(log, text(input, 'AdjacentShardToMerge', 128));
  resharding(() => log.merge(shard, adjacent));
  return {};
};

/** One call may at most double and at most halve the count, as on AWS. */
export const updateShardCount = (streams: Streams, input: Input) => {
  const log = streams.log(streamName(input));
  const target = whole(input, 'TargetShardCount', 1, MAX_SHARDS);
  if (text(input, 'ScalingType') !== 'UNIFORM_SCALING')
    throw kinesisError('ValidationException', 'ScalingType must be UNIFORM_SCALING');
  const current = log.openShards;
  if (target > current * 2 || target < current / 2)
    throw kinesisError(
      'InvalidArgumentException',
      `UpdateShardCount cannot scale from ${current} to ${target}: the target must lie between half and double.`,
    );
  log.updateShardCount(target);
  return { StreamName: log.name, StreamARN: arnOf(log.name), CurrentShardCount: current, TargetShardCount: target };
};

export const changeRetention = (streams: Streams, input: Input, direction: 'up' | 'down') => {
  const log = streams.log(streamName(input));
  const wanted = whole(input, 'RetentionPeriodHours', MIN_RETENTION_HOURS, MAX_RETENTION_HOURS);
  const now = retentionHours(log);
  if (direction === 'up' ? wanted < now : wanted > now)
    throw kinesisError(
      'InvalidArgumentException',
      `Retention is ${now} hours: ${wanted} hours is not ${direction} from there.`,
    );
  log.retention = hours(wanted);
  return {};
};
