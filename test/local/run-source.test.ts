// `millrace run --source NAME --input SAMPLE`: what each source delivers goes the whole way. The commands are those of docs/sources.md.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { CallError } from '../../local/cli/call-error.ts';
import { deliveredLine, deliveredOf } from '../../local/run/delivery.ts';
import { NO_DOORS } from '../../local/run/doors.ts';
import { jsonValues } from '../../local/run/json-values.ts';
import { runFiles } from '../../local/run/run-files.ts';
import { readSecrets } from '../../local/run/secrets-here.ts';
import { sourceNamed } from '../../local/run/source-input.ts';
import type { CompiledPipeline } from '../../shared/pipeline.ts';
import { source } from '../adapters/given.ts';
import * as samples from '../adapters/samples.ts';

const ROOT = join(import.meta.dirname, '../..');
const SILENT = { update() {}, line() {}, end() {} };
const dir = mkdtempSync(join(tmpdir(), 'millrace-source-'));
afterAll(() => rmSync(dir, { recursive: true }));

/** As the page shows them: `--source NAME --input FILE`. */
const page = readFileSync(join(ROOT, 'docs/sources.md'), 'utf8');
const commands = [
  ...page.matchAll(/^millrace run --pipeline (\S+) --source (\S+) --input (\S+)(?: --secrets (\S+))? --out \S+$/gm),
];
const run = (pipeline: string, name: string, inputs: readonly string[], secrets?: string) =>
  runFiles({
    root: ROOT,
    pipeline: join(ROOT, pipeline),
    source: name,
    inputs,
    out: join(dir, name),
    shards: 1,
    seed: null,
    now: Date.now(),
    secrets: readSecrets(secrets),
    tell: SILENT,
  });
const rowsOf = (name: string, table: string): readonly Record<string, unknown>[] =>
  readFileSync(join(dir, name, `${table}.ndjson`), 'utf8')
    .split('\n')
    .flatMap((line) => (line === '' ? [] : [JSON.parse(line)]));

/** Events passed, rejected and left out as duplicates at `validate`; then what `ingest` refused. */
const DOORS: Readonly<Record<string, readonly [number, number, number, number?]>> = {
  sdk: [4, 0, 0],
  app: [2, 0, 0],
  plant: [2, 1, 0],
  crm: [3, 0, 0],
  ledger: [3, 0, 0],
  carts: [2, 0, 0],
  bus: [1, 0, 0],
  topic: [1, 0, 0],
  queue: [1, 0, 0],
  till: [2, 1, 0],
  web: [2, 1, 0],
  meters: [3, 0, 1],
  code: [1, 0, 1, 1],
  billing: [1, 0, 0, 1],
  shopfront: [1, 1, 0],
};

test('the page has a command for each source of its pipeline', () => {
  expect(commands.map(([, , name]) => name)).toEqual(Object.keys(DOORS));
});

test.each(commands.map((c) => [c[2] ?? '', c[1] ?? '', c[3] ?? '', c[4]] as const))(
  '%s: its sample goes the whole way',
  async (name, pipeline, file, secrets) => {
    const { stages, balanced } = await run(pipeline, name, [join(ROOT, file)], secrets && join(ROOT, secrets));
    const [passed, rejected, duplicate, refused = 0] = DOORS[name] ?? [];
    expect(stages.ingest?.rejected).toBe(refused);
    expect(stages.validate).toEqual({
      ...NO_DOORS,
      in: (passed ?? 0) + (rejected ?? 0) + (duplicate ?? 0),
      passed,
      rejected,
      duplicate,
    });
    expect(balanced).toBe(true);
  },
);

test('a reading that is sent again counts once', async () => {
  const file = join(ROOT, 'events/sources/meters.ndjson');
  const { stages } = await run('test/pipelines/sources', 'meters', [file, file]);
  expect(stages.validate?.duplicate).toBe(5);
  expect(rowsOf('meters', 'used')).toEqual([
    { meter: 'm-1', window_start: '2026-01-05 09:00:00.000', kwh: 0.75, readings: 2 },
    { meter: 'm-2', window_start: '2026-01-05 09:00:00.000', kwh: 1.5, readings: 1 },
  ]);
});

describe('a call that cannot work says what would', () => {
  test.each([
    ['meter', 'events/sources/meters.ndjson', '--source meter: no such source in sources.yml; did you mean "meters"?'],
    ['meters', 'events/sources/none.ndjson', `--input ${join(ROOT, 'events/sources/none.ndjson')}: no such file`],
  ])('%s %s', async (name, file, message) => {
    const failed = run('test/pipelines/sources', name, [join(ROOT, file)]);
    await expect(failed).rejects.toThrow(CallError);
    await expect(failed).rejects.toThrow(message);
  });
  test('a webhook without its secret', async () => {
    const failed = run('test/pipelines/sources', 'code', [join(ROOT, 'events/sources/code.json')]);
    await expect(failed).rejects.toThrow(
      'source code is signed with the secret "acme/code": give --secrets FILE with {"acme/code": "…"}',
    );
  });
  test('a pipeline without sources', () => {
    const none = { sources: [] } as unknown as CompiledPipeline;
    expect(() => sourceNamed('x', none)).toThrow('--source x: the pipeline has no sources.yml that names a source');
  });
});

describe('how a value becomes a record', () => {
  const put = (adapter: Parameters<typeof source>[0], value: object, more: object = {}): readonly string[] =>
    deliveredOf(Buffer.from(JSON.stringify(value)), source(adapter, more)).map((d) => d.key);
  test.each<[string, readonly string[], readonly string[]]>([
    ['a log group: its stream', put('cloudwatch-logs', samples.LOGS), ['2026/01/05/[$LATEST]ab12']],
    ['a device: its client id', put('iot', samples.IOT), ['sensor-17']],
    ['DMS: what the record names', put('dms', samples.DMS), ['shop.orders.7']],
    ['EventBridge: the event’s id', put('eventbridge', samples.EVENTBRIDGE), ['6a7e8feb-b491-4cf7-a9f1-bf3703467718']],
    ['a prefix is kept', put('iot', samples.IOT, { prefix: 'sensor-' }), ['sensor-17']],
    ['or put before', put('iot', samples.IOT, { prefix: 'plant/' }), ['plant/sensor-17']],
    [
      'events of Lambda are opened',
      put('sqs', { Records: [samples.SQS, samples.SQS] }),
      Array(2).fill(samples.SQS.messageId),
    ],
    ['records of Kinesis keep their key', put('plain', { Records: [{ Data: 'e30=', PartitionKey: 'k' }] }), ['k']],
  ])('%s', (_, keys, wanted) => expect(keys).toEqual(wanted));

  test('CloudWatch Logs compresses, the agent keeps the end of a line, Kafka’s consumer prints the key first', () => {
    const [logs] = deliveredOf(Buffer.from(JSON.stringify(samples.LOGS)), source('cloudwatch-logs'));
    expect(JSON.parse(gunzipSync(logs?.bytes ?? '').toString())).toEqual(samples.LOGS);
    const lambda = { awslogs: { data: gzipSync('{"messageType":"CONTROL_MESSAGE"}').toString('base64') } };
    const [same] = deliveredOf(Buffer.from(JSON.stringify(lambda)), source('cloudwatch-logs'));
    expect(gunzipSync(same?.bytes ?? '').toString()).toBe('{"messageType":"CONTROL_MESSAGE"}');
    expect(deliveredLine(Buffer.from('a'), source('agent', { prefix: 'web/' }))).toMatchObject({
      key: expect.stringMatching(/^web\/[0-9a-f]{32}$/),
      bytes: Buffer.from('a\n'),
    });
    expect(deliveredOf(Buffer.from('{"id":7}\tnull'), source('debezium'))).toEqual([
      { key: '{"id":7}', bytes: Buffer.from('null') },
    ]);
  });
});

describe('the values of a file', () => {
  const values = (text: string): readonly string[] => jsonValues(Buffer.from(text)).map(String);
  test.each<[string, string, readonly string[]]>([
    ['a line each', '{"a":1}\n{"b":2}\n', ['{"a":1}', '{"b":2}']],
    ['one after the other', '{"a":"}{"}{"b":"\\"}"}', ['{"a":"}{"}', '{"b":"\\"}"}']],
    ['over several lines', '{\n "a": 1\n}\n', ['{\n "a": 1\n}']],
    ['an array', '[{"a":1},\n {"b":[2]}]\n', ['{"a":1}', '{"b":[2]}']],
    ['broken ones up to the line’s end', 'x\n{"a":1}\n{"b":\n', ['x', '{"a":1}', '{"b":']],
    ['nothing', ' \n', []],
    ['a byte order mark', '\ufeff{"a":1}', ['{"a":1}']],
  ])('%s', (_, text, wanted) => expect(values(text)).toEqual(wanted));

  test('whatever they are, each comes out as it was, and nothing else', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.dictionary(fc.string(), fc.jsonValue()), fc.array(fc.jsonValue())), { minLength: 2 }),
        fc.constantFrom('\n', ' ', '\r\n'),
        (all, between) => {
          const texts = all.map((v) => JSON.stringify(v));
          expect(values(texts.join(between))).toEqual(texts);
        },
      ),
    );
  });
});
