import { describe, expect, test } from 'vitest';
import { agentLookup } from '../../shared/enrich/agent.ts';
import { loadReference, referenceLookup } from '../../shared/enrich/reference.ts';
import { MAX_EVENT_BYTES } from '../../shared/event/limits.ts';
import { packGroup } from '../../shared/lanes/block.ts';
import { memoryStream } from '../../shared/memory/stream.ts';
import type { Enrichment } from '../../shared/pipeline.ts';
import { enrich } from '../../shared/steps/enrich.ts';
import { hours } from '../../shared/time.ts';
import {
  atEveryCall,
  batchesOf,
  countedOn,
  dataOf,
  deliver,
  event,
  eventsOn,
  GROUPS,
  itemsOn,
  linesUnder,
  marks,
  newLog,
  newPorts,
  noWait,
  plenty,
  positionOf,
  RUN,
  send,
  textOf,
} from './stage-given.ts';

const product: Enrichment = {
  kind: 'reference',
  name: 'product',
  on: ['order'],
  table: 'products',
  key: ['sku'],
  as: 'product',
  ttl: hours(1),
};
const pure = (name: string, apply: (data: Record<string, unknown>) => unknown, as = name): Enrichment => ({
  kind: 'pure',
  name,
  on: ['order'],
  as,
  apply,
});

const stage = async (enrichments: readonly Enrichment[], items: Parameters<typeof send>[1]) => {
  const ports = newPorts();
  const validated = newLog('validated');
  const enriched = newLog('enriched', 2);
  await loadReference(
    ports.table,
    'products',
    ['sku', 'name'],
    [
      ['mug-01', 'Enamel mug'],
      ['pen-01', 'Pen'],
    ],
  );
  await send(validated, items);
  const step = (wrap: <T extends object>(port: T) => T = (port) => port) =>
    enrich({
      from: wrap(memoryStream(validated)),
      to: wrap(memoryStream(enriched)),
      table: wrap(ports.table),
      rejected: wrap(ports.bucket),
      clock: ports.clock,
      run: RUN,
      groups: GROUPS,
      patience: noWait,
      enrichments,
      lookups: {
        geo: (ip) => (ip === '81.2.69.142' ? { country: 'GB' } : null),
        agent: agentLookup(),
        reference: referenceLookup({
          table: wrap(ports.table),
          clock: ports.clock,
          columns: { products: ['sku', 'name'] },
        }),
      },
    });
  return { ...ports, validated, enriched, step, rejected: () => linesUnder(ports.bucket, 'rejected/') };
};

/** What one event becomes; undefined when it does not pass. */
const passed = async (enrichments: readonly Enrichment[], data: Parameters<typeof event>[2]) => {
  const s = await stage(enrichments, [event(1, 'order', data)]);
  await deliver(s.step, batchesOf(s.validated, 10));
  const out = eventsOn(s.enriched);
  return out[0] ? { data: dataOf(out[0]), text: textOf(out[0]) } : (await s.rejected())[0];
};

describe('fields stand under data.<as>', () => {
  test('a reference row by its key, null where there is none', async () => {
    expect(await passed([product], { sku: 'mug-01' })).toMatchObject({
      data: { sku: 'mug-01', product: { sku: 'mug-01', name: 'Enamel mug' } },
    });
    expect(await passed([product], { sku: 'gone' })).toMatchObject({ data: { sku: 'gone', product: null } });
    expect(await passed([product], {})).toMatchObject({ data: { product: null } });
    expect(await passed([product], { sku: ['mug-01'] })).toMatchObject({ data: { product: null } });
  });

  test('keys that no table can hold find nothing, and stop nothing', async () => {
    expect(await passed([product], { sku: 'x'.repeat(5_000) })).toMatchObject({ data: { product: null } });
    expect(await passed([product], '{"sku":"\\ud800"}')).toMatchObject({ data: { product: null } });
    expect(await passed([product], { sku: '' })).toMatchObject({ data: { product: null } });
  });

  test('geo and agent', async () => {
    const both: readonly Enrichment[] = [
      { kind: 'geo', name: 'place', on: ['order'], ip: ['client', 'ip'], as: 'place' },
      { kind: 'agent', name: 'browser', on: ['order'], agent: ['agent'], as: 'browser' },
    ];
    const firefox = 'Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0';
    expect(await passed(both, { client: { ip: '81.2.69.142' }, agent: firefox })).toMatchObject({
      data: {
        place: { country: 'GB' },
        browser: { browser: 'Firefox', browser_version: '128.0', os: 'Linux', device: 'desktop' },
      },
    });
    expect(await passed(both, { client: 'x', agent: 7 })).toMatchObject({ data: { place: null, browser: null } });
  });

  test('a later enrichment sees what an earlier one added', async () => {
    const sku = pure('sku', (d) => `${String(d.article)}-01`);
    const label = pure('label', (d) => (d.product as { name: string }).name.toUpperCase());
    expect(await passed([sku, product, label], { article: 'pen' })).toMatchObject({
      data: { article: 'pen', sku: 'pen-01', product: { name: 'Pen' }, label: 'PEN' },
    });
  });

  test('undefined adds nothing, and the event passes as its own bytes', async () => {
    const came = event(1, 'order', '{ "total" : 1.10 }');
    expect(await passed([pure('nothing', () => undefined)], '{ "total" : 1.10 }')).toMatchObject({
      text: textOf(came),
    });
  });

  test('numbers keep every digit', async () => {
    const digits = '{"id":12345678901234567890,"rate":0.1234567890123456789,"total":9.90';
    const seen: unknown[] = [];
    const basket = pure('basket', (d) => {
      seen.push(d.id);
      return 'small';
    });
    expect(await passed([basket], `${digits}}`)).toMatchObject({
      text: expect.stringContaining(`"data":${digits},"basket":"small"}`),
    });
    expect(seen).toEqual([12345678901234567890n]);
    expect(await passed([pure('next', (d) => (d.id as bigint) + 1n)], `${digits}}`)).toMatchObject({
      text: expect.stringContaining('"next":12345678901234567891}'),
    });
  });

  test('a field of that name is replaced', async () => {
    expect(await passed([pure('basket', () => 2)], '{"basket":1,"n":12345678901234567890}')).toMatchObject({
      text: expect.stringContaining('"data":{"basket":2,"n":12345678901234567890}}'),
    });
  });

  test('hostile shapes of an event', async () => {
    const basket = [pure('basket', () => 1)];
    expect(await passed(basket, '{"__proto__":{"x":1},"constructor":2}')).toMatchObject({
      text: expect.stringContaining('"data":{"__proto__":{"x":1},"constructor":2,"basket":1}'),
    });
    expect(await passed(basket, '{}')).toMatchObject({ text: expect.stringContaining('"data":{"basket":1}') });
    expect(await passed(basket, ' { "a" : "}]\\"" } ')).toMatchObject({ data: { a: '}]"', basket: 1 } });
    expect(await passed(basket, '"text"')).toMatchObject({ data: 'text' });
    expect(await passed(basket, '[1]')).toMatchObject({ data: [1] });
    expect(await passed(basket, '{"a":1},"\\u0078":2')).toMatchObject({ data: { a: 1, basket: 1 } });
    expect(await passed(basket, '{"a":1},"data":{"b":2}')).toMatchObject({ data: { b: 2, basket: 1 } });
    expect(await passed([pure('__proto__', () => ({ polluted: 1 }))], '{"a":1}')).toMatchObject({
      text: expect.stringContaining('"data":{"a":1,"__proto__":{"polluted":1}}'),
    });
    expect(await passed(basket, '{"a":}')).toMatchObject({ rule: 'body.not-json' });
  });
});

describe('the user’s functions', () => {
  const refusals: readonly [string, () => unknown, string][] = [
    [
      'throws',
      () => {
        throw new Error('no total');
      },
      'enrichment basket: Error: no total',
    ],
    [
      'throws a text',
      () => {
        throw 'no';
      },
      'enrichment basket: no',
    ],
    [
      'throws a symbol-like thing',
      () => {
        throw {
          toString() {
            throw new Error('worse');
          },
        };
      },
      'enrichment basket: it threw something without a text',
    ],
    [
      'answers a promise',
      () => Promise.resolve(1),
      'enrichment basket: TypeError: it answered a promise; a pure function answers at once',
    ],
    ['answers a function', () => () => 1, 'enrichment basket: TypeError: it answered a function'],
  ];
  test.each(refusals)('one that %s rejects its event, by name', async (_what, apply, cause) => {
    expect(await passed([pure('basket', apply)], { total: 1 })).toMatchObject({
      door: 'rejected',
      stage: 'enrich',
      rule: 'enrichment.threw',
      field: '/data/basket',
      cause,
    });
  });

  test('a circle, and nesting beyond the bound, are refused', async () => {
    const circle: Record<string, unknown> = {};
    circle.self = circle;
    let deep: unknown = 1;
    for (let i = 0; i < 100; i++) deep = [deep];
    expect(await passed([pure('c', () => circle)], {})).toMatchObject({ rule: 'enrichment.threw' });
    expect(await passed([pure('d', () => deep)], {})).toMatchObject({ rule: 'enrichment.threw' });
  });

  test('one that changes its argument is refused', async () => {
    expect(
      await passed(
        [
          pure('c', (d) => {
            d.total = 2;
            return 1;
          }),
        ],
        { total: 1 },
      ),
    ).toMatchObject({ rule: 'enrichment.threw' });
  });

  test('a rejected event is asked nothing more, its neighbours pass', async () => {
    const asked: unknown[] = [];
    const s = await stage(
      [
        pure('odd', (d) => {
          if (d.n === 2) throw new Error('two');
          return true;
        }),
        pure('after', (d) => {
          asked.push(d.n);
          return undefined;
        }),
      ],
      [1, 2, 3].map((n) => event(n, 'order', { n }, { key: 'k' })),
    );
    await deliver(s.step, batchesOf(s.validated, 10));
    expect(eventsOn(s.enriched).map(dataOf)).toEqual([
      { n: 1, odd: true },
      { n: 3, odd: true },
    ]);
    expect(asked).toEqual([1, 3]);
    expect((await s.rejected()).map((r) => r.payload)).toEqual([textOf(event(2, 'order', { n: 2 }, { key: 'k' }))]);
  });
});

test('an event that grows beyond a record is rejected, whole', async () => {
  const filler = 'x'.repeat(MAX_EVENT_BYTES - 200);
  expect(await passed([pure('more', () => 'y'.repeat(500))], { filler })).toMatchObject({
    rule: 'body.too-large',
    stage: 'enrich',
  });
  expect(await passed([pure('more', () => 'y')], { filler })).toMatchObject({ data: { more: 'y' } });
});

test('events of other types, marks and ends pass untouched and in place', async () => {
  const items = [
    event(1, 'page_view', '{ "a": 1 }', { key: 'k' }),
    ...marks(1),
    { kind: 'end', lane: 'shardId-000000000009/1', next: ['shardId-000000000010/1'] } as const,
    event(2, 'order', { sku: 'pen-01' }, { key: 'k' }),
    ...marks(2),
  ];
  const s = await stage([product], items);
  await deliver(s.step, batchesOf(s.validated, 1));
  const sorted = (list: readonly unknown[]) => list.map((i) => JSON.stringify(i)).sort();
  const others = (list: ReturnType<typeof itemsOn>) =>
    list.filter((i) => i.kind !== 'event' || !textOf(i).includes('"order"'));
  expect(sorted(others(itemsOn(s.enriched)))).toEqual(sorted(others(itemsOn(s.validated))));
  expect(dataOf(eventsOn(s.enriched).at(-1)!)).toMatchObject({ product: { name: 'Pen' } });
});

test('a record that no function of ours wrote is kept aside, and the shard moves on', async () => {
  const s = await stage([product], [event(1, 'order', { sku: 'mug-01' })]);
  s.validated.put({ partitionKey: 'x', data: Buffer.from('hello') });
  s.validated.put({ partitionKey: 'x', data: packGroup([event(3, 'order', '{"sku":', {})], '0')[0]! });
  await send(s.validated, [event(4, 'order', { sku: 'pen-01' })]);
  await deliver(s.step, batchesOf(s.validated, 10));
  expect(eventsOn(s.enriched)).toHaveLength(2);
  expect((await s.rejected()).map((r) => r.rule).sort()).toEqual(['aggregate.corrupt', 'body.not-json']);
});

test('a look-up whose service is down stops the batch; nothing is rejected', async () => {
  const s = await stage([product], [event(1, 'order', { sku: 'mug-01' })]);
  const step = s.step((port) =>
    'getMany' in port ? { ...port, getMany: () => Promise.reject(new Error('down')) } : port,
  );
  await expect(step(batchesOf(s.validated, 10)[0]!, plenty)).rejects.toThrow('down');
  expect(eventsOn(s.enriched)).toEqual([]);
  expect(s.bucket.keys()).toEqual([]);
});

const many = Array.from({ length: 12 }, (_, i) =>
  event(
    i + 1,
    i % 3 === 0 ? 'page_view' : 'order',
    { n: i, sku: i % 2 === 0 ? 'mug-01' : 'pen-01' },
    { key: `k${i % 5}` },
  ),
);
const sometimes = [
  product,
  pure('odd', (d) => {
    if (d.n === 7) throw new Error('seven');
    return Number(d.n) % 2;
  }),
];

const wanted = async () => {
  const s = await stage(sometimes, [...many, ...marks(12)]);
  await deliver(s.step, batchesOf(s.validated, 100));
  return countedOn(s.enriched)
    .map((e) => `${positionOf(e)} ${textOf(e)}`)
    .sort();
};

test('every batch twice, and again in other borders: the same events once', async () => {
  const s = await stage(sometimes, []);
  for (let i = 0; i < many.length; i += 3) await send(s.validated, [...many.slice(i, i + 3), ...marks(i + 3)]);
  const twice = [1, 3, 2, 100].flatMap((size) => batchesOf(s.validated, size).flatMap((b) => [b, b]));
  await deliver(s.step, twice);
  expect(
    countedOn(s.enriched)
      .map((e) => `${positionOf(e)} ${textOf(e)}`)
      .sort(),
  ).toEqual(await wanted());
  expect(new Set((await s.rejected()).map((r) => r.position)).size).toBe(1);
});

test('a crash at any call: the same events once', async () => {
  const expected = await wanted();
  const calls = await atEveryCall(async (wrap) => {
    const s = await stage(sometimes, []);
    for (let i = 0; i < many.length; i += 6) await send(s.validated, [...many.slice(i, i + 6), ...marks(i + 6)]);
    await deliver(() => s.step(wrap), batchesOf(s.validated, 4));
    expect(
      countedOn(s.enriched)
        .map((e) => `${positionOf(e)} ${textOf(e)}`)
        .sort(),
    ).toEqual(expected);
    expect(new Set((await s.rejected()).map((r) => r.position)).size).toBe(1);
  });
  expect(calls).toBeGreaterThan(5);
});
