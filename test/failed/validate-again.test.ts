import { describe, expect, test } from 'vitest';
import type { RejectedEvent } from '../../shared/event/cloud-event.ts';
import { encodeAggregate } from '../../shared/event/kpl.ts';
import { packGroup, unpackInner } from '../../shared/lanes/block.ts';
import { arrivalPlace, padSeq, position } from '../../shared/lanes/position.ts';
import { manualClock } from '../../shared/memory/clock.ts';
import { memoryObjects } from '../../shared/memory/objects.ts';
import { memoryStream } from '../../shared/memory/stream.ts';
import { memoryTable } from '../../shared/memory/table.ts';
import { judgeOf } from '../../shared/steps/judge.ts';
import { againKey, authorise, envelope, readEnvelope } from '../../shared/steps/resubmit.ts';
import { validate } from '../../shared/steps/validate.ts';
import { hours } from '../../shared/time.ts';
import { AT, event, itemsOn, newLog, noWait, plenty, RAW_SHARD, RUN, recordsOf } from '../steps/stage-given.ts';

const types = {
  'order.v1': {
    type: 'order.v1',
    check: (data: unknown) =>
      typeof (data as { n?: unknown }).n === 'number'
        ? null
        : { field: '/n', cause: 'must be a number', value: (data as { n?: unknown }).n },
    time: ['at'],
    id: null,
    key: null,
  },
};
const plan = { version: 1, tables: [], queries: [], functions: [] } as unknown as Parameters<typeof judgeOf>[0]['plan'];

/** One raw shard, its validate, and what came of it. */
const pipeline = (deduplicate = false) => {
  const [raw, validated] = [newLog('raw'), newLog('validated')];
  const [table, objects] = [memoryTable(), memoryObjects()];
  const make = () =>
    validate({
      raw: memoryStream(raw),
      validated: memoryStream(validated),
      table,
      rejected: objects,
      clock: manualClock(AT),
      run: RUN,
      groups: 4,
      delay: 0,
      sources: deduplicate
        ? [
            {
              name: 'shop',
              adapter: 'http',
              types: [],
              deduplicate: hours(24),
              transport: 0,
              ticks: true,
              producer: 'any',
            },
          ]
        : [],
      judge: judgeOf({ types, plan }),
      patience: noWait,
    });
  let step = make();
  return {
    raw,
    table,
    put: (data: Uint8Array, partitionKey = 'k') => raw.put({ partitionKey, data }),
    /** Everything on raw, again from the start when asked so. */
    run: async (fresh = false) => {
      if (fresh) step = make();
      for (const { shard, records } of recordsOf(raw)) await step({ stream: raw.name, shard, records }, plenty);
    },
    passed: () => {
      const seen = new Map<string, ReturnType<typeof itemsOn>[number]>();
      for (const item of itemsOn(validated)) if (item.kind === 'event') seen.set(position(item.seq, item.index), item);
      return [...seen.values()].flatMap((i) => (i.kind === 'event' ? [i] : []));
    },
    doors: async () => {
      const rows = new Map<string, RejectedEvent>();
      for (const { key } of await objects.list('rejected/'))
        for (const line of Buffer.from((await objects.get(key)) ?? [])
          .toString()
          .split('\n'))
          if (line !== '') {
            const row = JSON.parse(line) as RejectedEvent;
            rows.set(row.position, row);
          }
      return [...rows.values()];
    },
  };
};
const order = (data: object, more: object = {}): Uint8Array =>
  Buffer.from(
    JSON.stringify({
      specversion: '1.0',
      id: 'o-1',
      source: '/shop',
      type: 'order.v1',
      time: new Date(AT).toISOString(),
      ...more,
      data,
    }),
  );
const again = { shard: RAW_SHARD, seq: padSeq('7'), index: 3, arrival: AT - 5_000 };
const key = againKey('validate', undefined, RAW_SHARD, position('7', 3));

test('an event that was put right passes once, with the place where it stood first, whoever sends it again', async () => {
  const p = pipeline();
  const good = order({ n: 1 });
  await authorise(p.table, RUN, { key, payload: good, again });
  p.put(envelope(key, good));
  p.put(envelope(key, good), 'another operator');
  await p.run();
  await p.run(true);
  expect(p.passed().map((e) => e.again)).toEqual([again]);
  expect(await p.doors()).toMatchObject([
    {
      door: 'duplicate',
      rule: 'event.duplicate',
      cause: 'another copy that was sent again came before',
      again: { of: key },
    },
  ]);
});

test('two different repairs of one event: the first that passes is the one', async () => {
  const p = pipeline();
  for (const n of [1, 2]) {
    await authorise(p.table, RUN, { key, payload: order({ n }), again });
    p.put(envelope(key, order({ n })));
  }
  await p.run();
  expect(p.passed()).toHaveLength(1);
  expect(Buffer.from(p.passed()[0]?.bytes ?? []).toString()).toContain('"n":1');
});

test('a repair that is rejected again claims nothing: a better one may follow', async () => {
  const p = pipeline();
  await authorise(p.table, RUN, { key, payload: order({ n: 'x' }), again });
  p.put(envelope(key, order({ n: 'x' })));
  await authorise(p.table, RUN, { key, payload: order({ n: 1 }), again });
  p.put(envelope(key, order({ n: 1 })));
  await p.run();
  expect(p.passed()).toHaveLength(1);
  expect(await p.doors()).toMatchObject([
    {
      door: 'rejected',
      rule: 'schema.mismatch',
      field: '/data/n',
      again: { of: key, shard: RAW_SHARD, position: position('7', 3), arrival: AT - 5_000 },
    },
  ]);
});

test('a plain event keeps the id that its first position gave it, and the time of its first arrival', async () => {
  const p = pipeline();
  const plain = Buffer.from('{"plain":1,"type":"order.v1","source":"/shop","data":{"n":1}}');
  await authorise(p.table, RUN, { key, payload: plain, again });
  p.put(envelope(key, plain));
  await p.run();
  expect(JSON.parse(Buffer.from(p.passed()[0]?.bytes ?? []).toString())).toMatchObject({
    id: `${RAW_SHARD}:7:3`,
    time: new Date(AT - 5_000).toISOString(),
  });
});

test('where ids are told apart, the id that its first position claimed is its own', async () => {
  const p = pipeline(true);
  const { seq } = p.put(order({ n: 'x' }));
  await p.run();
  const first = { shard: RAW_SHARD, seq: padSeq(seq), index: 0, arrival: AT };
  const own = againKey('validate', undefined, RAW_SHARD, position(seq, 0));
  await authorise(p.table, RUN, { key: own, payload: order({ n: 1 }), again: first });
  p.put(envelope(own, order({ n: 1 })));
  p.put(order({ n: 2 }));
  await p.run();
  expect(p.passed().map((e) => e.again)).toEqual([first]);
});

test('it moves no clock: what is on its way is not late because of it', async () => {
  const p = pipeline();
  p.put(order({ n: 1 }, { id: 'a', time: new Date(AT - 60_000).toISOString() }));
  const newer = order({ n: 1 });
  await authorise(p.table, RUN, { key, payload: newer, again });
  p.put(envelope(key, newer));
  await p.run();
  expect((await p.table.get({ pk: `hop#${RUN}#validate/raw#${RAW_SHARD}`, sk: '-' }))?.clock).toBe(AT - 60_000);
});

describe('nobody else can say that an event comes again', () => {
  test.each([
    ['no operator sent it', async () => {}, envelope(key, order({ n: 1 }))],
    [
      'an operator sent other bytes',
      async (p: ReturnType<typeof pipeline>) => authorise(p.table, RUN, { key, payload: order({ n: 2 }), again }),
      envelope(key, order({ n: 1 })),
    ],
    [
      'an operator sent it for another event',
      async (p: ReturnType<typeof pipeline>) =>
        authorise(p.table, RUN, { key: `${key}0`, payload: order({ n: 1 }), again }),
      envelope(key, order({ n: 1 })),
    ],
    [
      'inside an aggregate beside others',
      async (p: ReturnType<typeof pipeline>) => authorise(p.table, RUN, { key, payload: order({ n: 1 }), again }),
      encodeAggregate([
        { partitionKey: 'a', data: envelope(key, order({ n: 1 })) },
        { partitionKey: 'b', data: envelope(key, order({ n: 1 })) },
      ]),
    ],
  ])('%s', async (_, given, data) => {
    const p = pipeline();
    await given(p);
    p.put(data);
    await p.run();
    expect(p.passed()).toEqual([]);
    expect((await p.doors()).map((r) => r.door)).not.toContain('duplicate');
  });

  test.each([
    '{"millrace":"again","of":',
    '{"millrace":"again","of":"k"}',
    '{"millrace":"again","of":7}\n{}',
    '{"millrace":"again","of":"k"x\n{}',
  ])('bytes that only begin so are an event like any other: %s', (text) =>
    expect(readEnvelope([{ index: 0, partitionKey: 'k', bytes: Buffer.from(text) }])).toBeUndefined(),
  );
});

test('the first place travels with the event through the streams inside, each with its own', () => {
  const [a, b, c] = [event(1, 't', {}), event(2, 't', {}), event(3, 't', {})].map((e) => ({ ...e, lane: 's/0' }));
  const items = [a, { ...b, again }, { ...c, again: { ...again, only: 'q-1' } }] as Parameters<typeof packGroup>[0];
  const read = unpackInner(packGroup(items, '0')[0] ?? new Uint8Array());
  expect(read.ok && read.items.map((i) => (i.kind === 'event' ? i.again : null))).toEqual([
    undefined,
    again,
    { ...again, only: 'q-1' },
  ]);
  const [, second] = read.ok ? read.items : [];
  expect(second?.kind === 'event' && arrivalPlace(second)).toMatchObject({
    lane: `${RAW_SHARD}/0`,
    seq: padSeq('7'),
    index: 3,
    arrival: AT - 5_000,
  });
});
