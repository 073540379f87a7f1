// Bad input on `raw`: each piece is a rejection with a name, its payload kept; its neighbours pass and the shard moves on.

import { hash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import type { RejectedEvent } from '../../shared/event/cloud-event.ts';
import { encodeAggregate } from '../../shared/event/kpl.ts';
import { MAX_EVENT_BYTES } from '../../shared/event/limits.ts';
import { unpackInner } from '../../shared/lanes/block.ts';
import { manualClock } from '../../shared/memory/clock.ts';
import { MemoryLog } from '../../shared/memory/log.ts';
import { memoryObjects } from '../../shared/memory/objects.ts';
import { memoryStream } from '../../shared/memory/stream.ts';
import { memoryTable } from '../../shared/memory/table.ts';
import type { EventType } from '../../shared/pipeline.ts';
import type { Plan } from '../../shared/query/plan.ts';
import { judgeOf } from '../../shared/steps/judge.ts';
import { validate } from '../../shared/steps/validate.ts';
import { minutes } from '../../shared/time.ts';

const NOW = Date.parse('2026-01-05T09:00:00Z');
const iso = (ms: number) => new Date(ms).toISOString();

const note: EventType = {
  type: 'note.v1',
  check: (data) =>
    typeof (data as { text?: unknown } | null)?.text === 'string'
      ? null
      : { field: '/text', cause: 'must be string', value: (data as { text?: unknown } | null)?.text },
  time: ['at'],
  id: null,
  key: null,
};

const good = (id: string) =>
  Buffer.from(
    JSON.stringify({ specversion: '1.0', id, source: '/t', type: 'note.v1', data: { text: 'hi', at: iso(NOW) } }),
  );
const event = (over: object, data: unknown = { text: 'hi', at: iso(NOW) }) =>
  Buffer.from(JSON.stringify({ specversion: '1.0', id: 'bad', source: '/t', type: 'note.v1', data, ...over }));

const brokenAggregate = (): Buffer => {
  // A right checksum over a record that points at a key that is not there.
  const bytes = Buffer.from(encodeAggregate([{ partitionKey: 'k', data: Buffer.from('x') }]));
  const body = bytes.subarray(4, -16);
  body[body.indexOf(0x1a) + 3] = 9;
  return Buffer.concat([bytes.subarray(0, 4), body, md5(body)]);
};

const md5 = (b: Uint8Array): Buffer => hash('md5', b, 'buffer');

const BAD: readonly (readonly [what: string, bytes: Uint8Array, rule: string])[] = [
  ['malformed JSON', Buffer.from('{"specversion":"1.0",'), 'body.not-json'],
  ['a field of the wrong type', event({}, { text: 7, at: iso(NOW) }), 'schema.mismatch'],
  ['a CloudEvent without an id', event({ id: undefined }), 'event.no-id'],
  ['an event of an unknown type', event({ type: 'nothing.v1' }), 'event.unknown-type'],
  ['a time in the far future', event({}, { text: 'x', at: '2099-01-01T00:00:00Z' }), 'event.future'],
  ['a time just beyond what is allowed', event({}, { text: 'x', at: iso(NOW + minutes(5) + 1) }), 'event.future'],
  ['an ancient time', event({}, { text: 'x', at: -99_999_999_999_999 }), 'event.ancient'],
  ['a time that is none', event({}, { text: 'x', at: 'yesterday' }), 'event.bad-time'],
  ['more than an event may have', event({}, { text: 'x'.repeat(MAX_EVENT_BYTES), at: iso(NOW) }), 'body.too-large'],
  ['deep nesting', Buffer.from(`${'['.repeat(5_000)}${']'.repeat(5_000)}`), 'body.too-deep'],
  ['invalid UTF-8', Uint8Array.of(0x7b, 0x22, 0xc3, 0x28, 0x22, 0x7d), 'body.not-utf8'],
  ['an array', Buffer.from('[1,2]'), 'event.not-an-event'],
  ['text', Buffer.from('GET /index.html 200'), 'body.not-json'],
  ['broken gzip', Buffer.concat([gzipSync('{}').subarray(0, 12), Buffer.from('oops')]), 'body.bad-gzip'],
  ['a gzip bomb', gzipSync(Buffer.alloc(64 * 1_048_576)), 'body.gzip-bomb'],
  ['a broken aggregate', brokenAggregate(), 'aggregate.corrupt'],
  [
    'a key called __proto__ where the schema wants a field',
    Buffer.from(`{"specversion":"1.0","id":"bad","source":"/t","type":"note.v1","data":{"__proto__":{"text":"hi"}}}`),
    'schema.mismatch',
  ],
];

const world = () => {
  const clock = manualClock(NOW);
  const raw = new MemoryLog('raw', { clock });
  const validated = new MemoryLog('validated', { clock });
  const objects = memoryObjects();
  const plan: Plan = { version: 2, functions: [], tables: [], queries: [] };
  const step = validate({
    raw: memoryStream(raw),
    validated: memoryStream(validated),
    table: memoryTable(),
    rejected: objects,
    clock,
    run: '1',
    groups: 4,
    delay: 0,
    sources: [],
    judge: judgeOf({ types: { 'note.v1': note }, plan }),
  });
  const shard = raw.shards()[0]!.id;
  return {
    put: (data: Uint8Array) => raw.put({ partitionKey: 'k', data }),
    play: async () => {
      const { records } = raw.read(shard, null);
      expect(await step({ stream: 'raw', shard, records }, { remainingMs: () => 60_000 })).toMatchObject({
        done: records.length,
      });
    },
    passed: () =>
      validated.read(validated.shards()[0]!.id, null).records.flatMap((r) => {
        const u = unpackInner(r.data);
        return u.ok
          ? u.items.flatMap((i) =>
              i.kind === 'event' ? [JSON.parse(Buffer.from(i.bytes).toString()).id as string] : [],
            )
          : [];
      }),
    rejected: async (): Promise<RejectedEvent[]> => {
      const keys = await objects.list('rejected/');
      const texts = await Promise.all(keys.map(async ({ key }) => Buffer.from((await objects.get(key))!).toString()));
      return texts.flatMap((t) =>
        t
          .split('\n')
          .filter((l) => l !== '')
          .map((l) => JSON.parse(l) as RejectedEvent),
      );
    },
  };
};

const payloadOf = (r: RejectedEvent): Buffer => Buffer.from(r.payload, r.encoding);

describe('on raw', () => {
  test.each(BAD)('%s is rejected alone, by name, with its payload and position', async (_, bytes, rule) => {
    const w = world();
    w.put(good('before'));
    w.put(bytes);
    w.put(good('after'));
    await w.play();
    expect(w.passed()).toEqual(['before', 'after']);
    const [r, ...more] = await w.rejected();
    expect(more).toEqual([]);
    expect(r).toMatchObject({ door: 'rejected', stage: 'validate', rule, shard: 'shardId-000000000000' });
    expect(r!.position).toMatch(/^\d{56}\.\d{5}\.\d{10}$/);
    expect(r!.cause.length).toBeGreaterThan(3);
    expect(payloadOf(r!).equals(bytes)).toBe(true);
  });

  test('all of it inside one KPL aggregate leaves the good events of the same record alone', async () => {
    const inside = BAD.filter(([, bytes, rule]) => bytes.length < 20_000 && rule !== 'body.gzip-bomb');
    const w = world();
    w.put(
      encodeAggregate(
        inside.flatMap(([, data], i) => [
          { partitionKey: `k${i}`, data: good(`g${i}`) },
          { partitionKey: 'b', data },
        ]),
      ),
    );
    await w.play();
    expect(w.passed().sort()).toEqual(inside.map((_, i) => `g${i}`).sort());
    const rules = (await w.rejected()).map((r) => r.rule);
    // An aggregate inside an aggregate is no event.
    expect(rules).toEqual(inside.map(([, , rule]) => (rule === 'aggregate.corrupt' ? 'body.not-utf8' : rule)));
  });

  test('a field of the wrong type is named, with what stood there', async () => {
    const w = world();
    w.put(event({}, { text: 7, at: iso(NOW) }));
    await w.play();
    expect((await w.rejected())[0]).toMatchObject({ field: '/data/text', value: '7', cause: 'must be string' });
  });
});
