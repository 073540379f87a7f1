// GetShardIterator and GetRecords.

import { padSeq } from '../../shared/lanes/position.ts';
import { MAX_READ_RECORDS, type MemoryLog } from '../../shared/memory/log.ts';
import type { Clock, Shard } from '../../shared/ports.ts';
import { ACCOUNT, kinesisError, noSuchShard, noSuchStream, rateExceeded } from './errors.ts';
import type { Quotas } from './quotas.ts';
import type { Streams } from './streams.ts';
import { iteratorAt, placeOf } from './tokens.ts';
import { type Input, optionalWhole, sequenceNumber, streamName, text, timestamp } from './validate.ts';

const beforeSeq = (seq: string): string => (BigInt(seq) - 1n).toString();

const knownSeq = (log: MemoryLog, shard: string, input: Input): string => {
  const seq = sequenceNumber(input, 'StartingSequenceNumber');
  const { startingSeq, endingSeq = log.lastSeq } = log.shard(shard);
  if (padSeq(seq) < startingSeq || padSeq(seq) > endingSeq)
    throw kinesisError(
      'InvalidArgumentException',
      `StartingSequenceNumber ${seq} used in GetShardIterator on shard ${shard} in stream ${log.name} under account ${ACCOUNT} is ` +
        'invalid because it did not come from this stream.',
    );
  return seq;
};

const startOf = (log: MemoryLog, shard: string, input: Input): string | null => {
  const type = text(input, 'ShardIteratorType');
  switch (type) {
    case 'TRIM_HORIZON':
      return null;
    case 'LATEST':
      return log.lastSeq;
    case 'AT_SEQUENCE_NUMBER':
      return beforeSeq(knownSeq(log, shard, input));
    case 'AFTER_SEQUENCE_NUMBER':
      return knownSeq(log, shard, input);
    case 'AT_TIMESTAMP':
      return log.before(shard, timestamp(input, 'Timestamp'));
    default:
      throw kinesisError('ValidationException', `ShardIteratorType ${type} is none of the five that there are`);
  }
};

export const getShardIterator = (streams: Streams, clock: Clock, input: Input) => {
  const log = streams.log(streamName(input));
  const shard = text(input, 'ShardId', 128);
  log.trim();
  if (!log.has(shard)) throw noSuchShard(log.name, shard);
  const place = { stream: log.name, born: log.createdAt, shard, after: startOf(log, shard, input) };
  return { ShardIterator: iteratorAt(place, clock.now()) };
};

const childShard = (s: Shard) => ({
  ShardId: s.id,
  ParentShards: s.parents,
  HashKeyRange: { StartingHashKey: s.startHash, EndingHashKey: s.endHash },
});

/** At the end of a closed shard there is no next iterator, and the answer names the shards that go on from it. */
export const getRecords = (streams: Streams, clock: Clock, quotas: Quotas, input: Input) => {
  const limit = optionalWhole(input, 'Limit', 1, MAX_READ_RECORDS) ?? MAX_READ_RECORDS;
  const now = clock.now();
  const place = placeOf(text(input, 'ShardIterator'), now);
  const log = streams.log(place.stream);
  if (log.createdAt !== place.born) throw noSuchStream(place.stream);
  log.trim();
  if (!log.has(place.shard)) throw noSuchShard(place.stream, place.shard);
  if (!quotas.mayRead(place.stream, place.shard))
    throw kinesisError('ProvisionedThroughputExceededException', rateExceeded(place.stream, place.shard));
  const page = log.read(place.shard, place.after, limit);
  quotas.haveRead(
    place.stream,
    place.shard,
    page.records.reduce((sum, r) => sum + r.data.byteLength, 0),
  );
  const after = page.records.at(-1)?.seq ?? place.after;
  return {
    Records: page.records.map((r) => ({
      SequenceNumber: r.seq,
      ApproximateArrivalTimestamp: r.arrival / 1_000,
      Data: Buffer.from(r.data.buffer, r.data.byteOffset, r.data.byteLength).toString('base64'),
      PartitionKey: r.partitionKey,
      EncryptionType: 'NONE',
    })),
    MillisBehindLatest: page.behind,
    ...(page.ended
      ? { ChildShards: page.children.map(childShard) }
      : { NextShardIterator: iteratorAt({ ...place, after }, now) }),
  };
};
