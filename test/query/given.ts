// Compiles queries and plays them over example rows by the steps that run on Lambda: transform, aggregate, the ledger, refine.
import { readEventRows } from '../../local/sql/event-rows.ts';
import { type Played, playPlan } from '../../local/sql/play-plan.ts';
import { referencesOf } from '../../local/sql/reference-rows.ts';
import { compileSql } from '../../shared/query/compile.ts';
import type { Plan } from '../../shared/query/plan.ts';
import { inputsOf, sidesOf } from '../../shared/query/sides.ts';
import type { Example } from './example.ts';

export const TYPES = ['order.v1', 'view.v1', 'payment.v1'];

export const compile = (...texts: readonly string[]) =>
  compileSql(
    texts.map((text, i) => ({ path: texts.length === 1 ? 'query.sql' : `query${i + 1}.sql`, text })),
    { types: TYPES },
  );

/** The plan of a text that has no mistake. */
export const planOf = (...texts: readonly string[]): Plan => {
  const { plan, errors } = compile(...texts);
  if (errors.length > 0) throw new Error(errors.map((e) => `${e.line}:${e.col} ${e.message}`).join('\n'));
  return plan;
};

const linesOf = (examples: readonly Example[], table: string): readonly string[] =>
  examples.filter((x) => x.table === table).map((x) => x.row);

/** Tables that are written and that no query reads. */
export const endsOf = ({ queries }: Plan): readonly string[] => {
  const read = new Set(queries.flatMap((q) => inputsOf(q).map((i) => i.table)));
  return [...new Set(queries.map((q) => q.into))].filter((table) => !read.has(table));
};

/** What every destination holds once all rows were seen, in the order of the examples, with a watermark after each. */
export const play = async (plan: Plan, examples: readonly Example[]): Promise<Played> => {
  const tables = plan.tables
    .filter((t) => t.types.length > 0 && t.connector === 'kinesis')
    .map((table) => readEventRows({ table, file: table.name, lines: linesOf(examples, table.name) }, 1, null));
  const lookups = plan.queries.flatMap((q) => sidesOf(q)).flatMap((side) => side.lookups ?? []);
  const { lookup, errors } = await referencesOf(
    lookups.map(({ table, keyColumn }) => ({
      name: table,
      file: `${table}.ndjson`,
      text: linesOf(examples, table).join('\n'),
      key: keyColumn,
    })),
  );
  const mistakes = [...tables.flatMap((t) => t.errors), ...errors];
  if (mistakes.length > 0) throw new Error(mistakes.map((e) => `${e.file}:${e.line} ${e.message}`).join('\n'));
  return playPlan({ plan, tables, lookup, strict: true });
};
