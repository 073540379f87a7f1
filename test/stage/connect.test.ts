import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { selectEntries } from '../../local/failed/select.ts';
import { connect } from '../../local/stage/connect.ts';
import { readLiveFile, removeLiveFile, writeLiveFile } from '../../local/stage/live-file.ts';
import { stageInMemory } from '../../local/stage/stage-in-memory.ts';
import { type Running, startLive } from '../../local/start/start-live.ts';
import { MemoryLog } from '../../shared/memory/log.ts';
import { memoryStream } from '../../shared/memory/stream.ts';

const ROOT = join(import.meta.dirname, '../..');
const dir = mkdtempSync(join(tmpdir(), 'millrace-stage-'));
const live = join(dir, 'live.json');
let running: Running | undefined;

beforeAll(async () => {
  running = await startLive({
    root: ROOT,
    pipeline: join(ROOT, 'pipeline'),
    port: 0,
    kind: 'shop',
    rate: null,
    note: live,
    say: () => {},
    warn: () => {},
  });
});
afterAll(async () => {
  await running?.stop();
  rmSync(dir, { recursive: true });
});

test('a command beside a started pipeline reaches its streams, tables, bucket and build', async () => {
  const stage = await connect({ live });
  expect(stage).toMatchObject({ kind: 'here', name: 'the pipeline on this machine', run: '1', groups: 4 });
  expect((await stage.streams.raw.shards()).map((s) => s.id)).toEqual(['shardId-000000000000']);
  expect(await stage.ledger.get({ pk: 'nothing', sk: '-' })).toBeUndefined();
  await stage.objects.put('a/b', Buffer.from('x'));
  expect(await stage.objects.list('a/')).toEqual([{ key: 'a/b', size: 1 }]);
  expect((await stage.built()).pipeline.plan.queries.map((q) => q.name)).toContain('orders_per_minute');
  expect(stage.deployment?.stage).toBe('dev');
  await stage.close();
});

describe('where nothing runs, the message says what would work', () => {
  const START = /start it with npm start, or name a deployed stage: --stage NAME$/;
  const stale = (name: string, change: object): string => {
    const path = join(dir, name);
    writeFileSync(path, JSON.stringify({ ...readLiveFile(live), ...change }));
    return path;
  };

  test('no file', () =>
    expect(connect({ live: join(dir, 'none.json') })).rejects.toThrow(
      /^no pipeline runs on this machine; start it with npm start, or name a deployed stage: --stage NAME$/,
    ));
  test('half a file', () => {
    writeFileSync(join(dir, 'half.json'), '{"version":1,');
    return expect(connect({ live: join(dir, 'half.json') })).rejects.toThrow(START);
  });
  test('a file whose process has ended', () =>
    expect(connect({ live: stale('ended.json', { pid: 2 ** 22 + 1 }) })).rejects.toThrow(/runs no more \(process/));
  test('a file whose process id belongs to another program by now', () => {
    const aws = { ...readLiveFile(live)?.aws, AWS_ENDPOINT_URL_KINESIS: 'http://127.0.0.1:1' };
    return expect(connect({ live: stale('reused.json', { aws }) })).rejects.toThrow(START);
  });
  test('an account that cannot be asked', async () => {
    const env = process.env;
    process.env = {
      ...env,
      AWS_ENDPOINT_URL_CLOUDFORMATION: 'http://127.0.0.1:1',
      AWS_ACCESS_KEY_ID: 'x',
      AWS_SECRET_ACCESS_KEY: 'x',
    };
    try {
      await expect(connect({ stage: 'prod' })).rejects.toThrow(
        /^the account cannot be asked for stack millrace-prod in us-east-1 \(.*\); sign in first$/,
      );
    } finally {
      process.env = env;
    }
  });
});

test('a deployed stage is reached by the names in its stack', async () => {
  const deployment = readLiveFile(live)?.deployment;
  const resource = (Type: string, Properties: object) => ({ Type, Properties });
  const template = {
    Resources: Object.fromEntries([
      ...(deployment?.streams ?? []).map((s) => [s.id, resource('AWS::Kinesis::Stream', { Name: s.name })]),
      ...Object.entries(deployment?.stores ?? {}).map(([id, name]) => [
        id,
        id.endsWith('Bucket')
          ? resource('AWS::S3::Bucket', { BucketName: name })
          : resource('AWS::DynamoDB::Table', { TableName: name }),
      ]),
      [
        'ValidateLambdaFunction',
        resource('AWS::Lambda::Function', {
          FunctionName: 'millrace-prod-validate',
          Environment: { Variables: { RUN: '3', GROUPS: '16' } },
        }),
      ],
    ]),
  };
  const escaped = JSON.stringify(template).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
  const account = createServer((_, response) => {
    response.setHeader('content-type', 'text/xml');
    response.end(
      `<GetTemplateResponse><GetTemplateResult><TemplateBody>${escaped}</TemplateBody></GetTemplateResult></GetTemplateResponse>`,
    );
  });
  await new Promise<void>((done) => account.listen(0, '127.0.0.1', done));
  const env = process.env;
  const url = `http://127.0.0.1:${(account.address() as AddressInfo).port}`;
  process.env = { ...env, ...readLiveFile(live)?.aws, AWS_ENDPOINT_URL_CLOUDFORMATION: url };
  try {
    const stage = await connect({ stage: 'prod', region: 'us-east-1' });
    expect(stage).toMatchObject({ kind: 'deployed', name: 'stage prod', run: '3', groups: 16 });
    expect(stage.streams.raw.name).toBe('millrace-dev-raw');
    expect(await stage.streams.raw.shards()).toHaveLength(1);
    expect(await selectEntries(stage, 'rejected', {})).toEqual([]);
  } finally {
    process.env = env;
    account.close();
  }
});

test('a pipeline that stops takes its note away, but not the note of one started since', () => {
  const path = join(dir, 'two.json');
  const note = readLiveFile(live);
  if (note === undefined) throw new Error('no note');
  writeLiveFile(path, { ...note, pid: 1 });
  writeLiveFile(path, { ...note, pid: 2 });
  removeLiveFile(path, 1);
  expect(readLiveFile(path)?.pid).toBe(2);
  removeLiveFile(path, 2);
  expect(readLiveFile(path)).toBeUndefined();
});

test('a test gives commands a stage in memory', async () => {
  const stream = memoryStream(new MemoryLog('s', { shards: 1 }));
  const { pipeline } = await (await connect({ live })).built();
  const streams = { raw: stream, validated: stream, enriched: stream, refined: stream };
  const stage = stageInMemory({ streams, pipeline, run: '7' });
  expect(stage).toMatchObject({ kind: 'memory', run: '7', groups: 4 });
  expect((await stage.built()).pipeline).toBe(pipeline);
});
