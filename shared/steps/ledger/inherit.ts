// Where a shard without entries goes on from: for each key group whose point lies in it, the nearest shard with entries that held
// that point, and its lanes of that group (protocol, section 5.3).
import { groupOfLane, type Lane } from '../../lanes/position.ts';
import { holds, pointOf } from '../../lanes/ring.ts';
import type { Tree } from '../tree.ts';
import { type LaneMark, laterMark } from './lane-marks.ts';
import type { Head, Ledger } from './ledger.ts';

/**
 * @param groups number of key groups
 * @returns the head that entry 1 of the shard follows
 */
export const inheritedHead = async (ledger: Ledger, tree: Tree, shard: string, groups: number): Promise<Head> => {
  const lanes = new Map<Lane, LaneMark>();
  const par: Record<string, number> = {};
  const heads = new Map<string, Promise<Head | undefined>>();
  const headOf = (id: string) => {
    const known = heads.get(id);
    if (known !== undefined) return known;
    const asked = ledger.newest(id);
    heads.set(id, asked);
    return asked;
  };
  const up = async (id: string, group: number): Promise<void> => {
    for (const parent of (await tree.find(id))?.parents ?? []) {
      const row = await tree.find(parent);
      if (row === undefined || !holds(row, pointOf(group, groups))) continue;
      const head = await headOf(parent);
      if (head === undefined) {
        await up(parent, group);
        continue;
      }
      par[parent] = head.n;
      for (const [lane, mark] of head.lanes) {
        if (groupOfLane(lane) !== group) continue;
        const mine = lanes.get(lane);
        lanes.set(lane, mine === undefined ? mark : laterMark(mine, mark));
      }
    }
  };
  const row = await tree.find(shard);
  if (row === undefined) throw new Error(`no shard ${shard} is listed`);
  for (let g = 0; g < groups; g++) if (holds(row, pointOf(g, groups))) await up(shard, g);
  return { n: 0, lanes, through: '', par };
};
