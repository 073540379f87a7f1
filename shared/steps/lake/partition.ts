// What is decided about one partition of the lake: one item `lake#<table>`, sk `dt=…/hour=…`, written under the condition that its version
// is unchanged. It names the generation that readers see, and the files of it (docs/decisions/2026-11-22-lake-compaction.md).

import { Fault } from '../../faults.ts';
import { packJson, unpackJson } from '../../fold/pack.ts';
import type { Item, Table } from '../../ports.ts';
import type { EpochMs } from '../../time.ts';
import { understood } from '../ledger/format.ts';

/** A file that a roll-up claimed or a compaction wrote; a claimed one may not be written yet. */
export type PartitionFile = { readonly generation: number; readonly name: string };
/** Its files may go 24 h after `since`; 0: readers may still be sent there. */
export type OldGeneration = { readonly generation: number; readonly since: EpochMs };

export type Partition = {
  readonly table: string;
  readonly part: string;
  /** 0: there is no item yet. */
  readonly v: number;
  /** What readers shall see. */
  readonly live: number;
  /** The greatest number ever given: no generation is begun twice. */
  readonly top: number;
  /** The generation of the compaction that is under way, which takes new files meanwhile; 0: none. */
  readonly next: number;
  readonly began: EpochMs;
  /** The generation that the catalog is known to show; 0: none. */
  readonly shown: number;
  /** No request that points the catalog at `live` is begun after this. */
  readonly until: EpochMs;
  /** When the newest file was claimed. */
  readonly claimed: EpochMs;
  readonly files: readonly PartitionFile[];
  /** The newest version claimed, by `<shard>-<run>`: outlives its file, so that a copy of a roll-up shows nothing again. */
  readonly marks: Readonly<Record<string, number>>;
  readonly old: readonly OldGeneration[];
};

type Body = {
  readonly f: readonly (readonly [number, string])[];
  readonly m: Readonly<Record<string, number>>;
  readonly o: readonly (readonly [number, EpochMs])[];
};

const FIRST: Omit<Partition, 'table' | 'part'> = {
  v: 0,
  live: 1,
  top: 1,
  next: 0,
  began: 0,
  shown: 0,
  until: 0,
  claimed: 0,
  files: [],
  marks: {},
  old: [],
};

const pkOf = (table: string): string => `lake#${table}`;

const itemOf = ({ table, part, files, marks, old, ...plain }: Partition): Item => ({
  pk: pkOf(table),
  sk: part,
  ...plain,
  body: packJson({
    f: files.map((f) => [f.generation, f.name]),
    m: marks,
    o: old.map((o) => [o.generation, o.since]),
  } satisfies Body),
});

const partitionOf = (table: string, item: Item): Partition => {
  const { pk, sk, body, ...plain } = understood('partition of the lake', item);
  const { f, m, o } = unpackJson(body as Uint8Array) as Body;
  return {
    ...(plain as unknown as Omit<Partition, 'table' | 'part' | 'files' | 'marks' | 'old'>),
    table,
    part: sk,
    files: f.map(([generation, name]) => ({ generation, name })),
    marks: m,
    old: o.map(([generation, since]) => ({ generation, since })),
  };
};

/** Others write the same item now and then; so often in a row, something is wrong. */
const TRIES = 25;

export type Partitions = {
  /** Of a table, in the order of time; `part` from (and with) the one to the other, where given. */
  list(table: string, from?: string, to?: string): Promise<readonly Partition[]>;
  /**
   * Reads, decides, writes under the condition that nobody wrote meanwhile, else again.
   * @param decide the partition as it shall be; undefined: as it is
   * @returns      as it is now, and whether this call wrote it
   * @throws Fault when the fate of the write is unknown
   */
  change(
    name: { readonly table: string; readonly part: string },
    decide: (p: Partition) => Partition | undefined,
  ): Promise<{ readonly now: Partition; readonly wrote: boolean }>;
};

export const lakePartitions = (table: Table): Partitions => ({
  async list(name, from, to) {
    const items = await table.query(pkOf(name));
    return items
      .filter(({ sk }) => (from === undefined || sk >= from) && (to === undefined || sk <= to))
      .map((item) => partitionOf(name, item));
  },
  async change({ table: name, part }, decide) {
    for (let tries = 1; tries <= TRIES; tries++) {
      const item = await table.get({ pk: pkOf(name), sk: part });
      const before = item === undefined ? { ...FIRST, table: name, part } : partitionOf(name, item);
      const after = decide(before);
      if (after === undefined) return { now: before, wrote: false };
      const now = { ...after, v: before.v + 1 };
      const written = await table.put(
        itemOf(now),
        before.v === 0 ? { kind: 'absent' } : { kind: 'equals', field: 'v', value: before.v },
      );
      if (written.ok) return { now, wrote: true };
    }
    throw new Fault('table.unavailable', `lake#${name} ${part}: ${TRIES} others wrote first`);
  },
});
