// Records of a shard -> its load, in all and by key group.
import { unpackRecord } from '../../shared/event/unpack.ts';
import { groupOfHash, groupOfKey } from '../../shared/lanes/ring.ts';
import type { Shard } from '../../shared/ports.ts';
import type { StreamRecord } from '../../shared/trigger/batch.ts';

/** Per second. Records are those of Kinesis; one carries many events. */
export type ShardLoad = {
  readonly shard: Shard;
  readonly bytes: number;
  readonly records: number;
  readonly events: number;
  /** Key group -> bytes of its events, per second. */
  readonly groups: ReadonlyMap<number, number>;
};

/** What one shard takes in a second. */
export const SHARD_BYTES = 1_000_000;
export const SHARD_RECORDS = 1_000;

/** The greater share of its two limits. */
export const fullness = ({ bytes, records }: Pick<ShardLoad, 'bytes' | 'records'>): number =>
  Math.max(bytes / SHARD_BYTES, records / SHARD_RECORDS);

/** @param seconds that the records came in */
export const loadOf = (shard: Shard, records: readonly StreamRecord[], seconds: number, groups: number): ShardLoad => {
  const byGroup = new Map<number, number>();
  let bytes = 0;
  let events = 0;
  for (const r of records) {
    bytes += r.data.length + Buffer.byteLength(r.partitionKey);
    const unpacked = unpackRecord(r.data, r.partitionKey);
    const inside = unpacked.ok ? unpacked.records : [];
    events += inside.length;
    for (const event of inside) {
      const group =
        event.explicitHashKey === undefined
          ? groupOfKey(event.partitionKey, groups)
          : groupOfHash(BigInt(event.explicitHashKey), groups);
      byGroup.set(group, (byGroup.get(group) ?? 0) + event.bytes.length);
    }
  }
  return {
    shard,
    bytes: bytes / seconds,
    records: records.length / seconds,
    events: events / seconds,
    groups: new Map([...byGroup].map(([group, n]) => [group, n / seconds])),
  };
};
