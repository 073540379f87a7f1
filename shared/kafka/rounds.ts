// How the records of one put go to the partitions: a broker takes the records of a partition as one batch, which its topic's
// max.message.bytes bounds.
import { hashKeyOf } from '../lanes/ring.ts';
import type { OutRecord } from '../ports.ts';
import { recordBytes } from '../put-limits.ts';
import { partitionOfHash } from './shards.ts';

/** At most so many bytes of one partition go together; a larger record goes alone. */
export const BATCH_BYTES = 1_000_000;

export type Placed = { readonly index: number; readonly partition: number; readonly record: OutRecord };

export const partitionOf = ({ partitionKey, hashKey }: OutRecord, n: number): number =>
  partitionOfHash(hashKey === undefined ? hashKeyOf(partitionKey) : BigInt(hashKey), n);

/**
 * Cuts a put into rounds that are sent one after the other, so that the records of a partition keep their order.
 * @param n partitions of the topic
 */
export const roundsOf = (records: readonly OutRecord[], n: number): readonly (readonly Placed[])[] => {
  const rounds: Placed[][] = [];
  const at = new Map<number, { round: number; bytes: number }>();
  records.forEach((record, index) => {
    const partition = partitionOf(record, n);
    const bytes = recordBytes(record);
    const last = at.get(partition) ?? { round: 0, bytes: 0 };
    if (last.bytes > 0 && last.bytes + bytes > BATCH_BYTES) {
      last.round++;
      last.bytes = 0;
    }
    last.bytes += bytes;
    at.set(partition, last);
    const round = rounds[last.round] ?? [];
    rounds[last.round] = round;
    round.push({ index, partition, record });
  });
  return rounds;
};
