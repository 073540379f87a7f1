// A double of PostgreSQL for the one statement that `write-warehouse` sends. That it answers as the server does is held by
// test/destinations/postgres-double.test.ts: the same calls, drawn at random, to both.

import type { Sql } from '../../../shared/destinations/postgres.ts';
import { postgresTable, upsertStatement } from '../../../shared/destinations/postgres-ddl.ts';
import type { TablePlan } from '../../../shared/query/plan.ts';

export type Standing = {
  readonly key: string;
  readonly version: string;
  readonly deleted: boolean;
  readonly row: { readonly [name: string]: unknown };
};
export type PostgresDouble = {
  readonly sql: Sql;
  /** Every row of the table beneath the view, marks of deleted rows too. */
  readonly standing: (table: string) => readonly Standing[];
};

/** @see https://www.postgresql.org/docs/current/errcodes-appendix.html */
const sqlError = (code: string, message: string): Error => Object.assign(new Error(message), { code });

/** `collate "C"`: by bytes. */
const isBelow = (a: string, b: string): boolean => Buffer.compare(Buffer.from(a), Buffer.from(b)) < 0;

/** @param refuses a constraint of the user's: rows that it names break it */
export const postgresDouble = (
  plans: readonly TablePlan[],
  refuses: (table: string, row: Standing['row']) => boolean = () => false,
): PostgresDouble => {
  const tables = new Map<string, Map<string, Standing>>();
  const byStatement = new Map(
    plans.map((plan) => {
      tables.set(plan.name, new Map());
      const table = postgresTable(plan);
      return [upsertStatement(table), { plan, table }] as const;
    }),
  );

  /** `jsonb_to_record`, for the types that chaos has: a column that the row lacks is null. */
  const recordOf = ({ columns }: TablePlan, text: string): Standing['row'] => {
    const data = JSON.parse(text) as { readonly [name: string]: unknown };
    return Object.fromEntries(
      columns.map(({ name, type }) => {
        const value = data[name] ?? null;
        if (type.kind === 'BIGINT' && value !== null && !Number.isInteger(Number(value)))
          throw sqlError('22P02', `invalid input syntax for type bigint: ${JSON.stringify(value)}`);
        return [name, value];
      }),
    );
  };

  const query: Sql['query'] = async (text, values = []) => {
    const found = byStatement.get(text);
    if (found === undefined) throw sqlError('42601', 'this double knows the upserts of its tables alone');
    const [rows, ids, versions, deleted] = values as [string[], string[], string[], boolean[]];
    const { plan, table } = found;
    const mine = tables.get(plan.name) as Map<string, Standing>;
    // A statement happens as a whole or not at all.
    const next = new Map(mine);
    const touched = new Set<string>();
    rows.forEach((json, i) => {
      const row = recordOf(plan, json);
      const values = table.key[0] === '_id' ? [ids[i]] : table.key.map((name) => row[name]);
      if (values.includes(null)) throw sqlError('23502', 'null value in a column of the primary key');
      const key = JSON.stringify(values);
      const gone = deleted[i] === true;
      if (!gone && refuses(plan.name, row)) throw sqlError('23514', 'new row violates check constraint');
      const [before, version] = [next.get(key), versions[i] as string];
      if (before !== undefined && touched.has(key))
        throw sqlError('21000', 'ON CONFLICT DO UPDATE command cannot affect row a second time');
      touched.add(key);
      if (before === undefined || isBelow(before.version, version)) next.set(key, { key, version, deleted: gone, row });
    });
    tables.set(plan.name, next);
  };
  return { sql: { query }, standing: (table) => [...(tables.get(table)?.values() ?? [])] };
};
