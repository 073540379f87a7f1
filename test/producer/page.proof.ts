// PROOF=producer: the producer of a web page in a real Chromium, against the whole local pipeline: views and clicks arrive, those made
// offline after reconnecting, one of a page that is closed right after a click too; each once.
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import type { KinesisClient } from '@aws-sdk/client-kinesis';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Running, startLive } from '../../local/start/start-live.ts';
import { chromium } from '../peers/install.ts';
import { eventsOn, kinesisOf, type StreamEvent } from './on-stream.ts';

const root = join(import.meta.dirname, '../..');
let installed = '';
beforeAll(() => {
  installed = chromium();
}, 600_000);

type Page = {
  on(event: 'pageerror', listener: (error: Error) => void): void;
  goto(url: string): Promise<unknown>;
  click(selector: string): Promise<unknown>;
  waitForFunction(code: string): Promise<unknown>;
  evaluate<T>(code: string): Promise<T>;
  close(options?: { runBeforeUnload?: boolean }): Promise<void>;
  waitForEvent(name: 'close'): Promise<unknown>;
  screenshot(options: { path: string }): Promise<unknown>;
};
type Context = { newPage(): Promise<Page>; setOffline(off: boolean): Promise<void>; close(): Promise<void> };
type Browser = { newContext(options: object): Promise<Context>; close(): Promise<void> };

const launch = async (): Promise<Browser> => {
  const from = createRequire(pathToFileURL(join(installed, 'package.json')));
  const { default: binary } = await import(pathToFileURL(from.resolve('@sparticuz/chromium')).href);
  const { chromium: launcher } = from('playwright-core') as { chromium: { launch(options: object): Promise<Browser> } };
  return launcher.launch({ executablePath: await binary.executablePath(), args: binary.args, headless: true });
};

describe('a shop in a browser', () => {
  let running: Running;
  let kinesis: KinesisClient;
  let elsewhere: { origin: string; close(): void };
  let browser: Browser;
  let context: Context;
  const errors: string[] = [];

  beforeAll(async () => {
    const lines: string[] = [];
    const other = createServer((_, response) => {
      response
        .writeHead(200, { 'content-type': 'text/html' })
        .end('<!doctype html><title>another server</title><p>here');
    });
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    elsewhere = { origin: `http://127.0.0.1:${(other.address() as AddressInfo).port}`, close: () => other.close() };
    running = await startLive({
      root,
      pipeline: join(root, 'pipeline'),
      port: 0,
      kind: 'shop',
      rate: null,
      origins: [elsewhere.origin],
      say: (line) => lines.push(line),
      warn: () => {},
    });
    kinesis = kinesisOf(lines);
    browser = await launch();
    context = await browser.newContext({ locale: 'en-US' });
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    elsewhere?.close();
    await running?.stop();
  });

  /** Every event of pages on `raw`, as often as it is there. */
  const onRaw = async (): Promise<readonly StreamEvent[]> =>
    (await eventsOn(kinesis, 'raw')).filter(({ source }) => source === '/sample-shop' || source === '/elsewhere');
  /** Waits until so many are there, then a while longer: none may come twice. */
  const ids = (all: readonly StreamEvent[]): number => new Set(all.map((e) => e.id)).size;
  /** `copies`: how many events may have come twice, by then, with the same id. */
  const arrived = async (count: number, copies = 0): Promise<readonly StreamEvent[]> => {
    for (let i = 0; i < 100 && ids(await onRaw()) < count; i++) await sleep(100);
    await sleep(1_500);
    const all = await onRaw();
    expect(ids(all)).toBe(count);
    expect(all.length - count, 'each once').toBeLessThanOrEqual(copies);
    return all;
  };
  const open = async (path: string): Promise<Page> => {
    const page = await context.newPage();
    page.on('pageerror', (error) => errors.push(error.message));
    await page.goto(path.startsWith('http') ? path : running.origin + path);
    return page;
  };
  const buy = (page: Page, n: number): Promise<unknown> => page.click(`#products li:nth-child(${n}) button`);

  test('before the user says yes nothing is sent or stored; then views and purchases arrive', async () => {
    const page = await open('/shop');
    await buy(page, 1);
    expect(await page.evaluate('localStorage.length')).toBe(0);
    expect(await onRaw()).toEqual([]);
    await page.click('#yes');
    await page.click('#products li:nth-child(2) a');
    await buy(page, 2);
    const events = await arrived(3);
    expect(events.map((e) => e.type).toSorted()).toEqual(['order.v1', 'page_view.v1', 'page_view.v1']);
    expect(
      events
        .filter((e) => e.type === 'page_view.v1')
        .map((e) => e.data.page)
        .toSorted(),
    ).toEqual(['/shop', '/shop?sku=lamp-01']);
    expect(Object.keys(events.find((e) => e.data.page === '/shop')?.data ?? {}).toSorted()).toEqual([
      'page',
      'viewed_at',
      'visitor',
    ]);

    // Offline: they wait, and arrive when the network is back.
    await context.setOffline(true);
    for (const n of [1, 2, 3, 4]) await buy(page, n);
    await page.click('#products li:nth-child(3) a');
    await sleep(2_500);
    expect(await page.evaluate('localStorage.length')).toBe(5);
    expect(await onRaw()).toHaveLength(3);
    await context.setOffline(false);
    await arrived(8);
    expect(await page.evaluate('localStorage.length')).toBe(0);

    // Closed right after a click: by a beacon.
    await buy(page, 4);
    await page.close({ runBeforeUnload: true });
    await arrived(9);

    // Closed while offline: the next page of the shop sends it. A page that goes here leaves the emulated network, too, and may still
    // send its last beacon before the next page sees that it did.
    const again = await open('/shop');
    await again.click('#yes');
    await arrived(10);
    await context.setOffline(true);
    await buy(again, 1);
    const gone = again.waitForEvent('close');
    await again.close({ runBeforeUnload: true }); // answers before the page is gone
    await gone;
    await context.setOffline(false);
    const third = await open('/shop');
    await third.click('#yes');
    await arrived(12, 1);
    await third.close();
    expect(errors).toEqual([]);
  }, 120_000);

  test('a page of another server: by CORS, also as it is closed', async () => {
    const before = ids(await onRaw());
    const page = await open(`${elsewhere.origin}/`);
    await page.evaluate(`import('${running.origin}/producer.js').then(({ connect }) => {
      window.shop = connect({ url: '${running.origin}/events', source: '/elsewhere' });
      return shop.put('page_view.v1', { visitor: 'v', page: '/x', viewed_at: new Date().toISOString() });
    })`);
    await arrived(before + 1, 1);
    await page.evaluate(
      `void shop.put('page_view.v1', { visitor: 'v', page: '/y', viewed_at: new Date().toISOString() })`,
    );
    await page.close({ runBeforeUnload: true });
    await arrived(before + 2, 1);
  }, 60_000);
});
