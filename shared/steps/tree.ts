// The family tree of a stream's shards, kept longer than ListShards keeps it (protocol, sections 3 and 4).
import { packJson, unpackJson } from '../fold/pack.ts';
import { RING } from '../lanes/ring.ts';
import type { Clock, Shard, Stream, Table } from '../ports.ts';
import type { EpochMs } from '../time.ts';
import { understood } from './ledger/format.ts';

/**
 * A shard as the tree knows it; `closedAt` is when it was first seen closed. `added`: it came without parents into a run that had begun,
 * and holds every key group; those that were there at the beginning keep their parts of the ring.
 */
export type TreeShard = Omit<Shard, 'closed'> & { readonly closedAt: EpochMs | null; readonly added?: true };
const WHOLE_RING = { startHash: '0', endHash: (RING - 1n).toString() };
type Rows = Record<string, TreeShard>;

export type Tree = {
  /** A shard, after a look at ListShards if it was not known. */
  find(id: string): Promise<TreeShard | undefined>;
  /** All shards known, after a look at ListShards. */
  refresh(): Promise<readonly TreeShard[]>;
  /** Ids of the shards that ListShards names now: those that are open, or closed within the stream's retention. */
  listed(): Promise<ReadonlySet<string>>;
  /** All shards known so far. */
  known(): readonly TreeShard[];
};

/**
 * @param run names the item: `tree#<run>#<stream>`
 */
export const shardTree = (deps: { table: Table; stream: Stream; clock: Clock; run: string }): Tree => {
  const key = { pk: `tree#${deps.run}#${deps.stream.name}`, sk: '-' };
  let rows: Rows = {};
  let version = 0;

  const load = async () => {
    const item = await deps.table.get(key);
    if (item === undefined) return;
    understood('tree of shards', item);
    rows = { ...(unpackJson(item.rows as Uint8Array) as Rows), ...rows };
    version = item.v as number;
  };

  const merged = (listed: readonly Shard[]): Rows => {
    let next = rows;
    for (const { closed, ...s } of listed) {
      const old = rows[s.id];
      if (old !== undefined && (old.closedAt !== null || !closed)) continue;
      const isAdded = deps.stream.grows === true && version > 0 && old === undefined && s.parents.length === 0;
      const row = { ...s, closedAt: closed ? deps.clock.now() : null };
      if (next === rows) next = { ...rows };
      next[s.id] = isAdded ? { ...row, ...WHOLE_RING, added: true } : row;
    }
    return next;
  };

  const refresh = async () => {
    const listed = await deps.stream.shards();
    for (;;) {
      const next = merged(listed);
      if (next === rows && version > 0) break;
      const item = { ...key, v: version + 1, rows: packJson(next) };
      const written = await deps.table.put(
        item,
        version === 0 ? { kind: 'absent' } : { kind: 'equals', field: 'v', value: version },
      );
      // Nobody goes by rows that are not written: which shards were there at the beginning is decided by one put, for all.
      if (written.ok) {
        rows = next;
        version++;
        break;
      }
      const mine = rows;
      rows = {};
      await load();
      // What was only known here stays known; a row of the table is older and wins where both have one.
      rows = { ...mine, ...rows };
    }
    return Object.values(rows);
  };

  return {
    async find(id) {
      if (rows[id] === undefined) await load();
      if (rows[id] === undefined) await refresh();
      return rows[id];
    },
    async refresh() {
      if (version === 0) await load();
      return refresh();
    },
    listed: async () => new Set((await deps.stream.shards()).map((s) => s.id)),
    known: () => Object.values(rows),
  };
};

/** Ancestors of a shard, oldest first, each once. */
export const ancestorsOf = async (tree: Tree, shard: string): Promise<readonly TreeShard[]> => {
  const out = new Map<string, TreeShard>();
  const walk = async (id: string): Promise<void> => {
    for (const parent of (await tree.find(id))?.parents ?? []) {
      const row = await tree.find(parent);
      if (row === undefined || out.has(parent)) continue;
      await walk(parent);
      out.set(parent, row);
    }
  };
  await walk(shard);
  return [...out.values()];
};
