// A database as the local run sees it: ours by pglite, or one that the user named. Its tables are made as `millrace destinations --ddl` says.
import type { Sql } from '../../../shared/destinations/postgres.ts';
import { createStatements, postgresTable, qualified, quoted } from '../../../shared/destinations/postgres-ddl.ts';
import type { Json } from '../../../shared/event/cloud-event.ts';
import { parseJson, stringifyJson } from '../../../shared/event/json.ts';
import type { TableColumn, TablePlan } from '../../../shared/query/plan.ts';
import type { SqlType } from '../../../shared/query/types.ts';
import type { HeldRow } from './held.ts';

/** A column as text that the value is read back from, as a query writes it. */
const asText = ({ name, type }: TableColumn): string => {
  const column = quoted(name);
  switch (type.kind) {
    case 'TIMESTAMP':
      return `to_char(${column}, 'YYYY-MM-DD HH24:MI:SS.MS')`;
    case 'TIMESTAMP_LTZ':
      return `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS.MS"Z"')`;
    default:
      return `${column}::text`;
  }
};

const readBack = (text: string, { kind }: SqlType): Json => {
  switch (kind) {
    case 'BOOLEAN':
      return text === 'true';
    case 'INT':
      return Number(text);
    case 'BIGINT':
    case 'INTERVAL':
      return BigInt(text);
    case 'DOUBLE':
      return Number.isFinite(Number(text)) ? Number(text) : text;
    case 'ROW':
    case 'ARRAY':
    case 'MAP': {
      const parsed = parseJson(Buffer.from(text));
      if (!parsed.ok) throw new Error(`a nested column is no JSON: ${parsed.cause}`);
      return parsed.value;
    }
    default:
      return text;
  }
};

type Record = { readonly [column: string]: string | null };

/** @returns how many rows stood there before */
export const makeTable = async (sql: Sql, plan: TablePlan): Promise<number> => {
  const table = postgresTable(plan);
  for (const statement of createStatements(table)) await sql.query(statement);
  const { rows } = (await sql.query(`select count(*)::text as n from ${qualified(table.name)}`)) as { rows: Record[] };
  return Number(rows[0]?.n ?? 0);
};

/** @param newest so many of the newest revisions alone; all without it, those that were taken back too */
export const rowsIn = async (sql: Sql, plan: TablePlan, newest?: number): Promise<readonly HeldRow[]> => {
  const table = postgresTable(plan);
  const columns = plan.columns.map((c, i) => `${asText(c)} as c${i}`);
  const key = table.key.map((k) => (k === '_id' ? '"_id"' : `c${plan.columns.findIndex((c) => c.name === k)}`));
  const id = table.key[0] === '_id' ? ', "_id"' : '';
  const some = newest === undefined ? '' : `where not "_deleted" order by "_version" desc limit ${newest}`;
  const { rows } = (await sql.query(
    `select ${columns.join(', ')}${id}, "_version", "_deleted"::text as gone from ${qualified(table.name)} ${some}`,
  )) as { rows: Record[] };
  return rows.map((r) => {
    const values = plan.columns.map(({ name, type }, i): readonly [string, Json] => {
      const text = r[`c${i}`];
      return [name, text === null || text === undefined ? null : readBack(text, type)];
    });
    const named = Object.fromEntries(values);
    const standing = key.map((k, i) => (k === '"_id"' ? (r._id ?? '') : (named[table.key[i] ?? ''] ?? null)));
    return {
      key: table.key[0] === '_id' ? String(r._id) : stringifyJson(standing),
      version: r._version ?? '',
      row: r.gone === 'true' ? null : named,
    };
  });
};

export const countIn = async (sql: Sql, plan: TablePlan): Promise<number> => {
  const { rows } = (await sql.query(
    `select count(*)::text as n from ${qualified(postgresTable(plan).name)} where not "_deleted"`,
  )) as { rows: Record[] };
  return Number(rows[0]?.n ?? 0);
};
