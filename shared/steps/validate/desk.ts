// What one invocation of `validate` fills: the outbox, the lines of its side doors, and its counts.
import type { Outbox } from '../../lanes/outbox.ts';
import { type Lane, lane } from '../../lanes/position.ts';
import { ownedGroups } from '../../lanes/ring.ts';
import type { StageTally } from '../stage-tally.ts';
import type { TreeShard } from '../tree.ts';

export type Desk = {
  readonly shard: TreeShard;
  /** The shard's key groups, and the lane of each. */
  readonly owned: readonly number[];
  readonly lanes: ReadonlyMap<number, Lane>;
  readonly outbox: Outbox;
  readonly lines: string[];
  readonly tally: StageTally;
};

export const deskOf = (
  shard: TreeShard,
  groups: number,
  { outbox, lines, tally }: Pick<Desk, 'outbox' | 'lines' | 'tally'>,
): Desk => {
  const owned = ownedGroups(shard, groups);
  const lanes = new Map(owned.map((g) => [g, lane(shard.id, g)] as const));
  return { shard, owned, lanes, outbox, lines, tally };
};
