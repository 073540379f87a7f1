// PROOF=page: the live page and the picture of the CloudWatch dashboard in a real Chromium, light and dark, wide and as a phone; and
// /metrics read by Prometheus' own parser.
import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Running, startLive } from '../../local/start/start-live.ts';
import { dashboardBody } from '../../local/watch/dashboard.ts';
import { dashboardPicture } from '../../local/watch/picture.ts';
import { prometheusName } from '../../local/watch/prometheus.ts';
import { readWatch } from '../../local/watch/watched.ts';
import { METRICS } from '../../shared/metrics/list.ts';
import { chromium, prometheusParser } from '../peers/install.ts';

const root = join(import.meta.dirname, '../..');
const prod = readWatch({ root, stage: 'prod', env: {} });
const dev = readWatch({ root, stage: 'dev', env: {} });

// Before anything runs: a sandbox that loads has the environment of the whole process for itself, and installers need theirs.
let installed = { chromium: '', python: '' };
beforeAll(() => {
  installed = { chromium: chromium(), python: prometheusParser() };
}, 600_000);

type Page = {
  on(event: 'pageerror', listener: (error: Error) => void): void;
  goto(url: string): Promise<unknown>;
  setContent(html: string): Promise<unknown>;
  waitForSelector(selector: string): Promise<unknown>;
  waitForFunction(code: string): Promise<unknown>;
  evaluate<T>(code: string): Promise<T>;
  screenshot(options: { path: string; fullPage: boolean }): Promise<unknown>;
};
type Browser = { newPage(options: object): Promise<Page>; close(): Promise<void> };

/** A browser of its own for each page: this Chromium is one process, and ends with its first page. */
const withPage = async (width: number, colorScheme: string, use: (page: Page) => Promise<void>): Promise<void> => {
  const from = createRequire(pathToFileURL(join(installed.chromium, 'package.json')));
  const { default: binary } = await import(pathToFileURL(from.resolve('@sparticuz/chromium')).href);
  const { chromium: launcher } = from('playwright-core') as { chromium: { launch(options: object): Promise<Browser> } };
  const browser = await launcher.launch({
    executablePath: await binary.executablePath(),
    args: binary.args,
    headless: true,
  });
  try {
    const errors: string[] = [];
    const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme, locale: 'en-US' });
    page.on('pageerror', (error) => errors.push(error.message));
    await use(page);
    expect(errors).toEqual([]);
  } finally {
    await browser.close();
  }
};

/** Texts that do not fit into their boxes. */
const CUT = `[...document.querySelectorAll('h1,h2,h3,h4,p,dt,dd,li,td,th')].filter((e) => e.offsetParent && e.scrollWidth > e.clientWidth + 1 && !e.closest('.scroll')).map((e) => e.textContent.slice(0, 60))`;

describe('the live page', () => {
  let running: Running;
  beforeAll(async () => {
    const quiet = () => {};
    running = await startLive({
      root,
      pipeline: join(root, 'pipeline'),
      port: 0,
      kind: 'shop',
      rate: 20,
      say: quiet,
      warn: quiet,
    });
  });
  afterAll(() => running.stop());

  test.each([
    [390, 'dark'],
    [390, 'light'],
    [1280, 'light'],
    [1280, 'dark'],
  ])('shows every metric, at %i pixels, %s', async (width, scheme) => {
    await withPage(width, scheme, async (page) => {
      await page.goto(`${running.origin}/`);
      await page.waitForSelector('#metrics li');
      await page.waitForSelector('#holders tbody tr');
      const held = await page.evaluate<string>(`document.querySelector('#holders tbody').innerText`);
      expect(held).toMatch(/raw shard shardId-\d+ (is \d+ seconds? behind|has shown no event yet)/);
      await page.waitForFunction(
        `[...document.querySelectorAll('[data-metric=EventsIn] dd')].some((d) => d.textContent !== '0')`,
      );
      const shown = await page.evaluate<string[]>(
        `[...document.querySelectorAll('#metrics li')].flatMap((li) => [...li.querySelectorAll('[data-metric]')].map((d) => li.querySelector('h4').textContent + ' ' + d.dataset.metric))`,
      );
      expect(shown).toEqual(dev.subjects.flatMap((s) => s.metrics.map((m) => `${s.name} ${m.name}`)));
      expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth'), 'nothing lies outside').toBe(
        true,
      );
      expect(await page.evaluate(CUT)).toEqual([]);
      const [ground, ink] = await page.evaluate<string[]>(
        `['backgroundColor', 'color'].map((name) => getComputedStyle(document.body)[name])`,
      );
      const bright = (rgb = ''): number => (rgb.match(/\d+/g) ?? []).slice(0, 3).reduce((sum, n) => sum + Number(n), 0);
      expect(bright(ground) > bright(ink)).toBe(scheme === 'light');
    });
  });

  test('its link leads to the shop, whose orders arrive', async () => {
    await withPage(390, 'light', async (page) => {
      await page.goto(`${running.origin}/`);
      await page.waitForSelector('a[href=shop]');
      await page.evaluate(`document.querySelector('a[href=shop]').click()`);
      await page.waitForFunction(`location.pathname === '/shop' && document.querySelector('button') !== null`);
      expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
      expect(await page.evaluate(CUT)).toEqual([]);
      await page.evaluate(`document.getElementById('yes').click()`);
      await page.evaluate(`document.querySelector('li button').click()`);
      await page.waitForFunction(`document.getElementById('status').textContent === 'All is sent.'`);
    });
    await withPage(1280, 'light', async (page) => {
      await page.goto(`${running.origin}/`);
      await page.waitForFunction(`document.getElementById('rows').textContent.includes('shop-')`);
    });
  });

  test('Prometheus reads /metrics: every metric, typed, with its help', async () => {
    const text = await (await fetch(`${running.origin}/metrics`)).text();
    const code = `import sys, json
from prometheus_client.parser import text_string_to_metric_families as read
print(json.dumps([[f.name, f.type, f.documentation, len(f.samples)] for f in read(sys.stdin.read())]))`;
    const families = JSON.parse(execFileSync(installed.python, ['-c', code], { input: text, encoding: 'utf8' })) as [
      string,
      string,
      string,
      number,
    ][];
    const wanted = METRICS.map((m) => {
      const name = prometheusName(m);
      return [name.replace(/_total$/, ''), name.endsWith('_total') ? 'counter' : 'gauge', m.meaning];
    });
    expect(families.map(([name, type, help]) => [name, type, help]).toSorted()).toEqual(wanted.toSorted());
    expect(families.reduce((sum, [, , , n]) => sum + n, 0)).toBeGreaterThan(100);
  });
});

describe('the page of a pipeline that writes to every destination', () => {
  const folder = join(root, 'test/pipelines/destinations');
  let running: Running;
  beforeAll(async () => {
    const quiet = () => {};
    running = await startLive({ root, pipeline: folder, port: 0, kind: 'shop', rate: 20, say: quiet, warn: quiet });
    const now = new Date().toISOString();
    const order = (data: object) =>
      fetch(`${running.origin}/events/order.v1`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ visitor: 'v', store: 'oslo', sku: 'desk-01', quantity: 1, total: 9, ...data }),
      });
    await order({ order_id: 'wrong', total: 'nine', ordered_at: now });
    await order({ order_id: 'old', ordered_at: '2026-01-05T09:00:00Z' });
  });
  afterAll(() => running.stop());

  const NAMES = 'postgres redshift search bus queue topic delivery hook kafka log'.split(' ').map((n) => `to_${n}`);
  const FILLED = `[...document.querySelectorAll('#places .place')].filter((p) => p.offsetHeight > 0 && [...p.querySelectorAll('tbody tr')].some((r) => r.offsetHeight > 0)).map((p) => p.dataset.destination)`;

  test.each([
    [390, 'dark'],
    [390, 'light'],
    [1280, 'light'],
    [1280, 'dark'],
  ])('shows rows of each, what was rejected and late, at %i pixels, %s', { timeout: 90_000 }, async (width, scheme) => {
    await withPage(width, scheme, async (page) => {
      await page.goto(`${running.origin}/`);
      await page.waitForFunction(`${FILLED}.length === ${NAMES.length}`);
      expect(await page.evaluate(FILLED)).toEqual(NAMES);
      const heads = `[...document.querySelectorAll('[data-destination=to_postgres] th')].map((th) => th.textContent)`;
      expect(await page.evaluate(heads)).toEqual(['store', 'minute_start', 'orders', 'revenue']);
      expect(await page.evaluate(`document.querySelector('#places .note.bad')?.textContent ?? null`)).toBeNull();

      await page.waitForFunction(`document.querySelectorAll('#aside tbody tr').length > 1`);
      const aside = await page.evaluate<string[][]>(
        `[...document.querySelectorAll('#aside tbody tr')].filter((r) => r.offsetHeight > 0).map((r) => ['door', 'rule', 'why', 'state'].map((n) => r.querySelector('[data-name=' + n + ']').textContent))`,
      );
      expect(aside).toContainEqual(['rejected', 'schema.mismatch', '/data/total must be number', 'open']);
      expect(aside.some(([door, rule]) => door === 'late' && rule?.startsWith('late '))).toBe(true);

      expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
      expect(await page.evaluate(CUT)).toEqual([]);
      const { PAGE_PICTURES: pictures } = process.env;
      if (pictures) await page.screenshot({ path: join(pictures, `${width}-${scheme}.png`), fullPage: true });
    });
  });

  test('a table that was scrolled stays so when new rows come', { timeout: 90_000 }, async () => {
    await withPage(250, 'light', async (page) => {
      await page.goto(`${running.origin}/`);
      await page.waitForFunction(`${FILLED}.includes('to_postgres')`);
      await page.evaluate(`document.querySelector('[data-destination=to_postgres] .scroll').scrollLeft = 40`);
      const seconds = `document.querySelector('#status').textContent`;
      const before = await page.evaluate<string>(seconds);
      await page.waitForFunction(`${seconds} !== ${JSON.stringify(before)}`);
      expect(await page.evaluate(`document.querySelector('[data-destination=to_postgres] .scroll').scrollLeft`)).toBe(
        40,
      );
    });
  });

  test('has no link to the shop, whose events it would refuse', async () => {
    expect(await (await fetch(`${running.origin}/`)).text()).not.toContain('href="shop"');
  });
});

describe('the picture of the CloudWatch dashboard', () => {
  const html = dashboardPicture(dashboardBody(prod, ['an alarm']), 'millrace prod');
  test.each([
    [1400, 'light'],
    [1900, 'dark'],
  ])(
    'is whole at %i pixels, %s: a row for each function, no box over another, no name cut off',
    async (width, scheme) => {
      await withPage(width, scheme, async (page) => {
        await page.setContent(html);
        const rows = await page.evaluate<string[]>(`[...document.querySelectorAll('h2')].map((h) => h.textContent)`);
        expect(rows).toEqual(
          expect.arrayContaining(prod.subjects.filter((s) => s.of === 'function').map((s) => s.name)),
        );
        const over = await page.evaluate<string[]>(`(() => {
        const boxes = [...document.querySelectorAll('section')].map((s) => [s.textContent.slice(0, 40), s.getBoundingClientRect()]);
        return boxes.flatMap(([a, r], i) => boxes.slice(i + 1).filter(([, q]) => r.left < q.right && q.left < r.right && r.top < q.bottom && q.top < r.bottom).map(([b]) => a + ' over ' + b));
      })()`);
        expect(over).toEqual([]);
        expect(await page.evaluate(CUT)).toEqual([]);
        const tall = `[...document.querySelectorAll('section')].filter((s) => s.scrollHeight > s.clientHeight + 1).map((s) => s.textContent.slice(0, 60))`;
        expect(await page.evaluate(tall), 'a legend is longer than its box').toEqual([]);
      });
    },
  );
});
