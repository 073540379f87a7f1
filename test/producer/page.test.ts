// The producer of a web page, in a browser of our own; test/producer/page.proof.ts has a real one.
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { describe, expect, test } from 'vitest';
import { MemoryLog } from '../../shared/memory/log.ts';
import { memoryStream } from '../../shared/memory/stream.ts';
import { createApp } from '../../shared/steps/ingest/app.ts';
import { noon, onStream, TYPES, tries } from '../ingest/given.ts';
import { browser } from './given-page.ts';

describe('events', () => {
  test('of a second go together, with their ids, in order', async () => {
    const b = browser();
    const { page } = b.tab();
    const ids = [1, 2, 3].map((n) => page.put('order.v1', { n }));
    await b.pass(900);
    expect(b.requests).toEqual([]);
    await b.pass(200);
    expect(b.requests).toHaveLength(1);
    expect(b.taken).toEqual(ids);
    expect(page.waiting()).toBe(0);
    expect(b.storage.size).toBe(0);
  });

  test('are what `ingest` takes: CloudEvents, with no more in them than was given', async () => {
    const b = browser();
    const { page } = b.tab();
    page.put('note.v1', { text: 'hi' }, { subject: 's' });
    await page.flush();
    const [sent] = b.requests[0]!.events;
    expect(sent).toEqual({
      specversion: '1.0',
      id: expect.stringMatching(/^[0-9a-f]{32}$/),
      source: '/shop',
      type: 'note.v1',
      time: '2024-05-01T12:00:00.000Z',
      subject: 's',
      data: { text: 'hi' },
    });
    const log = new MemoryLog('raw');
    const app = createApp({ raw: memoryStream(log), clock: noon, types: TYPES, patience: tries(1) });
    const headers = b.requests[0]!.headers;
    const answer = await app.request('/events', { method: 'POST', headers, body: JSON.stringify([sent]) });
    expect(answer.status).toBe(202);
    expect(onStream(log)).toHaveLength(1);
  });

  test('made offline wait, and arrive once when the network is back', async () => {
    const b = browser();
    const { page } = b.tab();
    b.setOnline(false);
    const ids = Array.from({ length: 250 }, (_, n) => page.put('order.v1', { n }));
    await b.pass(100_000);
    expect(b.requests).toEqual([]);
    expect(b.storage.size).toBe(250);
    b.setOnline(true);
    await b.pass(1_000);
    expect(b.taken).toEqual(ids);
    expect(b.requests.every((r) => r.events.length <= 100)).toBe(true);
  });

  test.each([429, 500, 503])('answered with %i go again: same id, same time', async (status) => {
    const b = browser();
    const { page } = b.tab();
    b.replies.push(status, status);
    page.put('order.v1', { n: 1 });
    await b.pass(20_000);
    expect(b.requests).toHaveLength(3);
    expect(b.requests[2]?.events).toEqual(b.requests[0]?.events);
    expect(b.taken).toHaveLength(1);
  });

  test('are tried ever more seldom while the server is down', async () => {
    const b = browser();
    const { page } = b.tab();
    b.replies.push(...Array.from({ length: 1_000 }, () => 503));
    page.put('order.v1', 1);
    await b.pass(600_000);
    expect(b.requests.length).toBeGreaterThan(5);
    expect(b.requests.length).toBeLessThan(150);
  });

  test('whose answer was lost are there twice, with one id', async () => {
    const b = browser();
    const { page } = b.tab();
    b.replies.push('lost');
    const id = page.put('order.v1', { n: 1 });
    await b.pass(20_000);
    expect(b.taken).toEqual([id, id]);
  });

  test('that are rejected are told, and not sent again', async () => {
    const b = browser();
    const told: unknown[] = [];
    b.refuse = (e) => (e.type === 'bad' ? 'unknown type' : undefined);
    const { page } = b.tab({ refused: (event, reason) => told.push([event, reason]) });
    page.put('bad', 1);
    const good = page.put('good', 2);
    await b.pass(5_000);
    expect(told).toEqual([[expect.objectContaining({ type: 'bad', data: 1 }), 'unknown type']]);
    expect(b.taken).toEqual([good]);
    expect(page.waiting()).toBe(0);
  });

  test('that no request with them passes are found by halving, and the others arrive', async () => {
    const b = browser();
    const told: string[] = [];
    const { page } = b.tab({ refused: (_, reason) => told.push(reason) });
    const ids = [1, 2, 3, 4].map((n) => page.put('order.v1', { n }));
    b.replies.push(413, 202, 400, 413); // 1-4, 1-2, 3-4, 3
    await b.pass(5_000);
    expect(told).toEqual(['413 no']);
    expect(b.taken).toEqual([ids[0], ids[1], ids[3]]);
  });

  test('have a bound: the oldest goes, and is told', async () => {
    const b = browser();
    const told: unknown[] = [];
    const { page } = b.tab({ keep: 3, refused: (event) => told.push((event as { data: unknown }).data) });
    b.setOnline(false);
    for (const n of [1, 2, 3, 4, 5]) page.put('order.v1', n);
    expect(told).toEqual([1, 2]);
    expect(page.waiting()).toBe(3);
    expect(b.storage.size).toBe(3);
  });

  test('with large data go in requests that may outlive the page: below 64 KiB', async () => {
    const b = browser();
    const { page } = b.tab();
    for (let n = 0; n < 20; n++) page.put('order.v1', 'é'.repeat(5_000));
    await page.flush();
    for (const { events } of b.requests) expect(Buffer.byteLength(JSON.stringify(events))).toBeLessThan(64 * 1024);
    expect(b.taken).toHaveLength(20);
  });
});

describe('a page that is left', () => {
  test('right after a click sends it by a beacon, once', async () => {
    const b = browser();
    const tab = b.tab();
    const id = tab.page.put('order.v1', { n: 1 });
    tab.leave();
    expect(b.requests.map((r) => r.by)).toEqual(['beacon']);
    b.tab();
    await b.pass(100_000);
    expect(b.taken).toEqual([id]);
  });

  test('offline leaves its events to the next page', async () => {
    const b = browser();
    const tab = b.tab();
    b.setOnline(false);
    const id = tab.page.put('order.v1', { n: 1 });
    tab.leave();
    b.setOnline(true);
    b.tab();
    await b.pass(1_000);
    expect(b.taken).toEqual([id]);
  });

  test('with `confirm` sends again what it handed over, with the same id', async () => {
    const b = browser();
    const tab = b.tab({ confirm: true });
    const id = tab.page.put('order.v1', { n: 1 });
    tab.leave();
    b.tab({ confirm: true });
    await b.pass(1_000);
    expect([...new Set(b.taken)]).toEqual([id]);
    expect(b.storage.size).toBe(0);
  });

  test('with a key, or for another server, it is a request that outlives the page: a beacon has no headers and brings cookies', async () => {
    const b = browser();
    const keyed = b.tab({ key: 'k' });
    keyed.page.put('order.v1', 1);
    keyed.leave();
    const far = b.tab({ url: 'https://events.example/events' });
    far.page.put('order.v1', 2);
    far.leave();
    expect(b.requests.map((r) => [r.by, r.headers['x-api-key']])).toEqual([
      ['fetch', 'k'],
      ['fetch', undefined],
    ]);
  });

  test('while a request is under way leaves it to the browser: the next page does not send it again', async () => {
    const b = browser();
    b.slow = 5_000;
    const tab = b.tab();
    const id = tab.page.put('order.v1', 1);
    await b.pass(2_000);
    tab.leave();
    b.tab();
    await b.pass(60_000);
    expect(b.taken).toEqual([id]);
  });

  test('and that request fails after all: back from the cache, the page keeps the event again', async () => {
    const b = browser();
    b.slow = 5_000;
    b.replies.push(503);
    const tab = b.tab();
    const id = tab.page.put('order.v1', 1);
    await b.pass(2_000);
    tab.leave();
    await b.pass(10_000);
    expect(b.storage.size).toBe(1);
    tab.back();
    await b.pass(60_000);
    expect(b.taken).toEqual([id]);
  });

  test('and comes back after another page sent what it had does not send it again', async () => {
    const b = browser();
    const tab = b.tab();
    b.setOnline(false);
    const id = tab.page.put('order.v1', 1);
    tab.leave();
    b.setOnline(true);
    b.tab();
    await b.pass(2_000);
    tab.back();
    tab.page.put('order.v1', 2);
    await b.pass(2_000);
    expect(b.taken.filter((t) => t === id)).toHaveLength(1);
    expect(b.taken).toHaveLength(2);
  });

  test('and comes back from the cache sends what it still has', async () => {
    const b = browser();
    const tab = b.tab();
    b.setOnline(false);
    const id = tab.page.put('order.v1', 1);
    tab.leave();
    b.online = true;
    tab.back();
    await b.pass(120_000);
    expect(b.taken).toEqual([id]);
  });
});

describe('several tabs', () => {
  test('leave one another’s events alone while they live', async () => {
    const b = browser();
    b.setOnline(false);
    const one = b.tab();
    const id = one.page.put('order.v1', 1);
    const two = b.tab();
    b.setOnline(true);
    await b.pass(5_000);
    expect(b.taken).toEqual([id]);
    expect(two.page.waiting()).toBe(0);
  });

  test('take over what one that crashed had', async () => {
    const b = browser();
    const one = b.tab();
    const id = one.page.put('order.v1', 1);
    one.die();
    b.tab();
    b.tab();
    await b.pass(2_000);
    expect(b.taken).toEqual([id]);
  });

  test('without locks wait for a minute before they do', async () => {
    const b = browser();
    b.locks = false;
    const one = b.tab();
    const id = one.page.put('order.v1', 1);
    one.die();
    b.tab();
    await b.pass(2_000);
    expect(b.taken).toEqual([]);
    await b.pass(60_000);
    b.tab();
    await b.pass(2_000);
    expect(b.taken).toEqual([id]);
  });
});

describe('what the user says', () => {
  test('without storage events live as long as the page', async () => {
    const b = browser();
    const { page } = b.tab({ store: false });
    page.put('order.v1', 1);
    expect(b.storage.size).toBe(0);
    await b.pass(2_000);
    expect(b.taken).toHaveLength(1);
  });

  test('where storage is forbidden, too', async () => {
    const b = browser();
    b.storageThrows = true;
    const tab = b.tab();
    tab.page.put('order.v1', 1);
    tab.back();
    await b.pass(2_000);
    expect(b.taken).toHaveLength(1);
  });

  test('forget: nothing waits any more, nowhere', async () => {
    const b = browser();
    b.setOnline(false);
    const gone = b.tab();
    gone.page.put('order.v1', 1);
    gone.die();
    const { page } = b.tab();
    page.put('order.v1', 2);
    await b.timing.settled();
    page.forget();
    await b.timing.settled();
    b.setOnline(true);
    await b.pass(100_000);
    expect(b.taken).toEqual([]);
    expect(b.storage.size).toBe(0);
  });
});

test('views: one for each address that the page shows, until it is ended', async () => {
  const b = browser();
  const tab = b.tab();
  let n = 0;
  const end = tab.page.views('page_view.v1', () => ({ n: n++ }));
  tab.go('/b');
  tab.go('/b');
  tab.go('/c');
  end();
  tab.go('/d');
  await b.pass(2_000);
  expect(b.requests.flatMap((r) => r.events.map((e) => [e.type, e.data]))).toEqual([
    ['page_view.v1', { n: 0 }],
    ['page_view.v1', { n: 1 }],
    ['page_view.v1', { n: 2 }],
  ]);
});

test('its code has no dependencies and less than 5 KB, minified and gzipped', async () => {
  const built = await build({
    entryPoints: ['shared/producer/browser/index.ts'],
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
    target: 'es2022',
    metafile: true,
  });
  const code = built.outputFiles[0]!.contents;
  expect(Object.keys(built.metafile.inputs).every((path) => path.startsWith('shared/producer/browser/'))).toBe(true);
  expect(gzipSync(code, { level: 9 }).length).toBeLessThan(5_000);
});
