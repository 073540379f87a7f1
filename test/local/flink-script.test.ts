// `millrace flink`: what stands in the script, in which order, and what cannot be said to Flink.
import { describe, expect, it, test } from 'vitest';
import { compilePipeline } from '../../local/build/compile-pipeline.ts';
import { readFolder } from '../../local/build/read-folder.ts';
import { flinkScript } from '../../local/flink/script.ts';
import type { Enrichment } from '../../shared/pipeline.ts';
import { compileSql } from '../../shared/query/compile.ts';
import type { FunctionSignature } from '../../shared/query/user-functions.ts';

const TABLES = `CREATE TABLE orders (id STRING, total DOUBLE, basket STRING, ts TIMESTAMP(3), WATERMARK FOR ts AS ts)
WITH ('connector' = 'kinesis', 'millrace.type' = 'order.v1', 'millrace.ahead' = '1 h');
CREATE TABLE big (id STRING, total DOUBLE) WITH ('connector' = 'kinesis', 'format' = 'csv', 'stream.arn' = 'arn:mine');
CREATE TABLE sums (id STRING, n BIGINT, PRIMARY KEY (id) NOT ENFORCED) WITH ('connector' = 'dynamodb', 'aws.region' = 'eu-west-1', 'millrace.lateness' = '1 min');
CREATE TABLE kept (id STRING) WITH ('connector' = 'filesystem', 'path' = 's3://lake/kept', 'millrace.type' = 'order.v1');
`;
const fn = (more: Partial<FunctionSignature>): FunctionSignature => ({
  file: 'money.ts',
  export: 'default',
  takes: [{ kind: 'DOUBLE' }],
  gives: { kind: 'DOUBLE' },
  nulls: false,
  hash: 'aaaaaaaa',
  flink: 'com.example.ToDollar',
  ...more,
});
const BASKET: Enrichment = { kind: 'pure', name: 'basket', on: ['order.v1'], as: 'basket', apply: () => 'x' };

const scriptOf = (queries: string, functions: Readonly<Record<string, FunctionSignature>> = {}) => {
  const sql = [
    { path: 'tables.sql', text: TABLES },
    { path: 'queries/q.sql', text: queries },
  ];
  const { plan, errors } = compileSql(sql, { types: ['order.v1'], functions: new Map(Object.entries(functions)) });
  expect(errors).toEqual([]);
  return flinkScript({ sql, plan, enrichments: [{ file: 'enrichments/b.ts', from: '', enrichment: BASKET }] });
};
const mistakes = (queries: string, functions: Readonly<Record<string, FunctionSignature>> = {}) =>
  scriptOf(queries, functions).errors.map((e) => `${e.file}:${e.line}:${e.col} ${e.message}`);

const INSERT = 'INSERT INTO big\n-- the large ones\nSELECT id, total FROM orders WHERE total > 100;';

describe('tables', () => {
  const { text, errors } = scriptOf(INSERT);
  it('have the options that a connector of Flink needs, and none of ours', () => {
    expect(errors).toEqual([]);
    expect(text).not.toMatch(/^ *'millrace/m);
    expect(text).toContain(`) WITH (
  'connector' = 'kinesis',
  'stream.arn' = 'arn:aws:kinesis:REGION:ACCOUNT:stream/orders',
  'aws.region' = 'REGION',
  'format' = 'json',
  'json.timestamp-format.standard' = 'ISO-8601'
);`);
  });
  it('keep the options that are written', () => {
    expect(text).toContain(
      "'connector' = 'kinesis',\n  'format' = 'csv',\n  'stream.arn' = 'arn:mine',\n  'aws.region' = 'REGION'\n)",
    );
    expect(text).toContain("'connector' = 'dynamodb',\n  'aws.region' = 'eu-west-1',\n  'table-name' = 'sums'\n)");
  });
  it('say what differs', () => {
    expect(text).toContain('-- Put your own in place of REGION and ACCOUNT.');
    expect(text).toContain('-- Its records are the data of order.v1 as JSON, without the envelope of CloudEvents.');
    expect(text).toContain('-- Enrichments add basket on Millrace; here the records must hold them.');
    expect(text).toContain("-- Flink drops late rows: there is no 'millrace.lateness'.");
  });
  it('that keep the events themselves are left out', () => {
    expect(text).not.toContain('kept');
  });
});

test('queries stand as they were written, in one statement set, in UTC', () => {
  const { text } = scriptOf(INSERT);
  expect(text).toContain("SET 'table.local-time-zone' = 'UTC';");
  expect(text.slice(text.indexOf('EXECUTE'))).toBe(
    `EXECUTE STATEMENT SET\nBEGIN\n-- queries/q.sql\n${INSERT}\n\nEND;\n`,
  );
});

test('views stand behind those that they read', () => {
  const { text } = scriptOf(
    'CREATE VIEW c AS SELECT id, total FROM b;\nCREATE VIEW b AS SELECT * FROM a;\nCREATE VIEW a AS SELECT * FROM orders;\nINSERT INTO big SELECT id, total FROM c;',
  );
  expect([...text.matchAll(/CREATE VIEW (\w)/g)].map((m) => m[1])).toEqual(['a', 'b', 'c']);
});

describe('functions', () => {
  const calls = "CREATE FUNCTION to_dollar AS 'money.ts';\nINSERT INTO big SELECT id, TO_DOLLAR(total) FROM orders;";
  it('are classes', () => {
    const { text, errors } = scriptOf(calls, { 'money.ts': fn({}) });
    expect(errors).toEqual([]);
    expect(text).toContain("CREATE FUNCTION to_dollar AS 'com.example.ToDollar' LANGUAGE JAVA;");
  });
  it('without a class are refused where they are called', () => {
    expect(mistakes(calls, { 'money.ts': fn({ flink: null }) })).toEqual([
      'queries/q.sql:2:28 to_dollar(…) names no class for Flink; write "@flink com.example.Name" in the doc comment of default in functions/money.ts',
    ]);
  });
  it('that nobody calls are left out', () => {
    const { text, errors } = scriptOf(`CREATE FUNCTION to_dollar AS 'money.ts';\n${INSERT}`, {
      'money.ts': fn({ flink: null }),
    });
    expect(errors).toEqual([]);
    expect(text).not.toContain('FUNCTION');
  });
});

test.each([
  [
    "CREATE TABLE bell (id STRING) WITH ('connector' = 'sns', 'topic-arn' = 'arn:aws:sns:eu-west-1:012345678901:bell');\nINSERT INTO bell SELECT id FROM orders;",
    "queries/q.sql:1:14 bell: Flink has no connector 'sns'; write into kinesis, and send from there",
  ],
  [
    "CREATE TABLE more (id STRING METADATA, total DOUBLE) WITH ('connector' = 'kinesis', 'millrace.type' = 'order.v1');\nINSERT INTO big SELECT id, total FROM more;",
    'queries/q.sql:1:30 more.id is an attribute of the event, which no connector of Flink reads; put it into data',
  ],
])('%s is refused', (queries, expected) => {
  expect(mistakes(queries)).toEqual([expected]);
});

test.each(['pipeline', 'test/pipelines/sensor', 'test/pipelines/meter'])('%s has a script', async (dir) => {
  const { plan, enrichments } = await compilePipeline(dir);
  const { text, errors } = flinkScript({ sql: readFolder(dir).sql, plan, enrichments });
  expect(errors).toEqual([]);
  expect(text.match(/^INSERT INTO/gm)).toHaveLength(plan.queries.length);
});

test('a topic keeps what was written; a login by IAM gets what its library asks for, options of Millrace go', () => {
  const table = `CREATE TABLE hours (k STRING, n BIGINT, PRIMARY KEY (k) NOT ENFORCED) WITH ('connector' = 'upsert-kafka', 'topic' = 't',
  'properties.bootstrap.servers' = 'b:9098', 'key.format' = 'json', 'value.format' = 'json', 'properties.security.protocol' = 'SASL_SSL',
  'properties.sasl.mechanism' = 'AWS_MSK_IAM', 'millrace.cluster-arn' = 'arn:aws:kafka:eu-north-1:123456789012:cluster/shop/0a1b');
INSERT INTO hours SELECT id, 1 FROM orders;`;
  const { text } = scriptOf(table);
  expect(text).toContain("'topic' = 't'");
  expect(text).toContain("'properties.sasl.jaas.config' = 'software.amazon.msk.auth.iam.IAMLoginModule required;'");
  expect(text).not.toContain('cluster-arn');
});
