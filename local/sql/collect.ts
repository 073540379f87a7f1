// What the destinations hold at the end, by the rows on `refined`.
import { unpackInner } from '../../shared/lanes/block.ts';
import type { MemoryLog } from '../../shared/memory/log.ts';
import type { Plan } from '../../shared/query/plan.ts';
import type { SinkRow } from '../../shared/steps/sink/destination.ts';
import { readSinkRow, type SinkTables } from '../../shared/steps/sink/read-sink-row.ts';

const byVersion = (a: SinkRow, b: SinkRow): number => (a.version < b.version ? -1 : a.version > b.version ? 1 : 0);

/** The newest row of each key, a table without a key keeping every event; in the order of arrival or decision. */
export const resultRows = (refined: MemoryLog, plan: Plan): ReadonlyMap<string, readonly string[]> => {
  const written = new Set(plan.queries.map((q) => q.into));
  const tables: SinkTables = new Map(plan.tables.filter((t) => written.has(t.name)).map((t) => [t.name, t]));
  const held = new Map([...tables.keys()].map((name) => [name, new Map<string, SinkRow>()]));
  for (const { id } of refined.shards()) {
    let after: string | null = null;
    for (;;) {
      const { records } = refined.read(id, after);
      if (records.length === 0) break;
      after = records.at(-1)?.seq ?? null;
      for (const record of records) {
        const unpacked = unpackInner(record.data);
        if (!unpacked.ok) throw new Error(`refined ${id}: ${unpacked.cause}`);
        for (const item of unpacked.items) {
          if (item.kind !== 'event') continue;
          const found = readSinkRow(item, tables);
          if (found.kind === 'reject') throw new Error(`refined ${id}: ${found.cause}`);
          if (found.kind === 'other') continue;
          const { row } = found;
          const rows = held.get(row.table) as Map<string, SinkRow>;
          const before = rows.get(row.key);
          if (before === undefined || before.version < row.version) rows.set(row.key, row);
        }
      }
    }
  }
  return new Map(
    [...held].map(([name, rows]) => [name, [...rows.values()].sort(byVersion).flatMap((r) => r.row ?? [])]),
  );
};
