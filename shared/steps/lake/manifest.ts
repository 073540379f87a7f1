// Which ledger entries make which version of a shard's files: `man#<run>#<fn>`, one item a shard (protocol, section 5.6).
import type { Item, Table } from '../../ports.ts';
import { understood } from '../ledger/format.ts';

/** Version v holds the entries `from` to `to`; all before are in earlier versions. */
export type LakeManifest = { readonly v: number; readonly from: number; readonly to: number; readonly shown: boolean };

export type LakeManifests = {
  read(shard: string): Promise<LakeManifest | undefined>;
  /**
   * The decision: entries up to `to` make the version after `before`.
   * @returns undefined when another run decided first
   * @throws  Fault when its fate is unknown: the next run finds it, if it was made, and makes it good
   */
  decide(shard: string, before: LakeManifest | undefined, to: number): Promise<LakeManifest | undefined>;
  /** All files of the version are written. */
  setShown(shard: string, m: LakeManifest): Promise<void>;
};

const manifestOf = (item: Item): LakeManifest => ({
  v: item.v as number,
  from: item.from as number,
  to: item.to as number,
  shown: item.shown as boolean,
});

/** @param fn function + `/` + stream */
export const lakeManifests = (table: Table, run: string, fn: string): LakeManifests => {
  const key = (shard: string) => ({ pk: `man#${run}#${fn}`, sk: shard });
  return {
    async read(shard) {
      const item = await table.get(key(shard));
      return item && manifestOf(understood('manifest of the lake', item));
    },
    async decide(shard, before, to) {
      const next: LakeManifest = { v: (before?.v ?? 0) + 1, from: (before?.to ?? 0) + 1, to, shown: false };
      const written = await table.put(
        { ...key(shard), ...next },
        before === undefined ? { kind: 'absent' } : { kind: 'equals', field: 'v', value: before.v },
      );
      return written.ok ? next : undefined;
    },
    async setShown(shard, m) {
      await table.update(key(shard), { shown: true }, { kind: 'equals', field: 'v', value: m.v });
    },
  };
};
