// The shards of `raw`, kept as long as their records: ListShards forgets a closed one, and whoever reads the archive must know whose
// child it was. One object a shard, whose content never changes.
import type { Objects, Shard } from '../../ports.ts';

/** A shard without its state: whether it is closed depends on who asks when. */
export type KeptShard = Omit<Shard, 'closed'>;

const prefixOf = (run: string): string => `archive/${run}/shards/`;

export const keepShard = (objects: Objects, run: string, { id, parents, startHash, endHash }: Shard): Promise<void> =>
  objects.put(`${prefixOf(run)}${id}.json`, Buffer.from(`${JSON.stringify({ id, parents, startHash, endHash })}\n`), {
    contentType: 'application/json',
  });

const isShard = (value: unknown): value is KeptShard => {
  const { id, parents, startHash, endHash } = (value ?? {}) as Partial<KeptShard>;
  return (
    typeof id === 'string' && Array.isArray(parents) && typeof startHash === 'string' && typeof endHash === 'string'
  );
};

/** All shards that were kept; each object is read once by one reader. */
export const keptShards = (objects: Objects, run: string): (() => Promise<readonly KeptShard[]>) => {
  const read = new Map<string, KeptShard>();
  return async () => {
    for (const { key } of await objects.list(prefixOf(run))) {
      if (read.has(key)) continue;
      const shard: unknown = JSON.parse(Buffer.from((await objects.get(key)) ?? []).toString() || 'null');
      if (!isShard(shard)) throw new Error(`${objects.name}/${key} names no shard`);
      read.set(key, shard);
    }
    return [...read.values()];
  };
};
