// A destination table as PostgreSQL: its statements to create it, to fill it, and what is missing in one that stands there.
import type { TableColumn, TablePlan } from '../query/plan.ts';
import type { SqlType } from '../query/types.ts';

/** PostgreSQL, section 4.1.1: an identifier in quotes, quotes doubled. */
export const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;
const text = (value: string): string => `'${value.replaceAll("'", "''")}'`;

/** Names of at most 63 bytes; longer ones are cut by the server without a word. */
const MAX_NAME = 63;

export const postgresType = (type: SqlType): string => {
  switch (type.kind) {
    case 'BOOLEAN':
      return 'boolean';
    case 'INT':
      return 'integer';
    case 'BIGINT':
    case 'INTERVAL':
      return 'bigint';
    case 'DOUBLE':
      return 'double precision';
    case 'DECIMAL':
      return `numeric(${type.precision}, ${type.scale})`;
    case 'STRING':
      return 'text';
    case 'TIMESTAMP':
      return 'timestamp(3)';
    case 'TIMESTAMP_LTZ':
      return 'timestamp(3) with time zone';
    case 'DATE':
      return 'date';
    case 'ROW':
    case 'ARRAY':
    case 'MAP':
      return 'jsonb';
    default:
      return type satisfies never;
  }
};

/** Columns that Millrace adds: which revision a row is, and whether it is gone. A row without PRIMARY KEY is named by `_id`. */
export const OWN_COLUMNS = ['_id', '_version', '_deleted'] as const;

export type PostgresTable = {
  /** As the user named it: `'table-name'`, perhaps with a schema, else the table's own name. */
  readonly name: string;
  readonly columns: readonly TableColumn[];
  /** The columns of the key; `_id` where the table has none. */
  readonly key: readonly string[];
};

export const postgresTable = ({
  name,
  columns,
  primaryKey,
  options,
}: Pick<TablePlan, 'name' | 'columns' | 'primaryKey' | 'options'>): PostgresTable => ({
  name: options['table-name'] ?? name,
  columns,
  key: primaryKey.length === 0 ? ['_id'] : primaryKey,
});

/** `sales.totals` is schema and table. */
export const qualified = (name: string): string => name.split('.').map(quoted).join('.');

/** What PostgreSQL cannot hold under these names; empty when all is well. */
export const nameProblems = (t: PostgresTable): readonly string[] => [
  ...t.columns
    .filter((c) => OWN_COLUMNS.some((own) => own === c.name))
    .map((c) => `column "${c.name}" is one of Millrace's own; rename it by AS`),
  ...[...t.name.split('.'), ...t.columns.map((c) => c.name)]
    .filter((n) => Buffer.byteLength(n) > MAX_NAME)
    .map((n) => `"${n}" is longer than ${MAX_NAME} bytes, the most of PostgreSQL`),
];

/**
 * Statements that make the table, or add the columns that it lacks; running them again changes nothing. A row that must go stays as a mark
 * (`_deleted`), so that an older revision cannot bring it back; the view `<name>_current` leaves such rows out.
 */
export const createStatements = (t: PostgresTable): readonly string[] => {
  const name = qualified(t.name);
  const parts = t.name.split('.');
  const view = qualified([...parts.slice(0, -1), `${parts.at(-1)}_current`].join('.'));
  const id = t.key[0] === '_id' ? ['"_id" text not null'] : [];
  // The defaults serve a table that stood there with rows of its own: any revision of ours is newer.
  const own = [`"_version" text collate "C" not null default ''`, '"_deleted" boolean not null default false'];
  const columns = t.columns.map((c) => `${quoted(c.name)} ${postgresType(c.type)}`);
  const shown = t.columns.map((c) => quoted(c.name)).join(', ');
  const primary = `primary key (${t.key.map(quoted).join(', ')})`;
  return [
    `create table if not exists ${name} (${[...columns, ...id, ...own, primary].join(', ')})`,
    ...[...columns, ...own].map((c) => `alter table ${name} add column if not exists ${c}`),
    `drop view if exists ${view}`,
    `create view ${view} as select ${shown} from ${name} where not "_deleted"`,
    `comment on view ${view} is ${text('Rows of Millrace as they stand now')}`,
  ];
};

/**
 * One statement for a batch: $1 rows as JSON text, $2 ids, $3 versions, $4 whether a row must go. Rows are taken in the order of their keys, so
 * that two batches at a time cannot wait for each other.
 */
export const upsertStatement = (t: PostgresTable): string => {
  const names = t.columns.map((c) => quoted(c.name));
  const key = t.key.map(quoted);
  const record = t.columns.map((c) => `${quoted(c.name)} ${postgresType(c.type)}`).join(', ');
  const withId = t.key[0] === '_id';
  const into = [...names, ...(withId ? ['"_id"'] : []), '"_version"', '"_deleted"'];
  const from = [...names.map((n) => `r.${n}`), ...(withId ? ['i.id'] : []), 'i.version', 'i.deleted'];
  const set = into.filter((n) => !key.includes(n)).map((n) => `${n} = excluded.${n}`);
  return [
    `insert into ${qualified(t.name)} as t (${into.join(', ')})`,
    `select ${from.join(', ')}`,
    'from unnest($1::text[], $2::text[], $3::text[], $4::boolean[]) as i(row, id, version, deleted)',
    `cross join lateral jsonb_to_record(i.row::jsonb) as r(${record})`,
    `order by ${key.map((n) => (withId ? 'i.id' : `r.${n}`)).join(', ')}`,
    `on conflict (${key.join(', ')}) do update set ${set.join(', ')}`,
    'where t."_version" < excluded."_version"',
  ].join('\n');
};
