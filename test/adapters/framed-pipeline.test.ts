// A pipeline whose source is framed: compiled, bundled and run against a registry over HTTP.
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import avsc from 'avsc';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { compilePipeline } from '../../local/build/compile-pipeline.ts';
import { sourceGrants } from '../../local/build/source-grants.ts';
import { moduleText } from '../../local/build/write-module.ts';
import { runFiles } from '../../local/run/run-files.ts';
import { confluentSchemas } from '../../shared/framings/confluent-schemas.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const READING = {
  type: 'record',
  name: 'Reading',
  fields: [
    { name: 'reading', type: 'string' },
    { name: 'meter', type: 'string' },
    { name: 'at', type: { type: 'long', logicalType: 'timestamp-millis' } },
    { name: 'kwh', type: ['null', 'double'] },
  ],
};
const asked: string[] = [];
let down = 0;
const registry = createServer((request, response) => {
  asked.push(`${request.url} ${request.headers.authorization ?? '-'}`);
  if (down-- > 0) response.writeHead(503).end();
  else if (request.url === '/schemas/ids/7') response.end(JSON.stringify({ schema: JSON.stringify(READING) }));
  else if (request.url === '/schemas/ids/8')
    response.end(
      JSON.stringify({ schema: '["null","Reading"]', references: [{ name: 'Reading', subject: 'a/b', version: 2 }] }),
    );
  else if (request.url === '/subjects/a%2Fb/versions/2')
    response.end(JSON.stringify({ schema: JSON.stringify(READING) }));
  else response.writeHead(404).end('{"error_code":40403}');
});
let dir = '';
let address = '';
beforeAll(async () => {
  registry.listen(0, '127.0.0.1');
  await once(registry, 'listening');
  address = `http://127.0.0.1:${(registry.address() as AddressInfo).port}`;
  dir = mkdtempSync(join(tmpdir(), 'millrace-framed-'));
  const from = join(ROOT, 'test/pipelines/sources');
  mkdirSync(join(dir, 'schemas'));
  for (const part of ['tables.sql', 'queries', 'schemas/meter.v1.json'])
    cpSync(join(from, part), join(dir, part), { recursive: true });
  writeFileSync(
    join(dir, 'sources.yml'),
    `- {name: meters, adapter: plain, types: [meter.v1], framing: confluent, registry: '${address}', deduplicate: 24h}\n`,
  );
});
afterAll(() => {
  registry.close();
  rmSync(dir, { recursive: true });
});

const reading = (id: string, kwh: number | null, schema = 7): Buffer => {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(schema, 1);
  const value = {
    reading: id,
    meter: 'm-1',
    at: Date.parse('2026-01-05T09:00:00Z'),
    kwh: kwh === null ? null : { double: kwh },
  };
  return Buffer.concat([
    head,
    avsc.Type.forSchema(READING as avsc.Schema, { wrapUnions: 'always' } as object).toBuffer(value),
  ]);
};

test('readings in Avro are counted, the registry is asked again after it was down, and what is wrong leaves alone', async () => {
  down = 2;
  const records = [
    reading('a', 0.25),
    reading('b', 0.5),
    reading('b', 0.5),
    reading('c', null),
    reading('d', 1, 99),
    Buffer.from([0, 1]),
  ];
  const sample = join(dir, 'get-records.json');
  writeFileSync(
    sample,
    JSON.stringify({ Records: records.map((r) => ({ Data: r.toString('base64'), PartitionKey: 'm-1' })) }),
  );
  const out = join(dir, 'out');
  const summary = await runFiles({
    root: ROOT,
    pipeline: dir,
    source: 'meters',
    inputs: [sample],
    out,
    shards: 1,
    seed: null,
    now: Date.parse('2026-01-06T00:00:00Z'),
    tell: { update() {}, line() {}, end() {} },
  });
  expect(summary.stages.validate).toMatchObject({ in: 6, passed: 2, rejected: 3, duplicate: 1 });
  expect(summary.balanced).toBe(true);
  const lines = (table: string) =>
    readFileSync(join(out, `${table}.ndjson`), 'utf8')
      .trim()
      .split('\n')
      .map((l) => JSON.parse(l));
  expect(lines('used')).toEqual([{ meter: 'm-1', window_start: '2026-01-05 09:00:00.000', kwh: 0.75, readings: 2 }]);
  expect(
    lines('rejected')
      .map((r) => `${r.door} ${r.rule}`)
      .sort(),
  ).toEqual([
    'duplicate event.duplicate',
    'rejected framing.corrupt',
    'rejected framing.unknown-schema',
    'rejected schema.mismatch',
  ]);
  expect(asked.filter((a) => a === '/schemas/ids/7 -')).toHaveLength(3);
});

test('a registry behind a password, and a schema that refers to another', async () => {
  const fetchSchema = confluentSchemas({ registry: `${address}/`, login: async () => 'key:hush' });
  expect(await fetchSchema('8')).toEqual({
    format: 'AVRO',
    text: '["null","Reading"]',
    references: [JSON.stringify(READING)],
  });
  expect(asked.slice(-2)).toEqual(
    ['/schemas/ids/8', '/subjects/a%2Fb/versions/2'].map(
      (p) => `${p} Basic ${Buffer.from('key:hush').toString('base64')}`,
    ),
  );
  expect(await fetchSchema('6')).toBeNull();
  down = 1;
  await expect(fetchSchema('7')).rejects.toMatchObject({
    code: 'registry.unavailable',
    message: `${address}/schemas/ids/7: it answered 503`,
  });
});

/** Constants that a bundler does not dare to leave out. */
const MOST_LEFT = 300; // bytes

/** What the bundle of a function that imports this from `#pipeline` holds, beside the pipeline. */
const bundled = async (
  name: 'pipeline' | 'frames',
  kind: 'glue' | 'confluent' | 'none',
): Promise<readonly string[]> => {
  const compiled = await compilePipeline(dir);
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.errors));
  const framing = { kind: kind as 'glue', registry: address, secret: null };
  const sources = compiled.sources.map(({ framing: _, ...s }) => (kind === 'none' ? s : { ...s, framing }));
  const file = join(ROOT, '.millrace', `framed-${process.pid}.mjs`);
  writeFileSync(file, moduleText({ ...compiled, sources }, file));
  const contents = `import { ${name} } from './framed-${process.pid}.mjs'; console.log(${name});`;
  const { metafile } = await build({
    stdin: { contents, resolveDir: join(ROOT, '.millrace') },
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'node',
    metafile: true,
    treeShaking: true,
    logLevel: 'silent',
  });
  rmSync(file);
  return Object.entries(Object.values(metafile.outputs)[0]?.inputs ?? {}).flatMap(([input, { bytesInOutput }]) =>
    bytesInOutput > MOST_LEFT ? [input] : [],
  );
};

test('the registry’s client is in the bundle of validate alone, and only of the registry that is used', async () => {
  const has = async (name: 'pipeline' | 'frames', kind: 'glue' | 'confluent' | 'none') => {
    const inputs = await bundled(name, kind);
    return ['framings/avro.ts', 'glue-schemas.ts', 'confluent-schemas.ts'].filter((part) =>
      inputs.some((i) => i.includes(part)),
    );
  };
  expect(await has('frames', 'none')).toEqual([]);
  expect(await has('pipeline', 'glue')).toEqual([]);
  expect(await has('pipeline', 'confluent')).toEqual([]);
  expect(await has('frames', 'confluent')).toEqual(['framings/avro.ts', 'confluent-schemas.ts']);
  expect(await has('frames', 'glue')).toEqual(['framings/avro.ts', 'glue-schemas.ts']);
});

test('the roles of all that open values may ask the registry of the account, or read the password of another', () => {
  const grants = (framing: object) => sourceGrants([{ framing } as never]);
  const roles = ['ValidateRole', 'FeedReplayRole', 'VerifySampleRole'];
  const glue = [{ Effect: 'Allow', Action: 'glue:GetSchemaVersion', Resource: ['*'] }];
  expect(grants({ kind: 'glue', registry: null, secret: null })).toEqual(
    Object.fromEntries(roles.map((r) => [r, glue])),
  );
  expect(Object.keys(grants({ kind: 'confluent', registry: 'https://r', secret: 'acme/registry' }))).toEqual(roles);
  expect(grants({ kind: 'confluent', registry: 'https://r', secret: null })).toEqual({});
});
