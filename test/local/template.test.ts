import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, describe, expect, test } from 'vitest';
import { readTemplate } from '../../local/template/read-template.ts';
import { resolveService } from '../../local/template/resolve.ts';
import type { StreamTrigger, Template } from '../../local/template/template.ts';
import { plain, TemplateError } from '../../local/template/tree.ts';
import { groupsFor } from '../../shared/lanes/ring.ts';

const root = resolve(import.meta.dirname, '../..');
type Size = { shards: number; groups: string };
type Config = Record<string, unknown> & { functions: Record<string, object>; resources: unknown };

describe('the same as the Serverless Framework reads', { timeout: 90_000 }, () => {
  const print = async (...options: string[]): Promise<Config> => {
    const { stdout } = await promisify(execFile)('osls', ['print', '--format', 'json', ...options], {
      cwd: root,
      env: { ...process.env, PATH: `${join(root, 'node_modules/.bin')}:${process.env.PATH}` },
    });
    return JSON.parse(stdout) as Config;
  };
  /** The framework merges the list, drops functions that are null and adds names. */
  const merged = (list: unknown): unknown => {
    const all: Record<string, Record<string, unknown>> = {};
    for (const one of list as Record<string, object>[])
      for (const [part, entries] of Object.entries(one)) all[part] = { ...all[part], ...entries };
    return all;
  };
  const withoutNames = (functions: Config['functions']) =>
    Object.fromEntries(Object.entries(functions).map(([name, f]) => [name, { ...f, name: undefined }]));

  test.each([
    ['the development stage', 'dev', {}],
    [
      'production, switches thrown',
      'prod',
      { capacity: 'on-demand', door: 'open', deaggregate: 'refined', bucket: 'acme-b' },
    ],
  ])('%s', async (_, stage, params) => {
    const flags = Object.entries(params).flatMap(([name, value]) => ['--param', `${name}=${value}`]);
    const theirs = await print('--stage', stage, ...flags);
    const ours = plain(resolveService({ root, stage, params, env: {} })) as Config;
    const functions = Object.fromEntries(Object.entries(ours.functions).filter(([, f]) => f !== null));
    expect(withoutNames(functions)).toEqual(withoutNames(theirs.functions));
    expect(merged(ours.resources)).toEqual(theirs.resources);
    expect(ours.custom).toEqual(theirs.custom);
  });
});

describe('this pipeline', () => {
  const names = (t: Template) => t.functions.map((f) => f.name);
  const mappings = (t: Template) =>
    t.functions.flatMap((f) =>
      f.triggers.filter((x): x is StreamTrigger => x.kind === 'stream').map((trigger) => ({ f: f.name, trigger })),
    );
  const dev = readTemplate({ root });

  test('functions stand in the order an event meets them, deaggregate only when asked for', () => {
    expect(names(dev)).toEqual([
      'ingest',
      'archive',
      'validate',
      'enrich',
      'transform',
      'aggregate',
      'refine',
      'aggregate-again',
      'refine-again',
      'write-table',
      'write-lake',
      'roll-up-lake',
      'tick',
      'check-books',
      'verify-sample',
    ]);
    for (const without of ['verify', 'archive', 'table'])
      expect(names(readTemplate({ root, params: { [without]: 'off' } }))).not.toContain('verify-sample');
    expect(names(readTemplate({ root, params: { deaggregate: 'enriched' } }))).toEqual([...names(dev), 'deaggregate']);
  });

  test('every mapping keeps the stream rules: nothing is skipped, one reader a shard, from the oldest record', () => {
    expect(mappings(dev)).not.toEqual([]);
    for (const { f, trigger } of mappings(readTemplate({ root, stage: 'prod', params: { deaggregate: 'raw' } })))
      expect([f, trigger]).toEqual([
        f,
        expect.objectContaining({
          parallelizationFactor: 1,
          maximumRetryAttempts: -1,
          maximumRecordAgeSeconds: -1,
          startingPosition: 'TRIM_HORIZON',
          reportBatchItemFailures: true,
          onFailure: expect.stringMatching(/-tripwire$/),
          tumblingWindowSeconds: 0,
          filterPatterns: [],
          enabled: true,
        }),
      ]);
    const bisecting = mappings(dev).filter(({ trigger }) => trigger.bisect);
    expect(bisecting.map(({ f }) => f)).toEqual(['write-table']);
  });

  test('at most 4 mappings share a stream: its 5 reads a second and 2 MB/s a shard', () => {
    for (const stream of dev.streams)
      expect(mappings(dev).filter(({ trigger }) => trigger.stream === stream.name).length).toBeLessThanOrEqual(4);
  });

  test('key groups follow the number of shards', () => {
    const service = plain(resolveService({ root })) as { custom: { sizes: Record<string, Size> } };
    for (const [name, { shards, groups }] of Object.entries(service.custom.sizes))
      expect([name, shards, groups]).toEqual([String(shards), shards, String(groupsFor(shards))]);
    const groups = (params: Record<string, string>) =>
      readTemplate({ root, params }).functions.find((f) => f.name === 'validate')?.environment.GROUPS;
    expect([groups({}), groups({ shards: '4' }), groups({ capacity: 'on-demand' })]).toEqual(['4', '16', '64']);
  });

  test('after a restore all functions and roles use the table that it made, and the stack keeps its own', () => {
    const restored = readTemplate({ root, stage: 'prod', params: { ledgerTable: 'millrace-prod-ledger-2' }, env: {} });
    const asked = restored.functions.flatMap((f) => f.environment.LEDGER_TABLE ?? []);
    expect(new Set(asked)).toEqual(new Set(['millrace-prod-ledger-2']));
    const resources = restored.roles.flatMap((r) => r.statements.flatMap((s) => s.resources));
    expect(resources.some((r) => r.endsWith(':table/millrace-prod-ledger-2'))).toBe(true);
    expect(resources.filter((r) => r.endsWith(':table/millrace-prod-ledger'))).toEqual([]);
    expect(restored.tables.find((t) => t.logicalId === 'LedgerTable')?.name).toBe('millrace-prod-ledger');
  });

  test('names carry the stage, and an environment has plain texts', () => {
    const prod = readTemplate({
      root,
      stage: 'prod',
      params: { shards: '4' },
      queueUrl: (q) => `http://127.0.0.1:9/${q}`,
    });
    expect(prod.streams.map((s) => [s.name, s.shards, s.retentionMs / 3_600_000])).toEqual(
      ['raw', 'validated', 'enriched', 'refined'].map((s) => [`millrace-prod-${s}`, 4, 168]),
    );
    expect(prod.tables.map((t) => [t.name, t.hashKey, t.rangeKey, t.ttl])).toEqual([
      ['millrace-prod-ledger', 'pk', 'sk', 'x'],
      ['millrace-prod-results', 'pk', 'sk', null],
      ['millrace-prod-reference', 'pk', 'sk', 'x'],
    ]);
    expect(prod.functions.find((f) => f.name === 'aggregate')?.environment).toMatchObject({
      INPUT_STREAM: 'millrace-prod-enriched',
      STAGE_NAME: 'aggregate',
      REFINE_QUEUE_URL: 'http://127.0.0.1:9/millrace-prod-refine',
    });
  });

  test('refine is woken by its queue and each minute', () => {
    expect(dev.functions.find((f) => f.name === 'refine')?.triggers).toEqual([
      {
        kind: 'queue',
        queue: 'millrace-dev-refine',
        batchSize: 100,
        batchWindowMs: 1_000,
        maximumConcurrency: 2,
        reportBatchItemFailures: false,
        enabled: true,
      },
      { kind: 'schedule', rateMs: 60_000, enabled: true },
    ]);
    expect(dev.queues.find((q) => q.name === 'millrace-dev-refine')?.delayMs).toBe(1_000);
  });
});

describe('what is not understood is refused by file and line', () => {
  const dir = mkdtempSync(join(tmpdir(), 'millrace-template-'));
  afterAll(() => rmSync(dir, { recursive: true }));
  const FINE = 'service: s\nprovider: { name: aws }\nfunctions:\n  f: { handler: f.handler, events: [] }\n';
  const stream = (field: string) =>
    `${FINE}resources:\n  Resources:\n    R:\n      Type: AWS::Kinesis::Stream\n      Properties:\n        Name: r\n        ${field}\n`;
  const event = (text: string) =>
    `service: s\nprovider: { name: aws }\nfunctions:\n  f:\n    handler: f.handler\n    events:\n      - ${text}\n`;
  const refusal = (text: string): string[] => {
    writeFileSync(join(dir, 'serverless.yml'), text);
    try {
      readTemplate({ root: dir, env: {} });
    } catch (error) {
      if (error instanceof TemplateError) return error.errors.map((e) => `${e.file}:${e.line}: ${e.message}`);
      throw error;
    }
    return [];
  };

  test('a plain service is read', () => {
    expect(refusal(FINE)).toEqual([]);
    expect(refusal(stream('ShardCount: 2'))).toEqual([]);
  });
  test.each([
    ['a variable source', `${FINE}custom: { a: '\${ssm:/x}' }`, ['serverless.yml:5: unknown variable source "ssm"']],
    [
      'a variable without value',
      `${FINE}custom: { a: '\${self:custom.b}' }`,
      [`serverless.yml:5: nothing found for \${self:custom.b}`],
    ],
    [
      'a circle',
      `${FINE}custom: { a: '\${self:custom.b}', b: '\${self:custom.a}' }`,
      [`serverless.yml:5: "\${self:custom.b}" leads back to itself`],
    ],
    [
      'an open variable',
      `${FINE}custom: { a: '\${self:custom' }`,
      [`serverless.yml:5: "\${self:custom" opens a variable`],
    ],
    ['a missing file', `${FINE}custom: \${file(no.yml)}`, [`serverless.yml:5: nothing found for \${file(no.yml)}`]],
    ['a tag', stream('ShardCount: !FindInMap [a, b, c]'), ['serverless.yml:11: unknown tag !FindInMap']],
    ['an alias', `${FINE}custom: [&a 1, *a]`, ['serverless.yml:5: aliases are not understood']],
    ['text that is not YAML', `${FINE}custom: [1, 2`, ['serverless.yml:5: Flow sequence']],
    [
      'a property of a stream',
      stream('ShardCount: 1\n        Tags: []'),
      ['serverless.yml:12: unknown field "Tags" in AWS::Kinesis::Stream R'],
    ],
    ['a missing property', stream(''), ['serverless.yml:10: AWS::Kinesis::Stream R has no "ShardCount"']],
    [
      'a word for a number',
      stream('ShardCount: many'),
      ['serverless.yml:11: "ShardCount" in AWS::Kinesis::Stream R is "many"; expected a number'],
    ],
    [
      'a type of resource',
      `${FINE}resources: { Resources: { Q: { Type: AWS::SNS::Topic } } }`,
      ['serverless.yml:5: unknown type AWS::SNS::Topic'],
    ],
    ['an event', event('sns: { arn: a }'), ['serverless.yml:7: unknown event "sns"']],
    [
      'a setting of a mapping',
      event('stream: { type: kinesis, arn: a, maximumBatchingWindow: 1 }'),
      ['serverless.yml:7: unknown field "maximumBatchingWindow" in stream'],
    ],
    ['a kind of stream', event('stream: { type: dynamodb, arn: a }'), ['serverless.yml:7: streams of type "dynamodb"']],
    [
      'a schedule',
      event("schedule: { rate: ['cron(0 * * * ? *)'] }"),
      ['serverless.yml:7: unknown schedule "cron(0 * * * ? *)"'],
    ],
    [
      'a resource that is not there',
      event("sqs: { arn: { 'Fn::GetAtt': [Gone, Arn] } }"),
      ['serverless.yml:7: no resource "Gone"'],
    ],
    [
      'two mistakes at once',
      event('stream: { type: kinesis, arn: a, batchSize: x, enabled: 3 }'),
      [
        'serverless.yml:7: "batchSize" in stream is "x"; expected a number',
        'serverless.yml:7: "enabled" in stream is 3; expected true or false',
      ],
    ],
  ])('%s', (_, text, messages) => {
    const found = refusal(text);
    expect(found.length).toBe(messages.length);
    for (const [i, message] of messages.entries()) expect(found[i]).toContain(message);
  });
});
