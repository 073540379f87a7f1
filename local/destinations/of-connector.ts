// Which function records the rows of a connector, and which tables of a plan get any.
import type { Plan, TablePlan } from '../../shared/query/plan.ts';

export const FUNCTION: Readonly<Partial<Record<TablePlan['connector'], string>>> = {
  dynamodb: 'write-table',
  filesystem: 'write-lake',
  jdbc: 'write-warehouse',
  redshift: 'write-warehouse',
  'opensearch-2': 'write-search',
  eventbridge: 'publish',
  sns: 'publish',
  sqs: 'publish',
  firehose: 'publish',
  'http-sink': 'call-webhook',
  kafka: 'write-topic',
  'upsert-kafka': 'write-topic',
};

/** Tables that a function of the stage fills: those that a query writes to, and those of the lake that hold events. */
export const recorded = ({ queries, tables }: Plan): readonly TablePlan[] => {
  const written = new Set(queries.map((q) => q.into));
  return tables.filter((t) => written.has(t.name) || (t.connector === 'filesystem' && t.types.length > 0));
};
