// A data catalog as the lake needs it: tables by name, partitions with a location each. shared/aws/glue-catalog.ts is the one on AWS.
import type { TableColumn } from './query/plan.ts';
import type { EpochMs } from './time.ts';

/** `part` is `dt=2026-01-31/hour=09`. */
export type PartitionName = { readonly table: string; readonly part: string };

/** Every method throws a Fault when the outcome is unknown or the service refuses. */
export interface Catalog {
  /**
   * The table with at least these columns; one that it has and the plan has not stays.
   * @throws Fault `destination.refused` when a column has another type there
   */
  ensureTable(name: string, columns: readonly TableColumn[]): Promise<void>;
  /**
   * Sets where readers find a partition; makes it when there is none.
   * @param folder a key prefix in the lake's bucket, ends in `/`
   * @param until  the request must not be begun later. One begun in time takes effect within `LANDS_WITHIN` or never
   */
  point(partition: PartitionName, folder: string, until: EpochMs): Promise<void>;
}
