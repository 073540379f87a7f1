// The tables and functions that random queries read: a column of every type, names that need backticks, a reference table.
import type { FunctionSignature } from '../../../shared/query/user-functions.ts';

export type Type = 'STRING' | 'INT' | 'BIGINT' | 'DOUBLE' | 'DECIMAL' | 'BOOLEAN' | 'TIMESTAMP' | 'DATE';

/** As a column's type is written. */
export const WRITTEN: Readonly<Record<Type, string>> = {
  STRING: 'STRING',
  INT: 'INT',
  BIGINT: 'BIGINT',
  DOUBLE: 'DOUBLE',
  DECIMAL: 'DECIMAL(38, 6)',
  BOOLEAN: 'BOOLEAN',
  TIMESTAMP: 'TIMESTAMP(3)',
  DATE: 'DATE',
};
export const TYPES = Object.keys(WRITTEN) as readonly Type[];

/** What an expression may name: as it is written, and its type. */
export type Name = { readonly text: string; readonly type: Type };

const source = (name: string, type: string): string => `CREATE TABLE ${name} (
  id STRING,
  store STRING,
  n INT,
  big BIGINT,
  ratio DOUBLE,
  total DECIMAL(10, 2),
  ok BOOLEAN,
  born DATE,
  \`value\` INT,
  address ROW<city STRING, zip INT>,
  tags ARRAY<STRING>,
  rates MAP<STRING, DOUBLE>,
  gross AS total * 1.25,
  p AS PROCTIME(),
  ts TIMESTAMP(3),
  WATERMARK FOR ts AS ts - INTERVAL '5' SECOND
) WITH ('connector' = 'kinesis', 'format' = 'json', 'millrace.type' = '${type}')`;

export const SOURCES = ['orders', 'payments'] as const;

/** Columns of both sources, as they are written in a query. */
export const COLUMNS: readonly Name[] = [
  { text: 'id', type: 'STRING' },
  { text: 'store', type: 'STRING' },
  { text: 'n', type: 'INT' },
  { text: 'big', type: 'BIGINT' },
  { text: 'ratio', type: 'DOUBLE' },
  { text: 'total', type: 'DECIMAL' },
  { text: 'gross', type: 'DECIMAL' },
  { text: 'ok', type: 'BOOLEAN' },
  { text: 'born', type: 'DATE' },
  { text: '`value`', type: 'INT' },
  { text: 'ts', type: 'TIMESTAMP' },
];

/** Parts of the columns that are no plain values; only where the column itself is in sight. */
export const PARTS: readonly Name[] = [
  { text: 'address.city', type: 'STRING' },
  { text: 'address.zip', type: 'INT' },
  { text: 'tags[1]', type: 'STRING' },
  { text: "rates['EUR']", type: 'DOUBLE' },
];

export const REFERENCE: readonly Name[] = [
  { text: 'name', type: 'STRING' },
  { text: 'region', type: 'STRING' },
  { text: 'floors', type: 'INT' },
];

export const CATALOGUE = [
  source('orders', 'order.v1'),
  source('payments', 'payment.v1'),
  `CREATE TABLE stores (name STRING, region STRING, floors INT, PRIMARY KEY (name) NOT ENFORCED)
WITH ('connector' = 'jdbc', 'millrace.reference' = 'stores')`,
  "CREATE FUNCTION twice AS 'words.ts#twice'",
];

const twice: FunctionSignature = {
  file: 'words.ts',
  export: 'twice',
  takes: [{ kind: 'STRING' }],
  gives: { kind: 'STRING' },
  nulls: false,
  hash: '0000000000000000',
  flink: 'com.example.Twice',
};

export const KNOWN = {
  types: ['order.v1', 'payment.v1'],
  functions: new Map([['words.ts#twice', twice]]),
  references: [{ name: 'stores', columns: ['name', 'region', 'floors'] }],
};
