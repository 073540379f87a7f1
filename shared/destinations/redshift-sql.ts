// A destination table as Amazon Redshift: its statements to create it, and those of one batch. Redshift checks no key, and its MERGE has no
// condition beside the key, so a batch locks out other batches, drops what is not newer, then merges the rest.
import type { TablePlan } from '../query/plan.ts';
import type { SqlType } from '../query/types.ts';
import { type PostgresTable, postgresTable, qualified, quoted } from './postgres-ddl.ts';

export const redshiftType = (type: SqlType): string => {
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
      return 'varchar(65535)'; // the most
    case 'TIMESTAMP':
      return 'timestamp';
    case 'TIMESTAMP_LTZ':
      return 'timestamptz';
    case 'DATE':
      return 'date';
    case 'ROW':
    case 'ARRAY':
    case 'MAP':
      return 'super';
    default:
      return type satisfies never;
  }
};

/** Redshift folds names to lower case, in quotes too, and cuts none: 127 bytes. */
const MAX_NAME = 127;
const OWN = ['_id', '_version', '_deleted'];
/** Names of JSON members are matched with columns whatever their case. */
export const redshiftNameProblems = (t: PostgresTable): readonly string[] => {
  const names = t.columns.map((c) => c.name.toLowerCase());
  const twice = names.find((n, i) => names.indexOf(n) < i);
  return [
    ...(twice === undefined ? [] : [`two columns are "${twice}" to Redshift, which knows no case; rename one by AS`]),
    ...names.filter((n) => OWN.includes(n)).map((n) => `column "${n}" is one of Millrace's own; rename it by AS`),
    ...[...t.name.split('.'), ...names]
      .filter((n) => Buffer.byteLength(n) > MAX_NAME)
      .map((n) => `"${n}" is longer than ${MAX_NAME} bytes, the most of Redshift`),
  ];
};

const beside = (name: string, suffix: string): string => {
  const parts = name.split('.');
  return qualified([...parts.slice(0, -1), `${parts.at(-1)}${suffix}`].join('.'));
};
/** An empty table: whoever writes locks it, so that readers of the rows wait for nobody. */
const turnOf = (t: PostgresTable): string => beside(t.name, '_turn');

/** Statements that make the table, its view of the rows that stand, and the table that writers lock; running them again changes nothing. */
export const redshiftCreate = (plan: TablePlan): readonly string[] => {
  const t = postgresTable(plan);
  const columns = t.columns.map((c) => `${quoted(c.name)} ${redshiftType(c.type)}`);
  const own = [
    ...(t.key[0] === '_id' ? ['"_id" varchar(1024)'] : []),
    `"_version" varchar(256) not null default ''`,
    '"_deleted" boolean not null default false',
  ];
  const shown = t.columns.map((c) => quoted(c.name)).join(', ');
  const current = beside(t.name, '_current');
  return [
    `create table if not exists ${qualified(t.name)} (${[...columns, ...own].join(', ')})`,
    `create table if not exists ${turnOf(t)} (n integer)`,
    `create or replace view ${current} as select ${shown} from ${qualified(t.name)} where not "_deleted"`,
  ];
};

const STAGE = '"millrace_stage"';
const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/**
 * The statements of a batch, to be run as one transaction (https://docs.aws.amazon.com/redshift/latest/dg/r_MERGE.html, r_LOCK.html).
 * @param from s3:// address of its rows as NDJSON, one for each key
 * @param role that Redshift reads them with
 */
export const redshiftBatch = (plan: TablePlan, from: string, role: string): readonly string[] => {
  const t = postgresTable(plan);
  const target = qualified(t.name);
  const own = quoted(t.name.split('.').at(-1) ?? '');
  const names = [
    ...t.columns.map((c) => quoted(c.name)),
    ...(t.key[0] === '_id' ? ['"_id"'] : []),
    '"_version"',
    '"_deleted"',
  ];
  const key = t.key.map(quoted);
  const same = key.map((k) => `${own}.${k} = ${STAGE}.${k}`).join(' and ');
  const set = names.filter((n) => !key.includes(n)).map((n) => `${n} = ${STAGE}.${n}`);
  return [
    `lock table ${turnOf(t)}`,
    `create temp table ${STAGE} (like ${target} including defaults)`,
    `copy ${STAGE} from ${literal(from)} iam_role ${literal(role)} format json 'auto ignorecase' timeformat 'auto' compupdate off statupdate off`,
    `delete from ${STAGE} using ${target} where ${same} and ${own}."_version" >= ${STAGE}."_version"`,
    `merge into ${target} using ${STAGE} on ${same} when matched then update set ${set.join(', ')} when not matched then insert (${names.join(', ')}) values (${names.map((n) => `${STAGE}.${n}`).join(', ')})`,
    `drop table ${STAGE}`,
  ];
};
