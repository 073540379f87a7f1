// Where an event belongs by its key: its group, and whether this shard was meant.
import type { UserRecord } from '../../event/unpack.ts';
import { groupOfHash, groupsOfKeys, hashKeyOf, holds } from '../../lanes/ring.ts';
import type { Source } from '../../pipeline.ts';
import type { TreeShard } from '../tree.ts';
import { type Seen, sourceOfSeen } from './seen.ts';

const wholeHash = ({ explicitHashKey, partitionKey }: UserRecord): bigint =>
  explicitHashKey === undefined ? hashKeyOf(partitionKey) : BigInt(explicitHashKey);

/**
 * The key group of each event of a record.
 * @param groups how many key groups there are
 * @param owned  those of the shard that the events came in: a key that belongs elsewhere gets one of them, always the same
 */
export const groupsOf = (users: readonly UserRecord[], groups: number, owned: readonly number[]): readonly number[] => {
  const byKey = groupsOfKeys(
    users.map((user) => user.partitionKey),
    groups,
  );
  return users.map((user, i) => {
    const own =
      user.explicitHashKey === undefined ? (byKey[i] as number) : groupOfHash(BigInt(user.explicitHashKey), groups);
    return owned.includes(own) ? own : (owned[Number(wholeHash(user) % BigInt(owned.length))] as number);
  });
};

/** KCL's filter, for sources that say their producer is the KPL: a resent copy that lies outside the shard's range. */
export const resends = (sources: readonly Source[]): ((seen: Seen, shard: TreeShard) => boolean) => {
  if (sources.every((s) => s.producer !== 'kpl')) return () => false;
  const sourceOf = sourceOfSeen(sources);
  const isFiltered = (seen: Seen): boolean => sourceOf(seen)?.producer === 'kpl';
  return (seen, shard) => isFiltered(seen) && !holds(shard, wholeHash(seen.user));
};
