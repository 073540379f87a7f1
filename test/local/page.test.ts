import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { LiveState } from '../../local/page/live-state.ts';
import { pageHtml } from '../../local/page/page.ts';
import { servePage } from '../../local/page/serve-page.ts';

const state: LiveState = {
  aside: [],
  at: 2_000,
  started: 1_000,
  settled: true,
  stages: [],
  history: { at: [], rate: {}, behind: {} },
  rows: [],
  tables: [],
  destinations: [],
  streams: [],
  watched: [],
  paused: null,
  held: [],
};
let origin = '';
let stop = async (): Promise<void> => {};

beforeAll(async () => {
  const page = await servePage(() => state);
  const server = createServer((request, response) => {
    if (!page.answer(request.method ?? '', request.url ?? '', response)) response.writeHead(404).end();
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  stop = async () => {
    page.close();
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
  };
});
afterAll(() => stop());

test('the page is whole: it fetches nothing but its data', async () => {
  const html = await (await fetch(origin)).text();
  expect(html).toContain('<title>Millrace, live</title>');
  expect(html).toContain('.uplot');
  expect(html).not.toMatch(/(?:src|href)=["']?(?:https?:)?\/\//);
  expect(html).not.toMatch(/@import|import\(/);
  expect(html.match(/<\/script/g)).toHaveLength(1);
  expect(html.match(/<\/style/g)).toHaveLength(1);
});

test('names the language, fits a phone, and every chart has a text', async () => {
  const html = await pageHtml();
  expect(html).toContain('<html lang="en">');
  expect(html).toContain('width=device-width');
  for (const [chart] of html.matchAll(/<div[^>]*class="chart"[^>]*>/g))
    expect(chart).toMatch(/role="img".*aria-label="[^"]+"/s);
});

test('a watcher gets the state at once', async () => {
  const response = await fetch(`${origin}/live`);
  expect(response.headers.get('content-type')).toBe('text/event-stream');
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  while (!text.includes('data: ')) text += (await reader?.read())?.value ?? '';
  expect(JSON.parse(text.slice(text.indexOf('data: ') + 6))).toEqual(state);
  await reader?.cancel();
});

test('other paths are not the page’s', async () => {
  expect((await fetch(`${origin}/events`)).status).toBe(404);
});
