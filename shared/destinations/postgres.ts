// Rows into PostgreSQL or Aurora: one statement a batch and table, the newest revision of a key wins.
import { parseJson, stringifyJson } from '../event/json.ts';
import { Fault } from '../faults.ts';
import { getOrMake } from '../get-or-make.ts';
import type { TablePlan } from '../query/plan.ts';
import { type Destination, type RowOutcome, type SinkRow, STORED } from '../steps/sink/destination.ts';
import { type PostgresTable, postgresTable, upsertStatement } from './postgres-ddl.ts';

/** A connection, or a pool of them: no statement is named, so that a proxy may share connections between statements. */
export type Sql = { query(text: string, values?: readonly unknown[]): Promise<unknown> };

/** SQLSTATE (PostgreSQL, appendix A) of an error; undefined when the server did not answer. */
const stateOf = (error: unknown): string | undefined => {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) ? code : undefined;
};

/** 22 data exception and 23 integrity constraint violation lie in the rows. */
const OF_THE_ROWS = /^2[23]/;
/** 42 syntax error or access rule violation, 3D and 3F no such database or schema: the table is not as it should be. */
const OF_THE_TABLE = /^(42|3D|3F)/;
/** 53 insufficient resources, 40 deadlock or serialization, 57 the server goes down, 08 connection. */
const FULL = /^53/;

const faultOf = (name: string, error: unknown): Fault => {
  const state = stateOf(error);
  const message = error instanceof Error ? error.message : String(error);
  if (state !== undefined && OF_THE_ROWS.test(state))
    return new Fault('destination.refused', `${message} (${state})`, error);
  if (state !== undefined && OF_THE_TABLE.test(state))
    return new Fault(
      'destination.unavailable',
      `${name}: ${message} (${state}); \`millrace destinations --migrate\` makes the table as the pipeline wants it`,
      error,
    );
  const code = state !== undefined && FULL.test(state) ? 'destination.throttled' : 'destination.unavailable';
  return new Fault(code, `${name}: ${message}${state === undefined ? '' : ` (${state})`}`, error);
};

/** The row as JSON text; of one that must go, its key alone. */
const textOf = (row: SinkRow, table: PostgresTable): string => {
  if (row.row !== null) return row.row;
  if (table.key[0] === '_id') return '{}';
  const key = parseJson(Buffer.from(row.key));
  const values = key.ok && Array.isArray(key.value) ? key.value : [];
  return stringifyJson(Object.fromEntries(table.key.map((name, i) => [name, values[i] ?? null])));
};

/**
 * @param tables those of the plan with this connector
 * @param name   for messages: host and database, never a password
 */
export const postgres = (sql: Sql, tables: readonly TablePlan[], name: string): Destination => {
  const byName = new Map(
    tables.map((plan) => {
      const table = postgresTable(plan);
      return [plan.name, { table, statement: upsertStatement(table) }] as const;
    }),
  );

  const writeTable = async (of: string, rows: readonly SinkRow[]): Promise<void> => {
    const found = byName.get(of);
    if (found === undefined) throw new Fault('destination.refused', `the plan has no table ${of} for ${name}`);
    await sql
      .query(found.statement, [
        rows.map((r) => textOf(r, found.table)),
        rows.map((r) => r.id),
        rows.map((r) => r.version),
        rows.map((r) => r.row === null),
      ])
      .catch((error: unknown) => {
        throw faultOf(name, error);
      });
  };

  return {
    name,
    most: { rows: 1_000, bytes: 4 * 1_048_576 },
    atOnce: 1,
    async write(rows): Promise<readonly RowOutcome[]> {
      const byTable = new Map<string, SinkRow[]>();
      for (const row of rows) getOrMake(byTable, row.table, () => []).push(row);
      for (const [table, mine] of byTable) await writeTable(table, mine);
      return rows.map(() => STORED);
    },
  };
};
