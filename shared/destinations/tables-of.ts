// The tables of a plan that one function records, and their destinations.
import type { Plan, TablePlan } from '../query/plan.ts';
import type { Destination } from '../steps/sink/destination.ts';
import type { SinkTables } from '../steps/sink/read-sink-row.ts';

export const WAREHOUSE = ['jdbc'] as const;
export const REDSHIFT = ['redshift'] as const;
export const SEARCH = ['opensearch-2'] as const;
export const MESSAGES = ['eventbridge', 'sns', 'sqs', 'firehose'] as const;
export const WEBHOOKS = ['http-sink'] as const;
export const TOPICS = ['kafka', 'upsert-kafka'] as const;

export const tablesOf = (plan: Plan, connectors: readonly TablePlan['connector'][]): readonly TablePlan[] =>
  plan.tables.filter((t) => connectors.includes(t.connector) && t.types.length === 0);

export const byName = (tables: readonly TablePlan[]): SinkTables => new Map(tables.map((t) => [t.name, t]));

/** Groups tables that share a database or host: `of` names what they share. */
export const shared = (
  tables: readonly TablePlan[],
  of: (t: TablePlan) => string,
  destination: (name: string, tables: readonly TablePlan[]) => Destination,
): ReadonlyMap<string, Destination> => {
  const groups = Map.groupBy(tables, of);
  return new Map(
    [...groups].flatMap(([name, mine]) => {
      const d = destination(name, mine);
      return mine.map((t) => [t.name, d] as const);
    }),
  );
};
