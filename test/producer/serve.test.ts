// What `millrace start` serves for pages: the producer's script, the sample shop, and CORS as the HTTP API has it.
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasShop, producerScript, withShop } from '../../local/page/shop.ts';
import { ALLOW_HEADERS, ALLOW_METHODS, corsOf, readOrigins } from '../../local/start/cors.ts';

describe('pages of other servers', () => {
  const cors = corsOf(['http://localhost:3000']);
  let server: Server;
  let url = '';
  beforeAll(async () => {
    server = createServer((request, response) => {
      if (!cors(request, response)) response.writeHead(202).end('{}');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/events`;
  });
  afterAll(() => server.close());
  const ask = (method: string, origin: string) =>
    fetch(url, {
      method,
      headers: { origin, ...(method === 'OPTIONS' && { 'access-control-request-method': 'POST' }) },
    });

  test('that are listed may post', async () => {
    const preflight = await ask('OPTIONS', 'http://localhost:3000');
    expect(preflight.status).toBe(204);
    expect(Object.fromEntries(preflight.headers)).toMatchObject({
      'access-control-allow-origin': 'http://localhost:3000',
      'access-control-allow-methods': 'POST',
      'access-control-allow-headers': ALLOW_HEADERS.join(','),
    });
    const post = await ask('POST', 'http://localhost:3000');
    expect([post.status, post.headers.get('access-control-allow-origin')]).toEqual([202, 'http://localhost:3000']);
  });

  test('that are not listed may not: the browser gets no permission', async () => {
    for (const method of ['OPTIONS', 'POST'])
      expect((await ask(method, 'http://evil.example')).headers.get('access-control-allow-origin')).toBeNull();
  });

  test('get what resources/api.yml gives them on AWS', () => {
    const yml = readFileSync(join(import.meta.dirname, '../../resources/api.yml'), 'utf8');
    expect(/AllowMethods: \[(.*)\]/.exec(yml)?.[1]).toBe(ALLOW_METHODS.join(', '));
    expect(/AllowHeaders: \[(.*)\]/.exec(yml)?.[1]).toBe(ALLOW_HEADERS.join(', '));
  });

  test.each(['shop.example', 'http://shop.example/', 'http://shop.example/a', '*', ''])('"%s" is no origin', (text) => {
    expect(() => readOrigins(text)).toThrow(/is no origin; write http/);
  });
  test('several are parted by commas', () => {
    expect(readOrigins('https://a.example,http://b:8000')).toEqual(['https://a.example', 'http://b:8000']);
  });
});

describe('the sample shop', () => {
  const types = { 'page_view.v1': {}, 'order.v1': {} } as never;
  const get = async (path: string, pipeline: { types: never }, key: string | null) => {
    const pages = await withShop({ answer: () => false, close: () => {} }, pipeline, key);
    const sent: string[] = [];
    const response = { writeHead: () => {}, end: (text: string) => void sent.push(text) } as never;
    return pages.answer('GET', path, response) ? sent[0] : undefined;
  };

  test('is there for its own pipeline alone; the script is there for any', async () => {
    expect(hasShop({ types })).toBe(true);
    expect(await get('/shop', { types }, null)).toContain('A sample shop');
    expect(await get('/shop', { types: {} as never }, null)).toBeUndefined();
    expect(await get('/producer.js', { types: {} as never }, null)).toBe(await producerScript());
    expect(await get('/', { types }, null)).toBeUndefined();
  });

  test('has the key of this start, where one is asked for', async () => {
    expect(await get('/shop', { types }, 'k-1')).toContain('key: "k-1"');
    expect(await get('/shop', { types }, null)).toContain('key: undefined');
  });
});
