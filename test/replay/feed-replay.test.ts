// The function as it is deployed, in a sandbox, on the services of this machine: a live stage, and the stack of a second run beside it.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { generate } from '../../local/generate/generate.ts';
import { newPipeline } from '../../local/replay/new-pipeline.ts';
import { makeSecond } from '../../local/replay/second-resources.ts';
import { type Here, startHere } from '../../local/run/here.ts';
import { objectsHere, tableHere } from '../../local/run/ports-here.ts';
import { startSandbox } from '../../local/sandbox/sandbox.ts';
import { readTemplate } from '../../local/template/read-template.ts';
import { memoryStream } from '../../shared/memory/stream.ts';
import { archive } from '../../shared/steps/archive.ts';
import { newReplay, readReplay } from '../../shared/steps/replay/control.ts';
import { REPLAY } from './given.ts';

const root = join(import.meta.dirname, '../..');
const EVENTS = 600;
const PUT = 500;
let here: Here;
beforeAll(async () => {
  here = await startHere({ root, keepAll: true });
});
afterAll(() => here.close());

test('an invocation hands on what was archived and what is live, says how far it is; a cold start gives nothing twice', async () => {
  const raw = here.stream('RawStream');
  const start = Date.now() - 60_000;
  for (const line of generate({ kind: 'shop', seed: 1, events: EVENTS, start, rate: 100 }))
    raw.put({ partitionKey: 'k', data: Buffer.from(line) });
  const [shard] = raw.shards();
  const { records } = raw.read(shard!.id, null, PUT);
  const keep = archive({ raw: memoryStream(raw), objects: objectsHere(here), run: '1' });
  await keep({ stream: raw.name, shard: shard!.id, records }, { remainingMs: () => 60_000 });

  const live = here.template.stage;
  const liveBucket = here.name('DataBucket');
  const params = {
    replay: 'on',
    replayOf: live,
    replayBucket: liveBucket,
    replayQuery: 'orders_per_minute',
    bucket: `${liveBucket}-r2`,
    run: '2',
    archive: 'off',
    lake: 'off',
  };
  const second = readTemplate({ root, stage: `${live}-r2`, params, env: {} });
  await makeSecond(here, second);
  const ledger = tableHere(here, 'LedgerTable');
  await newReplay(ledger, { ...REPLAY, run: '2', created: Date.now() });

  const { module } = await newPipeline(join(root, 'pipeline'), root, params.replayQuery);
  const fn = second.functions.find((f) => f.name === 'feed-replay')!;
  const event: unknown = JSON.parse(readFileSync(join(root, 'events/feed-replay.json'), 'utf8'));
  const invoke = async () => {
    const sandbox = await startSandbox(fn, { root, pipeline: module, aws: here.aws, log: () => {} });
    return sandbox.invoke(event, 12_000);
  };
  expect(await invoke()).toMatchObject({ kind: 'returned' });
  const validated = here.kinesis.kinesis.log(`millrace-${live}-r2-validated`);
  const size = validated.size;
  expect(size).toBeGreaterThan(0);
  expect((await readReplay(ledger, '2'))?.progress).toMatchObject({ records: EVENTS, caughtUp: true });
  expect(await invoke()).toMatchObject({ kind: 'returned' });
  expect([validated.size, (await readReplay(ledger, '2'))?.progress.records]).toEqual([size, EVENTS]);
  expect(here.stream('ValidatedStream').size).toBe(0);
}, 60_000);
