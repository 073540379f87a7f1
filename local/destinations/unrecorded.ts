// Rows that no function of a stage would record: their table's function is switched off.
import type { Plan, TablePlan } from '../../shared/query/plan.ts';
import type { UserError } from '../../shared/user-error.ts';
import type { Template } from '../template/template.ts';
import { SWITCH } from './grants.ts';

const FUNCTION: Readonly<Partial<Record<TablePlan['connector'], string>>> = {
  dynamodb: 'write-table',
  filesystem: 'write-lake',
  jdbc: 'write-warehouse',
  'opensearch-2': 'write-search',
  eventbridge: 'publish',
  sns: 'publish',
  sqs: 'publish',
  firehose: 'publish',
  'http-sink': 'call-webhook',
};

/** One for each table that gets rows and whose function is not among those of the stage, at its CREATE TABLE. */
export const unrecorded = (plan: Plan, { functions }: Pick<Template, 'functions'>): readonly UserError[] => {
  const written = new Set(plan.queries.map((q) => q.into));
  const here = new Set(functions.map((f) => f.name));
  return plan.tables.flatMap(({ name, connector, types, at }): readonly UserError[] => {
    const fn = FUNCTION[connector];
    const hasRows = written.has(name) || (connector === 'filesystem' && types.length > 0);
    if (fn === undefined || !hasRows || here.has(fn)) return [];
    const message = `CREATE TABLE ${name}: its rows would go nowhere, because ${fn} is switched off; deploy with --param ${SWITCH[connector]}=on`;
    return [{ file: at.file, line: at.line, col: at.col, message }];
  });
};
