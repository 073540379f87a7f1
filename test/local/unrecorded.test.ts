import { expect, test } from 'vitest';
import { unrecorded, unremembered } from '../../local/destinations/unrecorded.ts';
import type { FunctionTemplate } from '../../local/template/template.ts';
import { compileSql } from '../../shared/query/compile.ts';

const TABLES = `CREATE TABLE orders (store STRING) WITH ('connector' = 'kinesis', 'millrace.type' = 'order.v1');
CREATE TABLE topic (store STRING) WITH ('connector' = 'kinesis');
CREATE TABLE hook (store STRING) WITH ('connector' = 'http-sink', 'url' = 'https://hooks.example/x');
CREATE TABLE nobody_writes (store STRING) WITH ('connector' = 'sqs', 'queue-url' = 'https://sqs.eu-north-1.amazonaws.com/123456789012/q');
CREATE TABLE lake (store STRING) WITH ('connector' = 'filesystem', 'path' = 's3://lake/orders', 'format' = 'parquet', 'millrace.type' = 'order.v1');
INSERT INTO topic SELECT store FROM orders;
INSERT INTO hook SELECT store FROM orders;`;

const said = (...functions: readonly string[]) => {
  const { plan, errors } = compileSql([{ path: 'tables.sql', text: TABLES }], { types: ['order.v1'] });
  expect(errors).toEqual([]);
  return unrecorded(plan, { functions: functions.map((name) => ({ name }) as FunctionTemplate) }).map(
    (e) => `${e.line}: ${e.message}`,
  );
};

test('a table whose function is switched off is named, with the parameter that turns it on', () => {
  expect(said('write-table')).toEqual([
    '3: CREATE TABLE hook: its rows would go nowhere, because call-webhook is switched off; deploy with --param webhooks=on',
    '5: CREATE TABLE lake: its rows would go nowhere, because write-lake is switched off; deploy with --param lake=on',
  ]);
});
test('topics, and tables that nobody writes, need no function', () => {
  expect(said('call-webhook', 'write-lake')).toEqual([]);
});

test('changes that nobody remembers are told with the way out', () => {
  const references = [{ name: 'customers', columns: ['id'], rows: [], filledBy: 'crm (shop.customers)' }];
  const at = (...names: string[]) => ({ functions: names.map((name) => ({ name }) as FunctionTemplate) });
  expect(unremembered(references, at('validate')).map((e) => e.message)).toEqual([
    'the changes of crm (shop.customers) would not reach the reference table customers, because remember is switched off; deploy with --param remember=on',
  ]);
  expect(unremembered(references, at('remember'))).toEqual([]);
  expect(unremembered([{ name: 'products', columns: ['sku'], rows: [] }], at())).toEqual([]);
});
