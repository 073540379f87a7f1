// A shard's first record tells that the lanes of its ancestors have ended, and which lanes go on from them (protocol, section 5.2).
import type { Outbox } from '../../lanes/outbox.ts';
import { lane } from '../../lanes/position.ts';
import { ownedGroups } from '../../lanes/ring.ts';
import type { Clock } from '../../ports.ts';
import { days, hours, type Ms } from '../../time.ts';
import { ancestorsOf, type Tree } from '../tree.ts';

/** Added to the retention: the longest that an invocation lives on. */
const TIME_LIMIT: Ms = hours(1);
/**
 * A shard's first record may come long after the reshard, when no tick came between: it announces all ancestors whose lanes can still
 * be in an entry when the END is counted, some streams later. An END after that would bring lanes back that left the entries.
 */
const PRUNED_AFTER: Ms = days(30);
const STREAMS = 3;

type Deps = { readonly tree: Tree; readonly clock: Clock; readonly groups: number; readonly retention?: Ms };

export const announceEnds = async (
  { tree, clock, groups, retention }: Deps,
  shard: string,
  isFirst: boolean,
  outbox: Outbox,
): Promise<void> => {
  const once = (retention ?? hours(24)) + TIME_LIMIT;
  const oldest = clock.now() - (isFirst ? Math.max(once, PRUNED_AFTER - STREAMS * once) : once);
  for (const p of await ancestorsOf(tree, shard)) {
    if (p.closedAt !== null && p.closedAt < oldest) continue;
    const children = tree.known().filter((c) => c.parents.includes(p.id));
    for (const g of ownedGroups(p, groups)) {
      const next = children.filter((c) => ownedGroups(c, groups).includes(g)).map((c) => lane(c.id, g));
      outbox.add(g, { kind: 'end', lane: lane(p.id, g), next });
    }
  }
};
