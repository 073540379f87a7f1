// Compaction and registration by command: without the limits of a Lambda function, one line a partition.
import type { Catalog } from '../../shared/catalog.ts';
import type { Clock, Objects, Table } from '../../shared/ports.ts';
import type { Plan } from '../../shared/query/plan.ts';
import { compactPartition, type Outcome } from '../../shared/steps/compact-lake.ts';
import { LEASE, show } from '../../shared/steps/lake/generations.ts';
import type { LakeRange } from '../../shared/steps/lake/live-files.ts';
import { lakePartitions, type Partition } from '../../shared/steps/lake/partition.ts';

export type LakeNowDeps = {
  readonly plan: Plan;
  readonly table: Table;
  readonly objects: Objects;
  readonly clock: Clock;
  readonly run: string;
  readonly catalogOf: () => Catalog;
};
export type Line = { readonly partition: string; readonly ok: boolean; readonly says: string };

const told = (o: Outcome): Pick<Line, 'ok' | 'says'> => {
  switch (o.kind) {
    case 'compacted':
      return { ok: true, says: `${o.from} files -> ${o.to}, ${Math.max(1, Math.round(o.bytes / 1024))} KB` };
    case 'small':
      return { ok: true, says: 'one file' };
    case 'waits':
      return { ok: false, says: `not now: ${o.why}` };
    case 'large':
      return { ok: false, says: `${o.bytes} bytes are too many` };
    default:
      return o satisfies never;
  }
};

async function* eachPartition(deps: LakeNowDeps, tables: readonly string[], { from, to }: LakeRange) {
  for (const table of tables) yield* await lakePartitions(deps.table).list(table, from, to);
}
const nameOf = (p: Partition): string => `type=${p.table}/${p.part}`;

/** A partition that is in the catalog is moved there, whatever the settings of this call say. */
export async function* compactNow(
  deps: LakeNowDeps,
  tables: readonly string[],
  range: LakeRange,
): AsyncGenerator<Line> {
  for await (const p of eachPartition(deps, tables, range)) {
    const { plan, table, objects, clock, run } = deps;
    const catalog = p.shown > 0 ? { catalog: deps.catalogOf() } : {};
    const outcome = await compactPartition({ plan, table, objects, clock, run, ...catalog }, p, {
      mostBytes: Infinity,
    });
    yield { partition: nameOf(p), ...told(outcome) };
  }
}

/** Every partition where its live files are: after the catalog was switched on, or its database was lost. */
export async function* registerAnew(
  deps: LakeNowDeps,
  tables: readonly string[],
  range: LakeRange,
): AsyncGenerator<Line> {
  const catalog = deps.catalogOf();
  const partitions = lakePartitions(deps.table);
  for (const { name, columns } of deps.plan.tables) if (tables.includes(name)) await catalog.ensureTable(name, columns);
  for await (const p of eachPartition(deps, tables, range)) {
    const { now } = await partitions.change(p, (q) => ({ ...q, shown: 0, until: deps.clock.now() + LEASE }));
    const shown = await show({ partitions, clock: deps.clock, catalog }, now);
    yield { partition: nameOf(p), ok: shown.shown === shown.live, says: `generation ${shown.live}` };
  }
}
