import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import type { Json } from '../../shared/event/cloud-event.ts';
import { adapted, dataOf, source } from './given.ts';
import { COMBINED, COMMON } from './samples.ts';

const agent = (more: Parameters<typeof source>[1]) => source('agent', more);

describe('plain lines', () => {
  const plain = agent({ format: 'plain', name: 'app-log' });
  test('one line, with its line end, is one plain event', () => {
    const event = { plain: 1, type: 'it.v1', source: '/lines/app-log', data: { line: 'hello' } };
    expect(adapted('hello\n', plain)).toEqual([event]);
  });
  test('several lines of one record, and no event for an empty one', () => {
    expect(dataOf('a\r\n\n b \n', plain)).toEqual([{ line: 'a' }, { line: ' b ' }]);
    expect(adapted('\n', plain)).toEqual([]);
  });
  test('bytes that are no text are refused', () => {
    expect(adapted(Buffer.from([0xff, 0x41]), plain)).toEqual([
      'body.not-utf8: the lines of it are UTF-8'.replace('it', 'app-log'),
    ]);
  });
});

describe('CSV', () => {
  const csv = agent({
    format: 'csv',
    columns: [
      { name: 'at', type: 'text' },
      { name: 'n', type: 'integer' },
      { name: 'price', type: 'number' },
      { name: 'ok', type: 'boolean' },
    ],
  });
  test.each<[string, string, Json]>([
    ['a row', 'x,1,2.5,true', { at: 'x', n: 1, price: 2.5, ok: true }],
    [
      'quotes, doubled ones, delimiters and line breaks inside',
      '"a ""b"", c\nd",1,1,no',
      { at: 'a "b", c\nd', n: 1, price: 1, ok: false },
    ],
    ['empty cells are left out', ',,,', {}],
    ['a quoted empty text is one', '"",1,,', { at: '', n: 1 }],
    ['an integer beyond a double keeps its digits', 'x,9007199254740993,,', { at: 'x', n: 9007199254740993n }],
    ['CRLF', 'x,1,,\r\n', { at: 'x', n: 1 }],
    ['spaces around numbers', 'x, 1 ,1e2,T', { at: 'x', n: 1, price: 100, ok: true }],
  ])('%s', (_, row, data) => {
    expect(dataOf(row, csv)).toEqual([data]);
  });
  test('the header is no event, alone or before its rows', () => {
    expect(adapted('at,n,price,ok\n', csv)).toEqual([]);
    expect(dataOf('\ufeffat,n,price,ok\nx,1,,\n', csv)).toEqual([{ at: 'x', n: 1 }]);
  });
  test.each<[string, string, string]>([
    ['too few cells', 'x,1', '2 cells, but 4 columns: at, n, price, ok'],
    ['too many', 'x,1,2,true,5', '5 cells, but 4 columns'],
    ['another type', 'x,one,2,true', 'column n is "one", no integer'],
    ['a fraction for an integer', 'x,1.5,2,true', 'column n is "1.5", no integer'],
    ['no number', 'x,1,0x10,true', 'column price is "0x10", no number'],
    ['no boolean', 'x,1,2,maybe', 'column ok is "maybe", no boolean'],
    ['an open quote', '"x,1,2,true', 'a quote is never closed'],
    ['a quote inside', 'x"y,1,2,true', 'a quote stands inside a cell that does not begin with one'],
    ['text behind a quote', '"x"y,1,2,true', 'a cell goes on behind its closing quote'],
  ])('%s: the row alone is refused', (_, row, cause) => {
    const shown = adapted(`${row}\nx,1,2,true`, csv);
    expect(shown[0]).toContain(`event.not-an-event: not a row of these columns: ${cause}`);
    expect(shown[1]).toMatchObject({ data: { at: 'x' } });
  });
  test('another delimiter', () => {
    expect(dataOf('a,b;2;;', { ...csv, delimiter: ';' })).toEqual([{ at: 'a,b', n: 2 }]);
    expect(dataOf('a\t2\t\t\r\n', { ...csv, delimiter: '\t' })).toEqual([{ at: 'a', n: 2 }]);
  });
});

describe('Apache', () => {
  const common = agent({ format: 'apache-common' });
  const combined = agent({ format: 'apache-combined' });
  const data = {
    host: '203.0.113.9',
    user: 'ada',
    time: '2026-01-05T09:00:00.000Z',
    request: 'GET /cart?a=%22 HTTP/1.1',
    method: 'GET',
    path: '/cart?a=%22',
    protocol: 'HTTP/1.1',
    status: 200,
    bytes: 512,
  };
  test('common and combined', () => {
    expect(dataOf(COMMON, common)).toEqual([data]);
    expect(dataOf(COMBINED, combined)).toEqual([{ ...data, referer: 'https://shop.example/', agent: 'curl/8.5 "x"' }]);
  });
  test.each<[string, string, Json]>([
    ['no bytes', 'h - - [05/Jan/2026:10:00:00 +0000] "GET / HTTP/1.0" 304 -', { host: 'h', status: 304, bytes: 0 }],
    ['a user with spaces', 'h - a b [05/Jan/2026:10:00:00 +0000] "GET / HTTP/1.0" 200 1', { user: 'a b' }],
    ['HTTP/0.9', 'h - - [05/Jan/2026:10:00:00 +0000] "GET /" 200 1', { method: 'GET', path: '/' }],
    [
      'bytes of TLS sent to a plain port',
      'h - - [05/Jan/2026:10:00:00 +0000] "\\x16\\x03" 400 1',
      { request: '\x16\x03' },
    ],
  ])('%s', (_, line, part) => {
    expect(dataOf(line, common)).toEqual([expect.objectContaining(part as object)]);
  });
  test.each<[string, string, string]>([
    [
      'a line of another format',
      COMBINED,
      'not Apache common: the line does not have the form host ident user [time] "request" status bytes; it reads as apache-combined',
    ],
    ['a day that is not', COMMON.replace('05/Jan', '32/Jan'), 'the time is "32/Jan/2026:10:00:00 +0100"'],
    ['half a line', COMMON.slice(0, 40), 'the line does not have the form'],
    ['a line that never ends', `h - ${' ['.repeat(40_000)}`, 'characters; at most 65536 may be'],
  ])('%s is refused', (_, line, cause) => {
    expect(adapted(line, common)).toEqual([expect.stringContaining(cause)]);
  });

  const file = resolve(import.meta.dirname, '../../../shared/data/apache_logs.log.gz');
  test.skipIf(!existsSync(file))('ten thousand real lines: all but the one that is broken', () => {
    const lines = gunzipSync(readFileSync(file)).toString().trimEnd().split('\n');
    const refused = lines.flatMap((line) => adapted(line, combined)).filter((shown) => typeof shown === 'string');
    expect([lines.length, refused.length]).toEqual([10_000, 1]);
  });
});

describe('JSON lines', () => {
  const json = agent({ format: 'json' });
  test('each object is the data of a plain event; events go on as they are', () => {
    const event = { specversion: '1.0', id: '1', source: '/s', type: 't' };
    expect(adapted(`{"a":1}\n${JSON.stringify(event)}\n`, json)).toEqual([
      { plain: 1, type: 'it.v1', source: '/lines/it', data: { a: 1 } },
      event,
    ]);
  });
  test.each([
    ['no JSON', '{a:1}', 'event.not-an-event: the line is no JSON: '],
    ['no object', '[1]', 'event.not-an-event: the line is JSON, but no object'],
  ])('%s: the line alone is refused', (_, line, message) => {
    const shown = adapted(`${line}\n{"a":1}`, json);
    expect(shown[0]).toContain(message);
    expect(shown[1]).toMatchObject({ data: { a: 1 } });
  });
});
