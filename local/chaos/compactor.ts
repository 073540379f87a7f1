// Compaction in a schedule: every partition, whether it is due or not, as `millrace lake compact` does, and what the schedule of the function
// does beside it.
import { type CompactLakeDeps, compactPartition, tidyPartition } from '../../shared/steps/compact-lake.ts';
import { lakePartitions } from '../../shared/steps/lake/partition.ts';

const NO_LIMIT = { mostBytes: Number.POSITIVE_INFINITY };

export const compactAll = (deps: CompactLakeDeps) => async (): Promise<void> => {
  for (const { name, columns } of deps.plan.tables.filter((t) => t.connector === 'filesystem'))
    for (const p of await lakePartitions(deps.table).list(name))
      await compactPartition(deps, await tidyPartition(deps, p, columns), NO_LIMIT);
};
