// Where a hop stands in each shard it reads: `hop#<run>#<fn>#<shard>` (protocol, section 3).
import { padSeq } from '../lanes/position.ts';
import type { Item, Scalar, Table } from '../ports.ts';
import { understood } from './ledger/format.ts';

export type Checkpoints = {
  /** The newest checkpoint of a shard; undefined when it never had one. */
  read(shard: string): Promise<Item | undefined>;
  /** Moves the checkpoint on; a copy of an older batch moves nothing. */
  advance(shard: string, seq: string, more?: Readonly<Record<string, Scalar>>): Promise<void>;
};

/** @param fn function + `/` + stream */
export const checkpoints = (table: Table, run: string, fn: string): Checkpoints => {
  const key = (shard: string) => ({ pk: `hop#${run}#${fn}#${shard}`, sk: '-' });
  return {
    read: async (shard) => understood('checkpoint of a hop', await table.get(key(shard))),
    async advance(shard, seq, more = {}) {
      const q = padSeq(seq);
      await table.update(key(shard), { ...more, q }, { kind: 'below', field: 'q', value: q });
    },
  };
};
