// Shards that are added to `raw` while a run goes on: partitions of a topic. None ends, so no END tells of them. Each shard that was there
// at the beginning announces an added one in all its lanes, and an added one says nothing before all have: so in every key group the
// announcement stands before its first event, and its lane begins at a clock that some lane of the group had reached.
import { Fault } from '../faults.ts';
import type { Branch } from '../lanes/inner.ts';
import { lane } from '../lanes/position.ts';
import { ownedGroups } from '../lanes/ring.ts';
import type { Clock, Item, Stream } from '../ports.ts';
import { type EpochMs, type Ms, seconds } from '../time.ts';
import type { Checkpoints } from './checkpoint.ts';
import type { Tree, TreeShard } from './tree.ts';

/**
 * A sandbox looks for added shards this often: what reaches one before it is announced, and is older than the clock that stands then, is
 * late. Producers hear of partitions by their own look, every five minutes as a rule.
 */
const LOOK_AFTER: Ms = seconds(1);

type GrowthDeps = {
  readonly raw: Stream;
  readonly tree: Tree;
  readonly marks: Checkpoints;
  readonly clock: Clock;
  /** Number of key groups. */
  readonly groups: number;
};
export type Announcement = {
  readonly branches: readonly (readonly [group: number, branch: Branch])[];
  /** For the checkpoint behind them: the last added shard that was announced. Ids of shards that come later are greater. */
  readonly announced: { readonly an?: string };
};
const NOTHING: Announcement = { branches: [], announced: {} };

/** Those that were added later than `an` says, in their order. */
const addedAfter = (tree: Tree, an: string): readonly string[] =>
  tree
    .known()
    .filter((s) => s.added && s.id > an)
    .map((s) => s.id)
    .sort();

export const growthOf = ({ raw, tree, marks, clock, groups }: GrowthDeps) => {
  let looked: EpochMs | undefined;
  const look = async (): Promise<void> => {
    const now = clock.now();
    // A clock may jump back.
    if (looked !== undefined && Math.abs(now - looked) < LOOK_AFTER) return;
    await tree.refresh();
    looked = now;
  };

  return {
    /**
     * What a shard has to announce before the events of its batch.
     * @param before its checkpoint
     */
    async announce(shard: TreeShard, before: Item | undefined): Promise<Announcement> {
      if (raw.grows !== true || shard.added) return NOTHING;
      await look();
      const added = addedAfter(tree, (before?.an as string | undefined) ?? '');
      const last = added.at(-1);
      if (last === undefined) return NOTHING;
      const branches = ownedGroups(shard, groups).map((g) => {
        const next = added.map((id) => lane(id, g));
        return [g, { kind: 'branch', lane: lane(shard.id, g), next }] as const;
      });
      return { branches, announced: { an: last } };
    },
    /** @throws Fault order.not-announced while a shard that was there before has not announced this one: the batch comes again */
    async mustBeAnnounced(shard: TreeShard): Promise<void> {
      if (!shard.added) return;
      for (const { id, added } of tree.known())
        if (!added && (((await marks.read(id))?.an as string | undefined) ?? '') < shard.id)
          throw new Fault('order.not-announced', `${raw.name}: ${shard.id} waits until ${id} has announced it`);
    },
  };
};
