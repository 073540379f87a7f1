// Plans of small statements as they are printed, for tables of facts.
import { showQuery } from '../../shared/query/show.ts';
import { planOf } from './given.ts';

export const TABLES = `
CREATE TABLE orders (
  id STRING, store STRING, n INT, total DECIMAL(10, 2), tags ARRAY<STRING>, rates MAP<STRING, DOUBLE>,
  items ARRAY<ROW<sku STRING, qty INT>>, ts TIMESTAMP(3), proc AS PROCTIME(),
  WATERMARK FOR ts AS ts - INTERVAL '5' SECOND
) WITH ('connector' = 'kinesis', 'format' = 'json', 'millrace.type' = 'order.v1');
CREATE TABLE clicks (
  id STRING, store STRING, page STRING, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '2' SECOND
) WITH ('connector' = 'kinesis', 'format' = 'json', 'millrace.type' = 'view.v1');
CREATE TABLE shops (store STRING, city STRING, size INT, PRIMARY KEY (store) NOT ENFORCED)
WITH ('connector' = 'jdbc', 'millrace.reference' = 'shops');
CREATE TABLE o (a STRING, b STRING, n BIGINT) WITH ('connector' = 'kinesis', 'format' = 'json');
CREATE TABLE k (a STRING, n BIGINT, PRIMARY KEY (a) NOT ENFORCED)
WITH ('connector' = 'dynamodb', 'millrace.ttl' = '1 d');
CREATE TABLE k2 (a STRING, r BIGINT, n BIGINT, PRIMARY KEY (a, r) NOT ENFORCED)
WITH ('connector' = 'dynamodb', 'millrace.ttl' = '1 d');
`;

export const window = (table: string, call = 'TUMBLE', lengths = "INTERVAL '1' MINUTE"): string =>
  `TABLE(${call}(TABLE ${table}, DESCRIPTOR(ts), ${lengths}))`;

/** Both sides in the same minute, as l and r, equal by `on`. */
export const minutes = (join: string, on: string): string =>
  `(SELECT * FROM ${window('orders')}) AS l ${join} (SELECT * FROM ${window('clicks')}) AS r
   ON l.window_start = r.window_start AND l.window_end = r.window_end${on === '' ? '' : ` AND ${on}`}`;

/** Plans of the queries of a text, without ids; window columns of folds are left out, which all folds have. */
export const printed = (text: string): readonly string[] => {
  const plan = planOf(TABLES, text);
  return plan.queries.map((q) =>
    showQuery(
      q,
      plan.tables.find((t) => t.name === q.into),
    )
      .replace(/^.*\n/, '')
      .replaceAll(/-[0-9a-f]{8}\b/g, '-#')
      .replaceAll(/~[0-9a-f]{8}\b/g, '~#')
      .replaceAll('window_start TIMESTAMP(3), window_end TIMESTAMP(3), window_time TIMESTAMP(3)', 'window'),
  );
};

/** Whole lines of the one query of a text that hold one of the words, without the space before them. */
export const linesWith = (text: string, ...words: readonly string[]): readonly string[] =>
  printed(text)
    .join('\n')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => words.some((word) => line.startsWith(word)));
