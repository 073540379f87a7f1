// The real command beside a started pipeline, from the rejected event to the row.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { connect } from '../../local/stage/connect.ts';
import { type Running, startLive } from '../../local/start/start-live.ts';

const ROOT = join(import.meta.dirname, '../..');
const dir = mkdtempSync(join(tmpdir(), 'millrace-failed-'));
const live = join(dir, 'live.json');
const said: string[] = [];
let running: Running | undefined;

beforeAll(async () => {
  running = await startLive({
    root: ROOT,
    pipeline: join(ROOT, 'pipeline'),
    port: 0,
    kind: 'shop',
    rate: null,
    note: live,
    say: (line) => said.push(line),
    warn: () => {},
  });
});
afterAll(async () => {
  await running?.stop();
  rmSync(dir, { recursive: true });
});

const millrace = async (...args: readonly string[]) => {
  const child = spawn(process.execPath, [join(ROOT, 'local/cli/millrace.mjs'), ...args], {
    env: { ...process.env, MILLRACE_LIVE: live, NO_COLOR: '1', FORCE_COLOR: '0' },
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (text) => {
    stdout += text;
  });
  child.stderr.on('data', (text) => {
    stderr += text;
  });
  const [code] = (await once(child, 'close')) as [number];
  return { code, stdout, stderr };
};
const until = async <T>(look: () => Promise<T | undefined>): Promise<T> => {
  for (let i = 0; i < 200; i++) {
    const found = await look();
    if (found !== undefined) return found;
    await new Promise((done) => setTimeout(done, 50));
  }
  throw new Error('it never came');
};

test('a rejected order is found, repaired, sent again, and its row appears', async () => {
  const order = {
    order_id: 'x-1',
    visitor: 'v',
    store: 'oslo',
    sku: 'desk-01',
    quantity: 1,
    ordered_at: new Date().toISOString(),
  };
  await fetch(`${running?.origin}/events/order.v1`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ ...order, total: '749,50' }),
  });
  const stage = await connect({ live });
  await until(async () => (await stage.objects.list('rejected/'))[0]);

  const listed = await millrace('failed', 'ls');
  expect(listed).toMatchObject({ code: 0, stderr: '' });
  expect(listed.stdout).toMatch(/^1 rejected event, .*: 1 open\n/);
  expect(listed.stdout).toMatch(/\nvalidate {2}schema\.mismatch {2}- +http +order\.v1 +1 +1\n/);
  const { rows } = JSON.parse((await millrace('failed', 'ls', '--json')).stdout) as { rows: { id: string }[] };
  const id = rows[0]?.id ?? '';
  expect((await millrace('failed', 'show', id)).stdout).toMatch(/\nfield +\/data\/total\nfound +"749,50"\n/);

  writeFileSync(join(dir, 'p.json'), '[{"op":"replace","path":"/data/total","value":749.5}]');
  const dry = await millrace('failed', 'fix', id, '--patch', join(dir, 'p.json'));
  expect(dry.stdout).toMatch(/schema\.mismatch at \/data\/total: would pass\n {2}- .*"749,50".*\n {2}\+ .*749\.5/);
  expect(dry.stderr).toContain('Nothing is changed');
  await millrace('failed', 'fix', id, '--patch', join(dir, 'p.json'), '--yes', '--by', 'ada');
  const sent = await millrace('failed', 'resubmit', '--state', 'fixed', '--yes', '--by', 'ada');
  expect(sent.stdout).toContain('1 event sent again.');
  expect(await until(async () => said.find((line) => line.includes('large_orders')))).toContain('749.50');
  expect((await millrace('failed', 'show', id)).stdout).toMatch(
    /\nstate +resubmitted .* by ada, to shardId-0+\/\d+\.\d+\.\d+\npassed +at shardId-/,
  );
}, 60_000);

test('beside no pipeline it says how to start one', async () => {
  const child = spawn(process.execPath, [join(ROOT, 'local/cli/millrace.mjs'), 'late', 'ls'], {
    env: { ...process.env, MILLRACE_LIVE: join(dir, 'none.json'), NO_COLOR: '1', FORCE_COLOR: '0' },
  });
  let stderr = '';
  child.stderr.on('data', (text) => {
    stderr += text;
  });
  expect(await once(child, 'close')).toEqual([1, null]);
  expect(stderr).toBe(
    'millrace: no pipeline runs on this machine; start it with npm start, or name a deployed stage: --stage NAME\n',
  );
});
