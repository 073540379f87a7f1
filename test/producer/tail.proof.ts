// PROOF=producer: `millrace tail` as a process that is killed (SIGKILL) again and again while its file is written and rotated, beside the
// whole local pipeline: behind `deduplicate` each line stands once.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  appendFileSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Running, startLive } from '../../local/start/start-live.ts';
import { eventsOn, kinesisOf } from './on-stream.ts';

const root = join(import.meta.dirname, '../..');
const dir = mkdtempSync(join(tmpdir(), 'millrace-tail-proof-'));
const log = join(dir, 'app.log');
let running: Running;
const said: string[] = [];

beforeAll(async () => {
  mkdirSync(join(dir, 'lines/schemas'), { recursive: true });
  writeFileSync(
    join(dir, 'lines/sources.yml'),
    '- {name: app, adapter: agent, types: [line.v1], format: plain, deduplicate: 24h}\n',
  );
  writeFileSync(join(dir, 'lines/tables.sql'), '');
  writeFileSync(
    join(dir, 'lines/schemas/line.v1.json'),
    '{"$schema":"https://json-schema.org/draft/2020-12/schema","type":"object","properties":{"line":{"type":"string"}},"required":["line"]}',
  );
  running = await startLive({
    root,
    pipeline: join(dir, 'lines'),
    port: 0,
    kind: 'shop',
    rate: null,
    say: (line) => said.push(line),
    warn: () => {},
  });
}, 120_000);
afterAll(async () => {
  await running?.stop();
  rmSync(dir, { recursive: true, force: true });
});

const tail = (...more: string[]) =>
  spawn(
    process.execPath,
    [
      join(root, 'local/cli/millrace.mjs'),
      'tail',
      log,
      '--from-start',
      '--to',
      running.origin,
      '--pipeline',
      join(dir, 'lines'),
      '--state',
      join(dir, 'state.json'),
      ...more,
    ],
    { stdio: 'ignore' },
  );

test('killed 8 times, renamed and truncated: each of the lines once', async () => {
  let n = 0;
  let writing = true;
  let paused = false;
  writeFileSync(log, '');
  const writer = (async () => {
    while (writing) {
      if (paused) {
        await sleep(5);
        continue;
      }
      let text = '';
      for (let i = 0; i < 50; i++) text += `line ${n++}\n`;
      const cut = Math.floor(Math.random() * text.length);
      appendFileSync(log, text.slice(0, cut));
      await sleep(5);
      appendFileSync(log, text.slice(cut));
      await sleep(15);
    }
  })();
  for (let kill = 0; kill < 8; kill++) {
    const child = tail();
    await sleep(1_800 + Math.random() * 1_000);
    // The writer opens the file for each write: half a line would go to the next. And what is written between a copy and the cut is lost
    // by the rotation itself.
    paused = true;
    await sleep(100);
    if (kill === 2 || kill === 5) renameSync(log, `${log}.${kill}`);
    if (kill === 3 || kill === 6) {
      copyFileSync(log, `${log}.${kill}`);
      truncateSync(log, 0);
    }
    paused = false;
    await sleep(Math.random() * 600);
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
  writing = false;
  await writer;
  appendFileSync(log, 'the end\n');
  const last = tail('--once');
  expect((await once(last, 'exit'))[0]).toBe(0);
  const kinesis = kinesisOf(said);
  const raw = await eventsOn(kinesis, 'raw');
  for (let i = 0; i < 100 && new Set((await eventsOn(kinesis, 'validated')).map((e) => e.id)).size < n + 1; i++)
    await sleep(200);
  const lines = (await eventsOn(kinesis, 'validated')).map((e) => String(e.data.line));
  console.log(`${n + 1} lines, ${raw.length} on raw, ${lines.length} validated`);
  expect(new Set(lines).size).toBe(lines.length);
  expect(lines).toHaveLength(n + 1);
  expect(raw.length).toBeGreaterThanOrEqual(lines.length);
}, 120_000);
