// Which events go to the lake, and how their columns are read.
import type { CloudEvent, JsonObject } from '../../event/cloud-event.ts';
import { isObject } from '../../event/path.ts';
import type { Column, Plan, TableColumn, TablePlan } from '../../query/plan.ts';
import { rowReader } from '../../query/row.ts';
import type { Value } from '../../query/types.ts';
import type { EpochMs } from '../../time.ts';

/** `refined`: rows that queries write. `enriched`: events of the types that a table names by `millrace.type`. */
export type LakeReads = 'enriched' | 'refined';
export const LAKE_READS: readonly LakeReads[] = ['enriched', 'refined'];

/** Names the ledger and the manifests: shard ids repeat in every stream, so the stream is part of it. */
export const lakeName = (reads: LakeReads): string => `write-lake/${reads}`;

export type LakeTable = {
  readonly name: string;
  readonly columns: readonly TableColumn[];
  /** One value a column; NULL for a value that its column cannot hold, as in queries. */
  read(event: CloudEvent, time: EpochMs): readonly Value[];
};

const columnsOf = (table: TablePlan): readonly Column[] =>
  table.columns.map(({ name, type }, i) => ({
    name,
    type,
    from: table.reads?.[i] ?? { kind: 'data', path: [name] },
  }));

const lakeTable = (table: TablePlan): LakeTable => {
  const read = rowReader(columnsOf(table));
  return {
    name: table.name,
    columns: table.columns,
    read(event, time) {
      const data: JsonObject = isObject(event.data) ? event.data : {};
      return read({ data, attributes: event, time });
    },
  };
};

/** The tables of connector `filesystem` by the event types that go into them. */
export const lakeTables = (plan: Plan, reads: LakeReads): ReadonlyMap<string, readonly LakeTable[]> => {
  const byType = new Map<string, LakeTable[]>();
  for (const table of plan.tables) {
    if (table.connector !== 'filesystem' || table.types.length > 0 !== (reads === 'enriched')) continue;
    const lake = lakeTable(table);
    for (const type of reads === 'enriched' ? new Set(table.types) : [table.name])
      byType.set(type, [...(byType.get(type) ?? []), lake]);
  }
  return byType;
};
