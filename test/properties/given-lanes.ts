// What a shard of `enriched` shows: lanes in position order, with marks, an END, and rewinds, as hops send them after a redelivery.
import fc from 'fast-check';
import type { Inner } from '../../shared/lanes/inner.ts';
import { endOf, type Lane, padSeq } from '../../shared/lanes/position.ts';
import type { Plan } from '../../shared/query/plan.ts';
import * as folder from '../../shared/steps/aggregate/folder.ts';
import { planOf } from '../query/given.ts';

export const START = Date.parse('2026-01-05T09:00:00Z');

const TABLES = `
CREATE TABLE orders (id STRING, store STRING, n INT, price STRING, t TIMESTAMP(3), WATERMARK FOR t AS t - INTERVAL '5' SECOND)
WITH ('connector' = 'kinesis', 'millrace.type' = 'order.v1');
CREATE TABLE each_one (id STRING, s TIMESTAMP(3), n BIGINT, t TIMESTAMP(3), WATERMARK FOR t AS t) WITH ('connector' = 'kinesis');
CREATE TABLE hops (store STRING, s TIMESTAMP(3), n BIGINT, total INT, ids BIGINT) WITH ('connector' = 'kinesis', 'millrace.lateness' = '4 s');
CREATE TABLE visits (store STRING, s TIMESTAMP(3), n BIGINT) WITH ('connector' = 'kinesis');
CREATE TABLE minutes (s TIMESTAMP(3), n BIGINT) WITH ('connector' = 'kinesis');
CREATE TABLE prices (s TIMESTAMP(3), n BIGINT, total INT) WITH ('connector' = 'kinesis');
INSERT INTO each_one SELECT id, window_start, COUNT(*), window_time
FROM TABLE(TUMBLE(TABLE orders, DESCRIPTOR(t), INTERVAL '10' SECOND)) GROUP BY id, window_start, window_end, window_time;
INSERT INTO minutes SELECT window_start, SUM(n)
FROM TABLE(TUMBLE(TABLE each_one, DESCRIPTOR(t), INTERVAL '1' MINUTE)) GROUP BY window_start, window_end;
INSERT INTO hops SELECT store, window_start, COUNT(*), SUM(n), COUNT(DISTINCT id)
FROM TABLE(HOP(TABLE orders, DESCRIPTOR(t), INTERVAL '4' SECOND, INTERVAL '12' SECOND)) WHERE n > 2 GROUP BY store, window_start, window_end;
INSERT INTO visits SELECT store, window_start, COUNT(*)
FROM TABLE(SESSION(TABLE orders PARTITION BY store, DESCRIPTOR(t), INTERVAL '3' SECOND)) GROUP BY store, window_start, window_end;
INSERT INTO prices SELECT window_start, COUNT(*), SUM(CAST(price AS INT))
FROM TABLE(TUMBLE(TABLE orders, DESCRIPTOR(t), INTERVAL '5' SECOND)) GROUP BY window_start, window_end;
`;

export const plan: Plan = planOf(TABLES);
export const foldersOf = (): readonly folder.Folder[] => folder.foldersOf(plan, 'enriched');

const LANES: readonly Lane[] = ['shardId-000000000000/0', 'shardId-000000000001/0', 'shardId-000000000001/1'];

type Draw = {
  readonly lane: number;
  readonly offset: number;
  readonly store: string;
  readonly n: number;
  readonly good: boolean;
  readonly behind: 'mark' | 'end' | null;
};
const draws: fc.Arbitrary<readonly Draw[]> = fc.array(
  fc.record({
    lane: fc.nat(LANES.length - 1),
    offset: fc.oneof(
      { weight: 4, arbitrary: fc.integer({ min: -4_000, max: 3_000 }) },
      { weight: 4, arbitrary: fc.integer({ min: -25_000, max: 2_000 }) },
      { weight: 1, arbitrary: fc.constant(12_000) },
    ),
    store: fc.constantFrom('oslo', 'rome', '__proto__'),
    n: fc.integer({ min: 0, max: 9 }),
    good: fc.boolean(),
    behind: fc.oneof(
      { weight: 6, arbitrary: fc.constant(null) },
      { weight: 4, arbitrary: fc.constant('mark' as const) },
      { weight: 1, arbitrary: fc.constant('end' as const) },
    ),
  }),
  { minLength: 1, maxLength: 40 },
);

/** Each once, each lane in order. A lane says nothing after its END; its child is the lane of group 9. */
const inOrder = (all: readonly Draw[]): readonly Inner[] => {
  const items: Inner[] = [];
  const clocks = LANES.map(() => START);
  const ended = new Set<number>();
  all.forEach((d, i) => {
    if (ended.has(d.lane)) return;
    const lane = LANES[d.lane] as Lane;
    const time = START + i * 700 + d.offset;
    const seq = String(100 + Math.floor(i / 3));
    const data = {
      id: `e${i}`,
      store: d.store,
      n: d.n,
      price: d.good ? '7' : 'seven',
      t: new Date(time).toISOString(),
    };
    const event = { specversion: '1.0', id: `e${i}`, source: '/s', type: 'order.v1', time: data.t, data };
    items.push({
      kind: 'event',
      lane,
      seq: padSeq(seq),
      index: i % 3,
      child: 0,
      arrival: START + i * 700,
      key: d.store,
      bytes: Buffer.from(JSON.stringify(event)),
    });
    clocks[d.lane] = Math.max(clocks[d.lane] as number, time);
    if (d.behind === 'mark' && i % 3 === 2)
      items.push({ kind: 'mark', lane, pos: endOf(seq), clock: clocks[d.lane] as number });
    if (d.behind === 'end') {
      ended.add(d.lane);
      items.push({ kind: 'end', lane, next: [`shardId-000000000009/${d.lane}`] });
    }
  });
  return items;
};

/** The same with stretches shown again: of one lane, or of all, as a hop's redelivery does. */
const rewound = (items: readonly Inner[], again: readonly (readonly [number, number, number])[]): readonly Inner[] => {
  const out = [...items];
  for (const [to, length, lane] of again) {
    const end = 1 + (to % out.length);
    const from = Math.max(0, end - length);
    const copy = out.slice(from, end).filter((i) => lane === LANES.length || i.lane === LANES[lane]);
    out.splice(end, 0, ...copy);
  }
  return out;
};

export type Shown = { readonly once: readonly Inner[]; readonly shown: readonly Inner[] };
export const streams: fc.Arbitrary<Shown> = fc
  .tuple(
    draws,
    fc.array(fc.tuple(fc.nat(200), fc.integer({ min: 1, max: 30 }), fc.nat(LANES.length)), { maxLength: 6 }),
  )
  .map(([all, again]) => {
    const once = inOrder(all);
    return { once, shown: rewound(once, again) };
  });
