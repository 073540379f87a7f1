import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { compilePipeline } from '../../local/build/compile-pipeline.ts';
import { describe as describePipeline, showSections } from '../../local/build/describe.ts';
import { writeModule } from '../../local/build/write-module.ts';
import type { CompiledPipeline } from '../../shared/pipeline.ts';
import { showUserError } from '../../shared/user-error.ts';

const ROOT = join(import.meta.dirname, '../..');
let dir = '';
beforeEach(() => {
  dir = mkdtempSync(join(ROOT, '.millrace-test-'));
  cpSync(join(ROOT, 'pipeline'), dir, { recursive: true });
});
afterEach(() => rmSync(dir, { recursive: true }));

const put = (file: string, text: string) => writeFileSync(join(dir, file), text);
const mistakes = async () => (await compilePipeline(dir)).errors.map(showUserError);

test('the shop compiles to a module that the functions can import, also bundled', async () => {
  const compiled = await compilePipeline(dir);
  expect(compiled.errors).toEqual([]);
  const path = writeModule(compiled, join(dir, '.millrace/pipeline.mjs'));
  const bundled = join(dir, 'bundled.mjs');
  await build({
    entryPoints: [path],
    outfile: bundled,
    bundle: true,
    format: 'esm',
    platform: 'node',
    logLevel: 'silent',
  });
  for (const file of [path, bundled]) {
    const { pipeline } = (await import(pathToFileURL(file).href)) as { pipeline: CompiledPipeline };
    expect(pipeline.plan.queries.map((q) => q.name)).toContain('orders_per_minute');
    expect(pipeline.references.products).toEqual(['sku', 'name', 'category', 'price']);
    expect(pipeline.sources.map((s) => [s.name, s.deduplicate])).toContainEqual(['payments', 86_400_000]);
    expect(pipeline.types['order.v1']?.check({})?.cause).toBeTruthy();
    const basket = pipeline.enrichments.find((e) => e.kind === 'pure');
    expect(basket?.kind === 'pure' && basket.apply({ total: 600 })).toBe('huge');
  }
});

test('mistakes of all files come together, each with its file and line', async () => {
  put('sources.yml', '- name: shop\n  adaptor: http\n');
  put('reference/products.csv', 'sku,name\na,1\na,2\n');
  put('queries/orders_per_minute.sql', 'INSERT INTO nowhere\nSELECT stor FROM orders;\n');
  put('schemas/order.v1.json', '{ "type": "object" ');
  put(
    'enrichments/more.ts',
    "export const one = { kind: 'reference', name: 'p', on: ['ordr.v1'], table: 'product', key: ['sku'], as: 'p', ttl: 1 };\n",
  );
  const all = await mistakes();
  for (const said of [
    /^sources\.yml:2:3: unknown field "adaptor"; did you mean "adapter"\?/,
    /^reference\/products\.csv:3:1: the key sku = "a" stands on line 2 already/,
    /^queries\/orders_per_minute\.sql:\d+:\d+: .*nowhere/,
    /^schemas\/order\.v1\.json:/,
    /^enrichments\/more\.ts:1:1: unknown event type "ordr\.v1"/,
    /^enrichments\/more\.ts:1:1: unknown reference table "product"; did you mean "products"\?/,
  ]) {
    expect(
      all.some((e) => said.test(e)),
      `${said} in\n${all.join('\n')}`,
    ).toBe(true);
  }
});

test('a broken schema is one mistake: what speaks of its type is not wrong for that', async () => {
  put('schemas/order.v1.json', '{ "type": "object" ');
  expect(await mistakes()).toEqual([expect.stringMatching(/^schemas\/order\.v1\.json:1:\d+: /)]);
});

test.each([
  ['that is not there', 'nowhere', 'no such folder'],
  ['that is a file', 'tables.sql', 'a file; a pipeline folder holds'],
])('a folder %s is named once', async (_, name, said) => {
  const { errors } = await compilePipeline(join(dir, name));
  expect(errors).toEqual([{ file: '.', line: 0, col: 0, message: expect.stringContaining(said) }]);
});

describe('an enrichment is refused', () => {
  test.each([
    ['that is no TypeScript', 'export const a = {', /^enrichments\/own\.ts:1:\d+: /],
    [
      'that imports what is not there',
      "import './nowhere.ts';\nexport const a = 1;",
      /^enrichments\/own\.ts:1:\d+: Could not resolve/,
    ],
    [
      'that throws while it loads',
      "throw new Error('no licence');",
      /^enrichments\/own\.ts: cannot be loaded: no licence/,
    ],
    ['that exports nothing', 'export const helper = (): number => 1;', /^enrichments\/own\.ts: exports no enrichment/],
    [
      'of an unknown kind',
      "export const a = { kind: 'pur', name: 'x' };",
      /:1:1: kind is "pur"; did you mean "pure"\?/,
    ],
    [
      'without a field',
      "export const a = { kind: 'pure', name: 'x', on: [], as: 'x' };",
      /a pure enrichment needs "apply"/,
    ],
    [
      'with an unknown field',
      "export const a = {\n  kind: 'pure',\n  name: 'x',\n  on: ['order.v1'],\n  az: 'x',\n  as: 'y',\n  apply: () => 1,\n};",
      /:5:1: unknown field "az"/,
    ],
    [
      'whose name is taken',
      "export const a = { kind: 'pure', name: 'basket', on: ['order.v1'], as: 'b2', apply: () => 1 };",
      /the name "basket" is taken by "basket"/,
    ],
    [
      'whose field is taken',
      "export const a = { kind: 'pure', name: 'b2', on: ['order.v1'], as: 'basket', apply: () => 1 };",
      /the field "basket" of order\.v1 is taken/,
    ],
  ])('%s', async (_, text, said) => {
    put('enrichments/own.ts', text);
    expect((await mistakes()).join('\n')).toMatch(new RegExp(said.source, 'm'));
  });
});

test('a file that does not belong in its folder is named', async () => {
  put('queries/notes.txt', 'hello');
  expect(await mistakes()).toEqual(['queries/notes.txt: queries/ holds .sql files only (and .md, which are left out)']);
});

describe('a query that no function runs is refused', () => {
  const topic = "WITH ('connector' = 'kinesis', 'format' = 'json');\n";
  const hours = (into: string, from: string, at: string): string =>
    `INSERT INTO ${into}\nSELECT store, window_time, COUNT(*)\nFROM TABLE(TUMBLE(TABLE ${from}, DESCRIPTOR(${at}), INTERVAL '2' HOUR))\n` +
    'GROUP BY store, window_start, window_end, window_time;\n';

  test('without a window over another query', async () => {
    put(
      'tables.sql',
      `${readFileSync(join(dir, 'tables.sql'), 'utf8')}\nCREATE TABLE big (store STRING, orders BIGINT) ${topic}`,
    );
    put('queries/big.sql', 'INSERT INTO big\nSELECT store, orders FROM orders_per_minute WHERE orders > 1;\n');
    expect(await mistakes()).toEqual([
      expect.stringMatching(/^queries\/big\.sql:2:27: .* a query without a window over orders_per_minute.* HAVING/),
    ]);
  });

  test('but queries may follow each other to any depth', async () => {
    const columns = '(store STRING, ended TIMESTAMP(3), n BIGINT, WATERMARK FOR ended AS ended)';
    const tables = `CREATE TABLE two ${columns} ${topic}CREATE TABLE three ${columns} ${topic}`;
    put('tables.sql', `${readFileSync(join(dir, 'tables.sql'), 'utf8')}\n${tables}`);
    put('queries/two.sql', hours('two', 'orders_per_minute', 'minute_time'));
    expect(await mistakes()).toEqual([]);
    put('queries/three.sql', hours('three', 'two', 'ended'));
    expect(await mistakes()).toEqual([]);
  });
});

test('check says what the pipeline would do', async () => {
  const compiled = await compilePipeline(dir);
  const consumers = [{ stream: 'raw', function: 'validate', enhanced: false, file: 'functions/validate/function.yml' }];
  const text = showSections(describePipeline(compiled, consumers), (t) => t);
  expect(text).toMatch(/payments +payment\.v1 +http, transport 5s +one event per id in 1d/);
  expect(text).toMatch(/popular_pages +from page_views +each 10s over 1m/);
  expect(text).toMatch(/visits +from page_views +sessions, gap 30s/);
  expect(text).toMatch(/raw +read by validate +1 of 4 shared consumers/);
});
