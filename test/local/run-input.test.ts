import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CLICK_ARRIVAL, clickOf } from '../../bench/click.ts';
import { clickTypes } from '../../bench/validate-peer.ts';
import { CallError } from '../../local/cli/call-error.ts';
import { type InputEvent, inputEvents, inputFiles, merged } from '../../local/run/input.ts';
import { endOfInput, load } from '../../local/run/load.ts';
import { readLines } from '../../local/run/read-lines.ts';
import { unpackRecord } from '../../shared/event/unpack.ts';
import { MemoryLog } from '../../shared/memory/log.ts';
import type { CompiledPipeline } from '../../shared/pipeline.ts';
import type { TablePlan } from '../../shared/query/plan.ts';
import { minutes } from '../../shared/time.ts';

const at = (iso: string) => Date.parse(`2026-01-05T${iso}Z`);
const NOW = at('12:00:00');

const table = (name: string, types: readonly string[]): TablePlan => ({
  name,
  at: { file: 'tables.sql', line: 1, col: 1 },
  columns: [],
  watermark: { column: 'at', delay: 5_000 },
  primaryKey: [],
  connector: 'kinesis',
  types,
  ahead: minutes(5),
  lateness: 0,
  options: {},
});
const type = (name: string) => ({ type: name, check: () => null, time: ['at'], id: null, key: ['who'] });
const pipeline: CompiledPipeline = {
  plan: {
    version: 2,
    functions: [],
    tables: [table('orders', ['order.v1']), table('both', ['order.v1', 'visit.v1'])],
    queries: [],
  },
  types: { 'order.v1': type('order.v1'), 'visit.v1': type('visit.v1') },
  enrichments: [],
  sources: [],
  references: {},
};

const collect = async <T>(from: AsyncIterable<T>): Promise<T[]> => {
  const all: T[] = [];
  for await (const one of from) all.push(one);
  return all;
};

let dir = '';
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'millrace-input-'));
});
afterAll(() => rmSync(dir, { recursive: true }));
const file = (name: string, content: string | Uint8Array): string => {
  const path = join(dir, name);
  writeFileSync(path, content);
  return path;
};
const linesOf = async (path: string) => (await collect(readLines(path))).map(String);

describe('lines', () => {
  test.each([
    ['LF', 'a\nb\n', ['a', 'b']],
    ['CRLF', 'a\r\nb', ['a', 'b']],
    ['empty lines are left out', '\n\na\n\n', ['a']],
    ['none', '', []],
  ])('%s', async (name, text, lines) => {
    expect(await linesOf(file(name, text))).toEqual(lines);
  });

  test('gzip is told by its content, not by the name', async () => {
    expect(await linesOf(file('packed.ndjson', gzipSync('a\nb\n')))).toEqual(['a', 'b']);
  });

  test('a line longer than the reader’s buffer is whole, and bytes that are no UTF-8 stay', async () => {
    const long = Buffer.concat([Buffer.alloc(700_000, 'x'), Buffer.from([0xff, 0xfe])]);
    const [first, second] = await collect(readLines(file('long', Buffer.concat([long, Buffer.from('\nb')]))));
    expect(first?.equals(long)).toBe(true);
    expect(String(second)).toBe('b');
  });

  test('broken gzip is an error that names the file, not an end', async () => {
    const path = file('broken.gz', gzipSync('a\n'.repeat(1000)).subarray(0, 20));
    await expect(linesOf(path)).rejects.toThrow(`--input ${path} cannot be read to its end`);
    await expect(linesOf(path)).rejects.toThrow(CallError);
  });

  test.each([
    ['plain', Buffer.from('a\nb\n')],
    ['packed', gzipSync('a\nb\n')],
    ['of one byte', Buffer.from('a')],
  ])('a pipe is read as a file is: %s', async (name, bytes) => {
    const pipe = join(dir, `pipe-${name}`);
    execFileSync('mkfifo', [pipe]);
    const wrote = writeFile(pipe, bytes);
    expect(await linesOf(pipe)).toEqual(bytes.length === 1 ? ['a'] : ['a', 'b']);
    await wrote;
  });
});

describe('--input', () => {
  test('TABLE=FILE names the type of plain lines', () => {
    const path = file('orders.ndjson', '');
    expect(inputFiles([`orders=${path}`, path], pipeline)).toEqual([
      { path, table: 'orders', type: 'order.v1' },
      { path, table: null, type: null },
    ]);
  });

  test('a folder, and standard input twice, are named', () => {
    expect(() => inputFiles([`orders=${dir}`], pipeline)).toThrow(`--input orders=${dir}: a folder; name its files`);
    expect(() => inputFiles(['-', 'orders=/dev/stdin'], pipeline)).toThrow('standard input is named twice');
  });

  test('all mistakes come in one message', () => {
    const path = file('orders.ndjson', '');
    const call = () => inputFiles(['nowhere', `oders=${path}`, `both=${path}`], pipeline);
    expect(call).toThrow(CallError);
    expect(call).toThrow(
      /nowhere: no such file\n.*unknown table "oders"; did you mean "orders"\?.*\n.*need a table of one type/,
    );
  });
});

test('plain lines of a file without a table are counted', async () => {
  const path = file('plain', '{"who":"ann"}\n{"specversion":"1.0"}\nno json\n[1]\n{"who":"bob"}\n');
  const tally = { untyped: 0 };
  await collect(inputEvents({ path, table: null, type: null }, pipeline, NOW, tally));
  expect(tally).toEqual({ untyped: 2 });
});

const order = (time: string, who = 'ann') => JSON.stringify({ who, at: `2026-01-05T${time}Z` });
const read = async (lines: readonly string[], as: 'order.v1' | null = 'order.v1') => {
  const path = file(`in-${Math.random()}`, lines.join('\n'));
  return collect(inputEvents({ path, table: 'orders', type: as }, pipeline, NOW));
};

describe('a line', () => {
  test('of plain JSON is wrapped with its table’s type, its number as it was written', async () => {
    const [event] = await read(['{"who":"ann","at":"2026-01-05T09:00:00Z","n":1.10}']);
    expect(String(event?.bytes)).toBe(
      '{"plain":1,"type":"order.v1","source":"/tables/orders","data":{"who":"ann","at":"2026-01-05T09:00:00Z","n":1.10}}',
    );
    expect(event).toMatchObject({ key: 'ann', time: at('09:00:00') });
  });

  test('with a CloudEvent goes as it is', async () => {
    const line = `{"specversion":"1.0","id":"1","source":"/s","type":"order.v1","data":${order('09:00:00')}}`;
    const [event] = await read([line], null);
    expect(String(event?.bytes)).toBe(line);
    expect(event?.time).toBe(at('09:00:00'));
  });

  test.each([
    ['that is no JSON', 'GET /index.html'],
    ['of plain JSON without a table', order('09:00:00')],
    ['beyond now + ahead', order('12:05:00.001')],
  ])('%s moves nothing', async (what, line) => {
    const [event] = await read([line], what.includes('without') ? null : 'order.v1');
    expect(event?.time).toBeNull();
    if (!what.includes('beyond')) expect(String(event?.bytes)).toBe(line);
  });

  test('without a time of its own takes its arrival', async () => {
    expect((await read(['{"who":"ann"}']))[0]?.time).toBe('arrival');
  });
});

test('files side by side come in the order of time, each in its own order', async () => {
  const one = await read([order('09:00:00', 'a1'), order('09:10:00', 'a2'), order('09:02:00', 'a3')]);
  const two = await read([order('09:01:00', 'b1'), order('09:05:00', 'b2'), order('09:20:00', 'b3')]);
  const gen = async function* (events: readonly InputEvent[]) {
    yield* events;
  };
  const keys = (await collect(merged([gen(one), gen(two)]))).map((e) => e.key);
  expect(keys).toEqual(['a1', 'b1', 'b2', 'a2', 'a3', 'b3']);
});

describe('on raw', () => {
  const stream = async (lines: readonly string[], shards = 1) => {
    const raw = new MemoryLog('raw', { shards });
    const events = await read(lines);
    const loaded = await load(
      raw,
      (async function* () {
        yield* events;
      })(),
      NOW,
    );
    const records = raw.shards().flatMap((s) => raw.read(s.id, null).records);
    return { raw, loaded, records };
  };

  test('the arrival is the greatest event time so far, never beyond now', async () => {
    expect((await stream([order('09:00:00'), order('09:10:00'), order('09:05:00')])).loaded.arrival).toBe(
      at('09:10:00'),
    );
    expect((await stream([order('12:03:00')])).loaded.arrival).toBe(NOW);
    expect((await stream([order('09:00:00'), order('23:00:00')])).loaded.arrival).toBe(at('09:00:00'));
  });

  test('an event without a time has the arrival of its place, whatever is aggregated', async () => {
    const { records } = await stream([
      '{"who":"x"}',
      order('09:00:00'),
      '{"who":"x"}',
      order('09:10:00'),
      '{"who":"x"}',
    ]);
    const arrivals = records.flatMap((r) => {
      const unpacked = unpackRecord(r.data, r.partitionKey);
      return unpacked.ok ? unpacked.records.filter((u) => !String(u.bytes).includes('"at"')).map(() => r.arrival) : [];
    });
    expect(arrivals).toEqual([at('09:00:00'), at('09:00:00'), at('09:10:00')]);
  });

  test('events are aggregated, in order, in the shard of their key', async () => {
    const lines = Array.from({ length: 2_500 }, (_, i) => order(`09:00:0${i % 10}`, `k${i % 40}`));
    for (const shards of [1, 4]) {
      const { records } = await stream(lines, shards);
      expect(records.length).toBeLessThanOrEqual(shards * 3);
      const seen = records.flatMap((r) => {
        const unpacked = unpackRecord(r.data, r.partitionKey);
        return unpacked.ok ? unpacked.records : [];
      });
      expect(seen).toHaveLength(2_500);
    }
  });

  test('a line too large for any record is set aside', async () => {
    const { loaded, records } = await stream([
      JSON.stringify({ who: 'a', text: 'x'.repeat(1_048_577) }),
      order('09:00:00'),
    ]);
    expect(loaded.refused.map((t) => t.line)).toEqual([1]);
    expect(records).toHaveLength(1);
  });

  test('at the end every open shard has two ticks, the last beyond all windows', async () => {
    const { raw } = await stream([order('09:00:00')], 2);
    endOfInput(raw, at('09:00:00'), 9_000_000_000_000);
    for (const shard of raw.shards()) {
      const ticks = raw.read(shard.id, null).records.filter((r) => r.data.length === 0);
      expect(ticks.map((t) => t.arrival)).toEqual([at('09:00:00'), 9_000_000_000_000]);
    }
  });
});

test('an event that passes with its own bytes is read by its few fields: its key and time are those of a parse', async () => {
  const types = await clickTypes();
  const plain = Object.fromEntries(Object.entries(types).map(([name, { scan: _, ...rest }]) => [name, rest]));
  const click = clickOf(7);
  const lines = [
    click,
    { ...click, partitionkey: 'own' },
    { ...click, subject: 'a page' },
    { ...click, subject: 'ein "Wort" \\u00fc' },
    { ...click, id: 'ü𝄞' },
    { ...click, time: 'no time' },
    { ...click, time: '2036-03-01T12:00:00.000Z' },
    { ...click, data: { ...click.data, campaign: 7 } },
    { ...click, data: { ...click.data, visitor: 'v "x"' } },
    { ...click, type: 'other.v1' },
    { specversion: '1.0' },
    { plain: true },
  ].map((e) => JSON.stringify(e));
  const path = file('clicks.ndjson', [...lines, '"specversion"', '{"specversion":'].join('\n'));
  const read = (of: CompiledPipeline['types']) =>
    collect(inputEvents({ path, table: null, type: null }, { ...pipeline, types: of }, CLICK_ARRIVAL));
  const fast = await read(types);
  expect(fast).toEqual(await read(plain));
  expect(fast.slice(0, 3).map((e) => e.key)).not.toContain(undefined);
});
