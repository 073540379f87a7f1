// A batch that is folded by columns makes the entry that it makes event by event, byte for byte.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { JsonBytes } from '../../../shared/fold/json-bytes.ts';
import type { Inner } from '../../../shared/lanes/inner.ts';
import { endOf, padSeq } from '../../../shared/lanes/position.ts';
import type { Plan } from '../../../shared/query/plan.ts';
import { batchFolds } from '../../../shared/steps/aggregate/columns/batch-folds.ts';
import { entryBody } from '../../../shared/steps/aggregate/entry-body.ts';
import { type Folded, foldBatch } from '../../../shared/steps/aggregate/fold-batch.ts';
import { foldersOf } from '../../../shared/steps/aggregate/folder.ts';
import { readerOf } from '../../../shared/steps/aggregate/read-event.ts';
import { statefulQueries } from '../../../shared/steps/roster.ts';
import { plan as orders, streams } from '../../properties/given-lanes.ts';
import { planOf } from '../../query/given.ts';

const START = Date.parse('2026-01-05T09:00:00Z');
const LANES = ['shardId-000000000000/0', 'shardId-000000000001/0', 'shardId-000000000001/1'];

const into = (name: string) =>
  `CREATE TABLE ${name} (a STRING, b STRING, n BIGINT, x DOUBLE, y DOUBLE, z DOUBLE) WITH ('connector' = 'kinesis');`;
const write = (name: string, select: string, window: string, rest: string) =>
  `${into(name)}\nINSERT INTO ${name} SELECT ${select} FROM TABLE(${window}) ${rest};`;
const TUMBLE = `TUMBLE(TABLE orders, DESCRIPTOR(t), INTERVAL '10' SECOND)`;
const HOP = `HOP(TABLE orders, DESCRIPTOR(t), INTERVAL '4' SECOND, INTERVAL '12' SECOND)`;
const CUMULATE = `CUMULATE(TABLE orders, DESCRIPTOR(t), INTERVAL '5' SECOND, INTERVAL '20' SECOND)`;
const BY = (keys: string) => `GROUP BY ${keys}${keys === '' ? '' : ', '}window_start, window_end`;

/** Of these all but the last two are folded by columns. */
const plan: Plan = planOf(`
CREATE TABLE orders (store STRING, \`no\` INT, big BIGINT, price DOUBLE, weight DOUBLE, big_key BIGINT, amount DECIMAL(10, 2), ok BOOLEAN, who STRING METADATA FROM 'subject' VIRTUAL,
  extra ROW<kind STRING, size INT>, t TIMESTAMP(3), WATERMARK FOR t AS t - INTERVAL '5' SECOND)
WITH ('connector' = 'kinesis', 'millrace.type' = 'order.v1');
CREATE TABLE visits (store STRING, price DOUBLE, t TIMESTAMP(3), WATERMARK FOR t AS t - INTERVAL '5' SECOND)
WITH ('connector' = 'kinesis', 'millrace.type' = 'view.v1');
${write('sums', `store, 'b', COUNT(*), SUM(price), SUM(\`no\`), AVG(price)`, TUMBLE, BY('store'))}
${write('several', `store, 'b', COUNT(*), SUM(price), 0.0, 0.0`, TUMBLE, `WHERE price >= 0.5 AND \`no\` < 3 ${BY('store')}`)}
${write('named', `store, 'b', COUNT(*), SUM(price), 0.0, 0.0`, TUMBLE, `WHERE store = 'oslo' OR store LIKE 'r%' ${BY('store')}`)}
${write('ends', `store, who, COUNT(price), MIN(price), MAX(price), AVG(\`no\`)`, TUMBLE, BY('store, who'))}
${write('all_of', `'a', 'b', COUNT(*), MIN(\`no\`), MAX(\`no\`), SUM(price)`, HOP, `WHERE NOT (ok IS TRUE) ${BY('')}`)}
${write('exact', `store, MIN(who), SUM(big), SUM(amount), MAX(big), AVG(amount)`, CUMULATE, BY('store'))}
${write('cases', `store, 'b', COUNT(*) FILTER (WHERE ok), SUM(price * 2) FILTER (WHERE \`no\` > 0), COUNT(DISTINCT who), SUM(price) FILTER (WHERE ok)`, HOP, `WHERE \`no\` <> 2 OR big > 5 ${BY('store')}`)}
${write('flags', `CAST(ok AS STRING), who, COUNT(*), SUM(price), 1.0, 2.0`, CUMULATE, `WHERE price <> 1 AND 0 <= price ${BY('ok, who, store')}`)}
${write('numbers', `CAST(weight AS STRING), CAST(big_key AS STRING), COUNT(*), SUM(weight), 1.0, 2.0`, TUMBLE, BY('weight, big_key'))}
${write('kinds', `MIN(extra.kind), 'b', COUNT(extra.size), SUM(extra.size), 1.0, 2.0`, TUMBLE, BY(''))}
${write('seen', `store, 'b', COUNT(*), SUM(price), 1.0, 2.0`, TUMBLE.replace('orders', 'visits'), BY('store'))}
${write('thrown', `store, 'b', COUNT(*), SUM(CAST(who AS INT)), 1.0, 2.0`, TUMBLE, BY('store'))}
${write('divided', `store, 'b', COUNT(*), SUM(10 / \`no\`), 1.0, 2.0`, TUMBLE, BY('store'))}
`);
const queries = statefulQueries(plan, 'enriched');
const folders = foldersOf(plan, 'enriched');

/** A JSON text for a field of orders; usual ones before bent ones. */
const texts = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom('"oslo"', '"rome"', '"7"', '"12"') },
  {
    weight: 1,
    arbitrary: fc.constantFrom('"\\u006fslo"', '"東京"', '"a\\"b"', '""', 'null', '7', '{"a":1}', '"__proto__"'),
  },
  { weight: 1, arbitrary: fc.string({ unit: 'grapheme' }).map((s) => JSON.stringify(s)) },
);
const numbers = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: -3, max: 5 }).map(String) },
  { weight: 4, arbitrary: fc.integer({ min: 0, max: 99_999 }).map((n) => String(n / 100)) },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      ...['-0', '0.0', '1e308', '-1e308', '1.7e308', '1e-320', '0.1', '12345678901234567890', '9007199254740993'],
      ...['1E2', '"3"', '" 4 "', '"NaN"', '"Infinity"', 'null', 'true', '"x"', '[1]', '3000000000', '0.005', '1e400'],
    ),
  },
  { weight: 1, arbitrary: fc.double({ noNaN: true, noDefaultInfinity: true }).map((x) => JSON.stringify(x)) },
);

const bodies = fc
  .record({
    fields: fc.array(
      fc.oneof(
        fc.tuple(fc.constantFrom('store'), texts),
        fc.tuple(fc.constantFrom('no', 'big', 'price', 'price', 'weight', 'big_key', 'amount'), numbers),
        fc.tuple(fc.constantFrom('ok'), fc.constantFrom('true', 'false', 'null', '"true"')),
        fc.tuple(fc.constantFrom('extra'), fc.constantFrom('{"kind":"k","size":2}', '{"size":"3"}', '[]')),
        fc.tuple(
          fc.constantFrom('other', 'pr\\u0069ce'),
          fc.jsonValue().map((v) => JSON.stringify(v)),
        ),
      ),
      { maxLength: 9 },
    ),
    who: texts,
    space: fc.constantFrom('', '', '', ' '),
    type: fc.constantFrom('order.v1', 'order.v1', 'order.v1', 'view.v1', 'payment.v1'),
    shape: fc.constantFrom('usual', 'usual', 'usual', 'usual', 'other', 'list'),
  })
  .map(({ fields, who, space, type, shape }) => (time: string) => {
    const data = `{${fields.map(([name, json]) => `"${name}":${space}${json}`).join(',')}}`;
    const body = shape === 'list' ? '[1]' : data;
    return shape === 'other'
      ? `{"data":${space}${body},"subject":${who},"id":"i","source":"/s","time":"${time}","type":"${type}","specversion":"1.0"}`
      : `{"specversion":"1.0","id":"i","source":"/s","type":"${type}","time":"${time}","subject":${who},"data":${body}${space}}`;
  });

const draws = fc.array(
  fc.record({
    lane: fc.nat(LANES.length - 1),
    offset: fc.oneof(fc.integer({ min: -4_000, max: 3_000 }), fc.integer({ min: -30_000, max: 2_000 })),
    body: bodies,
    utc: fc.constantFrom(true, true, true, false),
    clock: fc.boolean(),
    only: fc.constantFrom(null, null, null, null, null, null, 0, 3, 11),
    mark: fc.constantFrom(false, false, true),
  }),
  { minLength: 1, maxLength: 30 },
);

const itemsOf = (
  all: readonly (typeof draws extends fc.Arbitrary<infer D> ? D : never)[number][],
): readonly Inner[] => {
  const clocks = LANES.map(() => START);
  return all.flatMap((d, i): Inner[] => {
    const lane = LANES[d.lane] as string;
    const time = START + i * 700 + d.offset;
    const iso = new Date(time).toISOString();
    const seq = String(100 + Math.floor(i / 3));
    const before = clocks[d.lane] as number;
    clocks[d.lane] = Math.max(before, time);
    return [
      {
        kind: 'event',
        lane,
        seq: padSeq(seq),
        index: i % 3,
        child: 0,
        arrival: START + i * 700,
        ...(d.clock && { clock: before }),
        ...(d.only !== null && {
          again: { shard: 's', seq: padSeq('1'), index: 0, arrival: START, only: queries[d.only]?.id ?? '' },
        }),
        key: 'k',
        bytes: Buffer.from(d.body(d.utc ? iso : iso.replace('Z', '+00:00'))),
      },
      ...(d.mark ? [{ kind: 'mark' as const, lane, pos: endOf(seq), clock: clocks[d.lane] as number }] : []),
    ];
  });
};

const shown = ({ partials, side, ...rest }: Folded) => {
  const body = entryBody(partials, side);
  return { ...rest, body: body instanceof JsonBytes ? Buffer.from(body.bytes).toString() : body };
};

describe('a batch by columns', () => {
  test('takes windows that are grouped by columns, and leaves aside what a row may make fail', () => {
    const names = [...(batchFolds(queries)?.folds ?? [])].map((q) => q.into);
    expect(queries.map((q) => q.into).filter((n) => !names.includes(n))).toEqual(['thrown', 'divided']);
  });

  test('makes the same entry as event by event, byte for byte, batch after batch', () => {
    const columns = batchFolds(queries);
    fc.assert(
      fc.property(draws, fc.nat(30), (all, at) => {
        const items = itemsOf(all);
        let [lanes, twins]: [Folded['lanes'], Folded['lanes']] = [new Map(), new Map()];
        for (const batch of [items.slice(0, at), items.slice(at), items.slice(-3)]) {
          const fast = foldBatch(folders, lanes, batch, START, undefined, readerOf(folders), columns);
          const plain = foldBatch(folders, twins, batch, START);
          expect(shown(fast)).toEqual(shown(plain));
          lanes = fast.lanes;
          twins = plain.lanes;
        }
      }),
      { numRuns: 400 },
    );
  });

  test('counts lanes, rewinds and ends as event by event', () => {
    const all = foldersOf(orders, 'enriched');
    const columns = batchFolds(statefulQueries(orders, 'enriched'));
    fc.assert(
      fc.property(streams, ({ shown: items }) => {
        const fast = foldBatch(all, new Map(), items, START, undefined, readerOf(all), columns);
        expect(shown(fast)).toEqual(shown(foldBatch(all, new Map(), items, START)));
      }),
      { numRuns: 150 },
    );
  });
});
