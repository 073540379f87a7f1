// The port Catalog in memory, as Glue behaves: a request that was begun in time but lands after its signature's life is refused.
import type { Catalog, PartitionName } from '../catalog.ts';
import { Fault } from '../faults.ts';
import type { Clock } from '../ports.ts';
import type { TableColumn } from '../query/plan.ts';
import { typeText } from '../query/type-rules.ts';
import { type Ms, minutes } from '../time.ts';

/** How long AWS takes a signature. */
const SIGNED_FOR: Ms = minutes(5);

export type MemoryCatalog = Catalog & {
  /** Folders by `<table>/<part>`. */
  readonly partitions: ReadonlyMap<string, string>;
  readonly tables: ReadonlyMap<string, readonly TableColumn[]>;
};

export const partitionKey = ({ table, part }: PartitionName): string => `${table}/${part}`;

export const memoryCatalog = (clock: Clock): MemoryCatalog => {
  const partitions = new Map<string, string>();
  const tables = new Map<string, readonly TableColumn[]>();
  return {
    partitions,
    tables,
    async ensureTable(name, columns) {
      const known = tables.get(name) ?? [];
      const other = columns.find((c) => known.some((k) => k.name === c.name && typeText(k.type) !== typeText(c.type)));
      if (other !== undefined) throw new Fault('destination.refused', `${name}.${other.name} has another type`);
      tables.set(name, [...known, ...columns.filter((c) => !known.some((k) => k.name === c.name))]);
    },
    async point(partition, folder, until) {
      if (clock.now() > until + SIGNED_FOR) throw new Fault('destination.unavailable', 'the signature is too old');
      partitions.set(partitionKey(partition), folder);
    },
  };
};
