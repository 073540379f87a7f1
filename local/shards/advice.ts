// What to do about the load of a stream: pure.
import { ownedGroups, pointOf, RING } from '../../shared/lanes/ring.ts';
import { fullness, SHARD_BYTES, type ShardLoad } from './shard-load.ts';

export type Advice =
  /** More or fewer shards of equal width. */
  | { readonly kind: 'set'; readonly to: number; readonly says: string }
  /** One shard takes far more than the others: two halves of its load. */
  | { readonly kind: 'split'; readonly shard: string; readonly at: string; readonly says: string }
  | { readonly kind: 'merge'; readonly shard: string; readonly adjacent: string; readonly says: string }
  /** No number of shards helps. */
  | { readonly kind: 'hot-group'; readonly group: number; readonly says: string }
  | { readonly kind: 'groups'; readonly says: string };

const HOT = 0.7;
const COLD = 0.25;
const PLANNED = 0.5;
const percent = (share: number): string => `${Math.round(share * 100)} %`;

const byStart = (a: ShardLoad, b: ShardLoad): number =>
  BigInt(a.shard.startHash) < BigInt(b.shard.startHash) ? -1 : 1;

/** The border between key groups that parts a shard's load best; undefined when it holds a single group. */
export const bestCut = (load: ShardLoad, groups: number): string | undefined => {
  const owned = ownedGroups(load.shard, groups);
  const whole = owned.reduce((sum, g) => sum + (load.groups.get(g) ?? 0), 0);
  const width = RING / BigInt(groups);
  let below = 0;
  let best: { readonly at: bigint; readonly off: number } | undefined;
  for (const g of owned.slice(0, -1)) {
    below += load.groups.get(g) ?? 0;
    const at = BigInt(g + 1) * width;
    // Every group's records go to its middle: a border on a group's edge parts no group.
    if (at <= BigInt(load.shard.startHash) || at > BigInt(load.shard.endHash)) continue;
    const off = Math.abs(below - whole / 2);
    if (best === undefined || off < best.off) best = { at, off };
  }
  return best?.at.toString();
};

const hotGroups = (loads: readonly ShardLoad[], groups: number): readonly Advice[] => {
  const all = new Map<number, number>();
  for (const l of loads) for (const [g, n] of l.groups) all.set(g, (all.get(g) ?? 0) + n);
  return [...all]
    .filter(([, n]) => n / SHARD_BYTES >= HOT)
    .map(([group, n]) => ({
      kind: 'hot-group',
      group,
      says:
        `key group ${group} alone takes ${percent(n / SHARD_BYTES)} of a shard, and a group never uses two: ` +
        `finer keys (x-key, partitionkey), or more than ${groups} key groups in a new run (--param groups=N --param run=N)`,
    }));
};

/**
 * @param groups     number of key groups
 * @param mostShards of this stream; an inner stream never uses more than `groups`
 */
export const adviceOf = (loads: readonly ShardLoad[], groups: number): readonly Advice[] => {
  const open = loads.toSorted(byStart);
  const n = open.length;
  const sum = open.reduce((total, l) => total + fullness(l), 0);
  const wanted = Math.max(1, Math.ceil(sum / PLANNED));
  const advice: Advice[] = [...hotGroups(open, groups)];
  if (wanted > groups)
    advice.push({
      kind: 'groups',
      says: `the load asks for ${wanted} shards, and with ${groups} key groups at most ${groups} are used: a new run with more (--param groups=N --param run=N)`,
    });
  const hot = open.filter((l) => fullness(l) >= HOT);
  const to = Math.min(wanted, groups);
  if (n > groups)
    advice.push({
      kind: 'set',
      to: groups,
      says: `${n} shards, of which ${n - groups} hold no middle of a key group and stay empty`,
    });
  else if (hot.length > 0 && sum / n >= PLANNED && to > n)
    advice.push({ kind: 'set', to, says: `${percent(sum / n)} full on average: ${to} shards would be half full` });
  else
    for (const l of hot) {
      const at = bestCut(l, groups);
      if (at !== undefined)
        advice.push({
          kind: 'split',
          shard: l.shard.id,
          at,
          says: `${l.shard.id} is ${percent(fullness(l))} full, the stream ${percent(sum / n)}: split it where its load is halved`,
        });
    }
  if (hot.length === 0 && n > 1 && n <= groups) {
    const fewer = Math.max(1, wanted, Math.ceil(n / 2));
    if (sum / n < COLD && fewer < n)
      advice.push({
        kind: 'set',
        to: fewer,
        says: `${percent(sum / n)} full on average: ${fewer === 1 ? '1 shard' : `${fewer} shards`} would do`,
      });
    else
      for (const [i, l] of open.entries()) {
        const next = open[i + 1];
        if (next === undefined || fullness(l) + fullness(next) >= COLD || sum / n < COLD) continue;
        advice.push({
          kind: 'merge',
          shard: l.shard.id,
          adjacent: next.shard.id,
          says: `${l.shard.id} and ${next.shard.id} together are ${percent(fullness(l) + fullness(next))} full`,
        });
        break;
      }
  }
  return advice;
};

/** Which shard a key group's records go to. */
export const shardOfGroup = (loads: readonly ShardLoad[], group: number, groups: number): string | undefined => {
  const point = BigInt(pointOf(group, groups));
  return loads.find((l) => BigInt(l.shard.startHash) <= point && point <= BigInt(l.shard.endHash))?.shard.id;
};
