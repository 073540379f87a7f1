// refined -> results. Writes each row by its key under the condition that it is newer than what stands there: a row may be delivered
// again, later or by two functions at once, and the newest revision stands in the end.
import type { Patience } from '../lanes/emit.ts';
import type { Objects, Table } from '../ports.ts';
import type { TablePlan } from '../query/plan.ts';
import type { BatchStep } from '../trigger/batch.ts';
import { dynamoRows } from './sink/dynamo-rows.ts';
import { upsert } from './sink/upsert.ts';

export const STAGE = 'write-table';

export type WriteTableDeps = {
  readonly tables: readonly TablePlan[];
  readonly results: Table;
  /** Keeps what can be no item: a row above 400 KB, a record that no function of ours wrote. */
  readonly rejected: Objects;
  readonly run: string;
};

/** The table's own client tries again; a put that fails after that gives the batch back. */
const once: Patience = { tries: 1, wait: async () => {} };

export const writeTable = ({ tables, results, rejected, run }: WriteTableDeps): BatchStep =>
  upsert({
    stage: STAGE,
    tables: new Map(tables.filter((t) => t.connector === 'dynamodb').map((t) => [t.name, t])),
    destination: dynamoRows(results),
    rejected,
    run,
    patience: once,
  });
