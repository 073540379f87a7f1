import { describe, expect, test } from 'vitest';
import type { ReferenceLookup } from '../../shared/enrich/reference.ts';
import type { Json } from '../../shared/event/cloud-event.ts';
import { MAX_EVENT_BYTES } from '../../shared/event/limits.ts';
import type { StampedEvent } from '../../shared/lanes/inner.ts';
import { endOf, position, shardOfLane } from '../../shared/lanes/position.ts';
import { memoryStream } from '../../shared/memory/stream.ts';
import { compileSql } from '../../shared/query/compile.ts';
import type { Expr, Plan } from '../../shared/query/plan.ts';
import type { SqlType } from '../../shared/query/types.ts';
import { childOf, transform } from '../../shared/steps/transform.ts';
import {
  atEveryCall,
  batchesOf,
  countedOn,
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
  positionOf,
  RUN,
  send,
  textOf,
} from './stage-given.ts';

const SOURCES = `
CREATE TABLE orders (
  id STRING, store STRING, total DECIMAL(10, 2), big BIGINT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts
) WITH ('connector' = 'kinesis', 'format' = 'json', 'json.timestamp-format.standard' = 'ISO-8601', 'millrace.type' = 'order');
CREATE TABLE page_views (page STRING, ts TIMESTAMP(3), WATERMARK FOR ts AS ts)
WITH ('connector' = 'kinesis', 'format' = 'json', 'json.timestamp-format.standard' = 'ISO-8601', 'millrace.type' = 'view');
`;
const topic = (name: string, columns: string) => `CREATE TABLE ${name} (${columns})
WITH ('connector' = 'kinesis', 'format' = 'json', 'json.timestamp-format.standard' = 'ISO-8601');\n`;

const planOf = (tables: string, queries: Readonly<Record<string, string>>): Plan => {
  const files = [
    { path: 'tables.sql', text: SOURCES + tables },
    ...Object.entries(queries).map(([name, text]) => ({ path: `queries/${name}.sql`, text })),
  ];
  const { plan, errors } = compileSql(files, { types: ['order', 'view'] });
  if (errors.length > 0) throw new Error(errors.map((e) => `${e.file}:${e.line}: ${e.message}`).join('\n'));
  return plan;
};

const large = planOf(topic('big_orders', 'id STRING, total DECIMAL(10, 2), big BIGINT'), {
  big_orders: 'INSERT INTO big_orders SELECT id, total, big FROM orders WHERE total >= 500;',
});
const fanned = planOf(
  topic('a', 'id STRING') + topic('b', 'id STRING, store STRING') + topic('c', 'id STRING, part BIGINT'),
  {
    a: `INSERT INTO a SELECT id FROM orders WHERE total > 0;`,
    b: 'INSERT INTO b SELECT id, store FROM orders;',
    c: 'INSERT INTO c SELECT id, big / (big - 7) FROM orders;',
  },
);

const stage = async (plan: Plan, items: Parameters<typeof send>[1], lookup?: ReferenceLookup) => {
  const ports = newPorts();
  const enriched = newLog('enriched');
  const refined = newLog('refined', 2);
  await send(enriched, items);
  const step = (wrap: <T extends object>(port: T) => T = (port) => port) =>
    transform({
      plan,
      ...(lookup && { lookup }),
      from: wrap(memoryStream(enriched)),
      to: wrap(memoryStream(refined)),
      table: wrap(ports.table),
      rejected: wrap(ports.bucket),
      clock: ports.clock,
      run: RUN,
      groups: GROUPS,
      patience: noWait,
    });
  return { ...ports, enriched, refined, step, rejected: () => linesUnder(ports.bucket, 'rejected/') };
};

const order = (n: number, data: { [name: string]: Json } | string, key = 'k') =>
  event(n, 'order', typeof data === 'string' ? data : { id: `o${n}`, store: 'oslo', total: 10, big: n, ...data }, {
    key,
  });

const idOf = (plan: Plan, name: string) => plan.queries.find((q) => q.name === name)!.id;

describe('a row', () => {
  test('is a CloudEvent of the destination, at the place and the time of its event', async () => {
    const e = order(1, '{"id":"o1","total":500.5,"big":12345678901234567890}'.replace('67890}', '}'));
    const s = await stage(large, [e, order(2, { total: 499.99 })]);
    await deliver(s.step, batchesOf(s.enriched, 10));
    const [out, ...more] = eventsOn(s.refined);
    expect(more).toEqual([]);
    expect(out).toMatchObject({
      lane: e.lane,
      seq: e.seq,
      index: e.index,
      child: childOf(idOf(large, 'big_orders')),
      key: 'k',
      arrival: e.arrival,
    });
    expect(textOf(out!)).toBe(
      `{"specversion":"1.0","id":"${idOf(large, 'big_orders')}|${shardOfLane(e.lane)}|${position(e.seq, 0)}","source":"/millrace/${idOf(large, 'big_orders')}",` +
        `"type":"big_orders","time":"2026-01-05T09:00:00.001Z","data":{"id":"o1","total":"500.50","big":123456789012345}}`,
    );
  });

  test('has the time of the destination’s watermark column', async () => {
    const later = planOf(topic('later', 'id STRING, due TIMESTAMP(3), WATERMARK FOR due AS due'), {
      later: `INSERT INTO later SELECT id, ts + INTERVAL '1' DAY FROM orders;`,
    });
    const s = await stage(later, [order(1, {})]);
    await deliver(s.step, batchesOf(s.enriched, 10));
    expect(JSON.parse(textOf(eventsOn(s.refined)[0]!))).toMatchObject({
      time: '2026-01-06T09:00:00.001Z',
      data: { due: '2026-01-06 09:00:00.001' },
    });
  });
});

describe('several queries over one event', () => {
  /** Types of the rows of each event, in the order in which they stand. */
  const rowsOf = (out: readonly StampedEvent[]): Record<string, string[]> =>
    Object.fromEntries(
      [...Map.groupBy(out, (e) => Number(e.seq))].map(([n, es]) => [
        n,
        es.map((e) => JSON.parse(textOf(e)).type as string),
      ]),
    );
  const inOrder = (...names: string[]): string[] =>
    names.sort((x, y) => childOf(idOf(fanned, x)) - childOf(idOf(fanned, y)));

  test('give each row the number of its query, rising, for each event anew', async () => {
    const s = await stage(fanned, [order(1, {}), order(2, { total: 0 }), order(3, {})]);
    await deliver(s.step, batchesOf(s.enriched, 10));
    const out = eventsOn(s.refined);
    expect(rowsOf(out)).toEqual({ 1: inOrder('a', 'b', 'c'), 2: inOrder('b', 'c'), 3: inOrder('a', 'b', 'c') });
    for (const e of out) expect(e.child).toBe(childOf(idOf(fanned, JSON.parse(textOf(e)).type)));
  });

  test('and keep it when a deploy adds a query: an event that comes again is known again', async () => {
    const both = planOf(topic('a', 'id STRING') + topic('b', 'id STRING'), {
      a: 'INSERT INTO a SELECT id FROM orders;',
      b: 'INSERT INTO b SELECT id FROM orders;',
    });
    const alone = { ...both, queries: both.queries.filter((q) => q.name === 'b') };
    const places = async (plan: Plan) => {
      const s = await stage(plan, [order(1, {})]);
      await deliver(s.step, batchesOf(s.enriched, 10));
      return eventsOn(s.refined)
        .filter((e) => JSON.parse(textOf(e)).type === 'b')
        .map((e) => position(e.seq, e.index, e.child));
    };
    expect(await places(both)).toEqual(await places(alone));
  });

  test('one that throws rejects the event for itself, by name; the others go on', async () => {
    const s = await stage(fanned, [order(6, {}), order(7, {}), order(8, {})]);
    await deliver(s.step, batchesOf(s.enriched, 10));
    expect(rowsOf(eventsOn(s.refined))).toEqual({
      6: inOrder('a', 'b', 'c'),
      7: inOrder('a', 'b'),
      8: inOrder('a', 'b', 'c'),
    });
    expect(await s.rejected()).toMatchObject([
      {
        stage: 'transform',
        rule: 'query.threw',
        query: 'c',
        position: position('7', 0),
        payload: textOf(order(7, {})),
      },
    ]);
  });
});

describe('look-ups and UNNEST', () => {
  const STRING = { kind: 'STRING' } as const;
  const slot = (n: number, type: SqlType = STRING): Expr => ({ kind: 'slot', slot: n, type });
  const tags: SqlType = { kind: 'ARRAY', element: STRING };
  /** id, store, tags, then region of the store, then tag. */
  const base = planOf(topic('tagged', 'id STRING, region STRING, tag STRING'), {
    tagged: 'INSERT INTO tagged SELECT id, store, store FROM orders;',
  });
  const tagged = (required: boolean): Plan => ({
    ...base,
    queries: base.queries.map((q) =>
      q.kind !== 'stateless'
        ? q
        : {
            ...q,
            columns: [...q.columns, { name: 'tags', type: tags, from: { kind: 'data', path: ['tags'] } }],
            lookups: [
              {
                table: 'stores',
                keyColumn: 'name',
                key: slot(1),
                columns: [{ name: 'region', type: STRING }],
                required,
              },
            ],
            unnest: {
              array: slot(2, tags),
              columns: [{ name: 'tag', type: STRING }],
              ordinality: false,
              keepsEmpty: false,
            },
            where: {
              kind: 'call',
              fn: '<>',
              type: { kind: 'BOOLEAN' },
              args: [slot(4), { kind: 'literal', value: 'no', type: STRING }],
            },
            select: [slot(0), slot(3), slot(4)],
          },
    ),
  });
  const lookup: ReferenceLookup = {
    find: async (_, keys) => new Map(keys.map((key) => [key, key === 'oslo' ? { region: 'north' } : null])),
  };
  const rows = (out: readonly StampedEvent[]) => out.map((e) => JSON.parse(textOf(e)).data);
  const id = idOf(base, 'tagged');

  test('give a row for each element, at the place of the element, whatever WHERE leaves out', async () => {
    const s = await stage(
      tagged(false),
      [order(1, { tags: ['a', 'no', 'b'] }), order(2, { store: 'rome', tags: ['c'] })],
      lookup,
    );
    await deliver(s.step, batchesOf(s.enriched, 10));
    const out = eventsOn(s.refined);
    expect(rows(out)).toEqual([
      { id: 'o1', region: 'north', tag: 'a' },
      { id: 'o1', region: 'north', tag: 'b' },
      { id: 'o2', region: null, tag: 'c' },
    ]);
    expect(out.map((e) => e.child - childOf(id))).toEqual([0, 2, 0]);
    expect(out.map((e) => (JSON.parse(textOf(e)).id as string).split('|').at(-1))).toEqual(['0', '2', '0']);
  });

  test('an inner look-up leaves out what has no row', async () => {
    const s = await stage(tagged(true), [order(1, { store: 'rome', tags: ['a'] }), order(2, { tags: ['c'] })], lookup);
    await deliver(s.step, batchesOf(s.enriched, 10));
    expect(rows(eventsOn(s.refined))).toEqual([{ id: 'o2', region: 'north', tag: 'c' }]);
  });

  test('more elements than 1,000 reject the event by name', async () => {
    const s = await stage(
      tagged(false),
      [order(1, { tags: Array.from({ length: 1_001 }, () => 'x') }), order(2, { tags: ['c'] })],
      lookup,
    );
    await deliver(s.step, batchesOf(s.enriched, 10));
    expect(rows(eventsOn(s.refined))).toEqual([{ id: 'o2', region: 'north', tag: 'c' }]);
    expect(await s.rejected()).toMatchObject([
      { rule: 'query.threw', query: 'tagged', cause: 'UNNEST of 1001 elements; at most 1000 of one event are taken' },
    ]);
  });

  test('child numbers of 10,000 queries lie below the end of a record', () => {
    for (let i = 0; i < 10_000; i++) expect(position('1', 0, childOf(`q-${i}`, 999)) < endOf('1')).toBe(true);
  });
});

test('a row beyond a record is rejected, and so is what is no event', async () => {
  const doubled = planOf(topic('doubled', 'store STRING, again STRING') + topic('ids', 'id STRING'), {
    doubled: 'INSERT INTO doubled SELECT store, store FROM orders;',
    ids: 'INSERT INTO ids SELECT id FROM orders;',
  });
  const s = await stage(doubled, [
    order(1, { store: 'x'.repeat(MAX_EVENT_BYTES / 2) }),
    order(2, '{"id":}'),
    order(3, {}),
  ]);
  await deliver(s.step, batchesOf(s.enriched, 10));
  expect((await s.rejected()).map((r) => `${r.rule} ${r.query}`).sort()).toEqual([
    'body.too-large doubled',
    'event.not-an-event undefined',
  ]);
  expect(
    eventsOn(s.refined)
      .map((e) => `${JSON.parse(textOf(e)).type} ${Number(e.seq)}`)
      .sort(),
  ).toEqual(['doubled 3', 'ids 1', 'ids 3']);
});

describe('marks and ends', () => {
  const items = [order(1, {}), ...marks(1)];
  test('are passed on when a window reads what a stateless query writes', async () => {
    const chained = planOf(
      topic('small', 'store STRING, due TIMESTAMP(3), WATERMARK FOR due AS due') +
        topic('counts', 'store STRING, n BIGINT'),
      {
        small: 'INSERT INTO small SELECT store, ts FROM orders;',
        counts: `INSERT INTO counts SELECT store, COUNT(*) FROM TABLE(TUMBLE(TABLE small, DESCRIPTOR(due), INTERVAL '1' MINUTE)) GROUP BY store, window_start, window_end;`,
      },
    );
    const s = await stage(chained, items);
    await deliver(s.step, batchesOf(s.enriched, 10));
    expect(itemsOn(s.refined).filter((i) => i.kind === 'mark')).toHaveLength(GROUPS);
  });
  test('are not when nobody reads lanes there', async () => {
    const s = await stage(fanned, items);
    await deliver(s.step, batchesOf(s.enriched, 10));
    expect(itemsOn(s.refined).map((i) => i.kind)).toEqual(['event', 'event', 'event']);
  });
});

test('without stateless queries only the checkpoint moves', async () => {
  const s = await stage(planOf('', {}), [order(1, {}), ...marks(1)]);
  await deliver(s.step, batchesOf(s.enriched, 1));
  expect(itemsOn(s.refined)).toEqual([]);
  const last = s.enriched.read('shardId-000000000000', null).records.at(-1)!;
  expect(s.table.items()).toEqual([{ pk: 'hop#1#transform/enriched#shardId-000000000000', sk: '-', q: last.seq }]);
});

const many = Array.from({ length: 12 }, (_, i) =>
  i % 4 === 3 ? event(i + 1, 'view', { page: '/' }, { key: `k${i % 5}` }) : order(i + 1, { total: i % 3 }, `k${i % 5}`),
);
const shown = (s: Awaited<ReturnType<typeof stage>>) =>
  countedOn(s.refined)
    .map((e) => `${positionOf(e)} ${textOf(e)}`)
    .sort();
const wanted = async () => {
  const s = await stage(fanned, many);
  await deliver(s.step, batchesOf(s.enriched, 100));
  return shown(s);
};

test('every batch twice, and again in other borders: the same rows once', async () => {
  const s = await stage(fanned, []);
  for (let i = 0; i < many.length; i += 3) await send(s.enriched, [...many.slice(i, i + 3), ...marks(i + 3)]);
  await deliver(
    s.step,
    [1, 3, 2, 100].flatMap((size) => batchesOf(s.enriched, size).flatMap((b) => [b, b])),
  );
  expect(shown(s)).toEqual(await wanted());
  expect(new Set((await s.rejected()).map((r) => `${r.query} ${r.position}`))).toEqual(
    new Set([`c ${position('7', 0)}`]),
  );
});

test('a crash at any call: the same rows once', async () => {
  const expected = await wanted();
  await atEveryCall(async (wrap) => {
    const s = await stage(fanned, []);
    for (let i = 0; i < many.length; i += 6) await send(s.enriched, [...many.slice(i, i + 6), ...marks(i + 6)]);
    await deliver(() => s.step(wrap), batchesOf(s.enriched, 4));
    expect(shown(s)).toEqual(expected);
    expect(new Set((await s.rejected()).map((r) => `${r.query} ${r.position}`)).size).toBe(1);
  });
});
