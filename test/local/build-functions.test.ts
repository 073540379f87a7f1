// CREATE FUNCTION and the files that it names, from a pipeline folder to the built module.
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { compilePipeline } from '../../local/build/compile-pipeline.ts';
import { describe, showSections } from '../../local/build/describe.ts';
import { writeModule } from '../../local/build/write-module.ts';
import type { CompiledPipeline } from '../../shared/pipeline.ts';
import { userFunctions } from '../../shared/query/user-functions.ts';
import { showUserError } from '../../shared/user-error.ts';

const ROOT = join(import.meta.dirname, '../..');
let dir = '';
beforeEach(() => {
  dir = mkdtempSync(join(ROOT, '.millrace-test-'));
  cpSync(join(ROOT, 'pipeline'), dir, { recursive: true });
  mkdirSync(join(dir, 'functions/lib'), { recursive: true });
});
afterEach(() => rmSync(dir, { recursive: true }));

const put = (file: string, text: string) => writeFileSync(join(dir, file), text);
const MONEY = `import { rate } from './lib/rate.ts';

/**
 * Dollars of an amount in euro.
 * @flink com.example.ToDollar
 */
export const toDollar = {
  takes: ['DOUBLE'],
  gives: 'DOUBLE',
  apply: (euro: number): number => euro * rate,
};

export default { takes: ['STRING'], gives: 'STRING', nulls: true, apply: (text: string | null) => text ?? 'none' };
`;
const STATEMENTS = `CREATE FUNCTION to_dollar AS 'money.ts#toDollar';
CREATE FUNCTION or_none AS 'money.ts';
INSERT INTO large_orders SELECT or_none(order_id), sku, quantity, CAST(to_dollar(total) AS DECIMAL(10, 2)), ordered_at FROM orders;
`;
const given = (money = MONEY, statements = STATEMENTS, rate = '1.5') => {
  put('functions/lib/rate.ts', `export const rate = ${rate};\n`);
  put('functions/money.ts', money);
  put('tables.sql', SHOP_TABLES);
  put('queries/dollars.sql', statements);
};
const SHOP_TABLES = `CREATE TABLE orders (
  order_id STRING, sku STRING, quantity BIGINT, total DOUBLE, ordered_at TIMESTAMP(3),
  WATERMARK FOR ordered_at AS ordered_at - INTERVAL '5' SECOND
) WITH ('connector' = 'kinesis', 'format' = 'json', 'millrace.type' = 'order.v1');
CREATE TABLE large_orders (
  order_id STRING, sku STRING, quantity BIGINT, total DECIMAL(10, 2), ordered_at TIMESTAMP(3)
) WITH ('connector' = 'kinesis', 'format' = 'json');
`;
beforeEach(() => {
  rmSync(join(dir, 'queries'), { recursive: true });
  mkdirSync(join(dir, 'queries'));
});

const mistakes = async () => (await compilePipeline(dir)).errors.map(showUserError);
const hashes = async () => (await compilePipeline(dir)).plan.functions.map((fn) => fn.hash);

test('functions come with their types, class for Flink and code', async () => {
  given();
  const compiled = await compilePipeline(dir);
  expect(compiled.errors).toEqual([]);
  expect(compiled.plan.functions).toMatchObject([
    {
      name: 'to_dollar',
      file: 'money.ts',
      export: 'toDollar',
      takes: [{ kind: 'DOUBLE' }],
      nulls: false,
      flink: 'com.example.ToDollar',
    },
    { name: 'or_none', file: 'money.ts', export: 'default', gives: { kind: 'STRING' }, nulls: true, flink: null },
  ]);
  expect(showSections(describe(compiled, []), (text) => text)).toContain(
    '  to_dollar  (DOUBLE) gives DOUBLE  toDollar of functions/money.ts  on Flink com.example.ToDollar\n',
  );
  const path = writeModule(compiled, join(dir, '.millrace/pipeline.mjs'));
  const { pipeline } = (await import(pathToFileURL(path).href)) as { pipeline: CompiledPipeline };
  const ready = userFunctions(pipeline.plan.functions, pipeline.functions);
  expect(ready.get('to_dollar')?.([2])).toBe(3);
  expect(ready.get('to_dollar')?.([null])).toBe(null);
  expect(ready.get('or_none')?.([null])).toBe('none');
});

test('a change of the code or of what it imports is another hash; a comment is none', async () => {
  given();
  const before = await hashes();
  given(MONEY.replace('Dollars', 'US dollars').replace('apply: (euro', 'apply:   (euro'));
  expect(await hashes()).toEqual(before);
  given(MONEY.replace('euro * rate', 'rate * euro'));
  expect((await hashes())[0]).not.toBe(before[0]);
  given(MONEY, STATEMENTS, '1.25');
  expect((await hashes())[0]).not.toBe(before[0]);
});

const one = (body: string) => `export const f = { ${body} };\n`;
const CALL =
  "CREATE FUNCTION f AS 'money.ts#f';\nINSERT INTO large_orders SELECT f(order_id), sku, quantity, NULLIF(1.00, 1.00), ordered_at FROM orders;\n";

test.each([
  [
    'another export',
    'export const g = 1;\n',
    'functions/money.ts: exports no "f", which CREATE FUNCTION … AS \'money.ts#f\' names; did you mean "g"? (exports: g)',
  ],
  [
    'no object',
    'export const f = (x: string) => x;\n',
    "functions/money.ts:1:1: f: is function; it must be an object: { takes: ['STRING'], gives: 'DOUBLE', apply }",
  ],
  [
    'a type that is none',
    one("takes: ['STRNG'], gives: 'STRING', apply: (x: string) => x"),
    'functions/money.ts:1:1: f: takes[0]: unknown type STRNG. Did you mean "STRING"?',
  ],
  [
    'a type of Flink alone',
    one("takes: ['STRING'], gives: 'TIMESTAMP(6)', apply: (x: string) => x"),
    'functions/money.ts:1:1: f: gives: Flink takes this, Millrace does not yet: TIMESTAMP(6). Way round: write TIMESTAMP(3), milliseconds',
  ],
  [
    'no types',
    one("gives: 'STRING', apply: () => 'x'"),
    "functions/money.ts:1:1: f: takes is a list of SQL types: [] or ['STRING', 'BIGINT']",
  ],
  [
    'a field too much',
    one("takes: [], gives: 'STRING', aply: 1, apply: () => 'x'"),
    'functions/money.ts:1:1: f: unknown field "aply"; did you mean "apply"? (fields: takes, gives, nulls, apply)',
  ],
  [
    'too many parameters',
    one("takes: [], gives: 'STRING', apply: (x: string) => x"),
    'functions/money.ts:1:1: f: apply has 1 parameters, takes has 0 types',
  ],
  ['code that throws', "throw new Error('no rate');\n", 'functions/money.ts: cannot be loaded: no rate'],
  ['no TypeScript', 'export const f = {\n', 'functions/money.ts:2:1: Expected identifier but found end of file'],
])('a file with %s is one mistake, told where it is', async (_, text, expected) => {
  given(text, CALL);
  const [first, ...rest] = await mistakes();
  expect(rest).toEqual([]);
  expect(first).toContain(expected);
});

test('a file that is not there is told where it is named', async () => {
  given(
    MONEY,
    "CREATE FUNCTION f AS 'monney.ts';\nCREATE FUNCTION g AS 'com.example.Other';\nCREATE FUNCTION h AS '../tables.ts';\n",
  );
  expect(await mistakes()).toEqual([
    expect.stringContaining(
      "queries/dollars.sql:1:22: CREATE FUNCTION f: 'monney.ts' is not here; write 'money.ts#toEuro'",
    ),
    expect.stringContaining("queries/dollars.sql:2:22: CREATE FUNCTION g: 'com.example.Other' is not here"),
    expect.stringContaining("queries/dollars.sql:3:22: CREATE FUNCTION h: '../tables.ts' is not here"),
  ]);
});
