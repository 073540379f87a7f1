// Parents before children: nobody promises it, so the first record of a shard makes the function look (protocol, section 4).
import { Fault } from '../faults.ts';
import type { Stream } from '../ports.ts';
import type { Tree } from './tree.ts';

/**
 * Makes sure that every ancestor of a shard was read to its end by this function.
 * @param doneUpTo last sequence number of a shard that this function has done; undefined when it never had a record of it
 * @throws Fault order.ancestor-unread while an ancestor still holds a record: the batch comes again
 */
export const ensureAncestorsRead = async (
  stream: Stream,
  tree: Tree,
  shard: string,
  doneUpTo: (shard: string) => Promise<string | undefined>,
): Promise<void> => {
  const row = await tree.find(shard);
  if (row === undefined || row.parents.length === 0) return;
  const listed = new Set((await stream.shards()).map((s) => s.id));
  const ask = async (parents: readonly string[]): Promise<void> => {
    for (const parent of parents) {
      const done = await doneUpTo(parent);
      if (listed.has(parent) && (await stream.hasRecordAfter(parent, done)))
        throw new Fault(
          'order.ancestor-unread',
          `${stream.name}: ${shard} was offered before ${parent} was read to its end`,
        );
      // A shard that was read had its own ancestors looked at; one that never had a record passes the question up.
      if (done !== undefined) continue;
      const above = await tree.find(parent);
      if (above !== undefined) await ask(above.parents);
      else if (listed.has(parent)) throw new Fault('ledger.gap', `${stream.name}: shard ${parent} is in no tree`);
    }
  };
  await ask(row.parents);
};
