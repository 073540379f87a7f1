// Which rows of TUMBLE, HOP and CUMULATE are late: a row is left out of a window iff the window's last instant was reached before
// the row came, and it still counts in the others. The model is the rule itself, row by row; Flink agrees with it.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Inner } from '../../shared/lanes/inner.ts';
import { position } from '../../shared/lanes/position.ts';
import type { Plan, WindowQuery } from '../../shared/query/plan.ts';
import { foldBatch } from '../../shared/steps/aggregate/fold-batch.ts';
import type { PackedPartials } from '../../shared/steps/ledger/partials.ts';
import { NEW } from '../../shared/steps/operators/operator.ts';
import { operatorOf } from '../../shared/steps/operators/operator-of.ts';
import { cumulating, hopping, tumbling, type Window } from '../../shared/window/window.ts';
import { planOf } from './given.ts';

const LANE = 'shardId-000000000000/0';
const DELAY = 3_000;
const second = 1_000;

const planWith = (call: string): Plan =>
  planOf(`
    CREATE TABLE orders (n INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '3' SECOND)
    WITH ('connector' = 'kinesis', 'millrace.type' = 'order.v1');
    CREATE TABLE sums (s TIMESTAMP(3), e TIMESTAMP(3), n INT) WITH ('connector' = 'kinesis');
    INSERT INTO sums SELECT window_start, window_end, SUM(n) FROM TABLE(${call}) GROUP BY window_start, window_end;`);

/** Events one by one, a mark after each, as a lane shows them. */
const itemsOf = (times: readonly number[]): readonly Inner[] => {
  let clock = Number.NEGATIVE_INFINITY;
  return times.flatMap((time, i): readonly Inner[] => {
    clock = Math.max(clock, time);
    const seq = String(i + 1).padStart(56, '0');
    const event = {
      specversion: '1.0',
      id: String(i),
      source: 's',
      type: 'order.v1',
      time: new Date(time),
      data: { n: 1 },
    };
    const bytes = Buffer.from(JSON.stringify(event));
    return [
      { kind: 'event', lane: LANE, seq, index: 0, child: 0, arrival: time, key: 'k', bytes },
      { kind: 'mark', lane: LANE, pos: position(seq, 1), clock },
    ];
  });
};

const rowsOf = (plan: Plan, times: readonly number[]): { readonly rows: readonly string[]; readonly late: number } => {
  const query = plan.queries[0] as WindowQuery;
  const operator = operatorOf(query);
  const folded = foldBatch([{ operator, takes: () => true, reads: () => true }], new Map(), itemsOf(times), 0);
  const open = operator.open();
  for (const partials of folded.partials.values()) open.fold(partials as PackedPartials, NEW);
  const due = open.due(Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY).rows;
  return { rows: due.map((r) => r.values.join(' ')).sort(), late: folded.side.length };
};

const model = (windowsOf: (time: number) => readonly Window[], times: readonly number[]) => {
  const sums = new Map<string, number>();
  let clock = Number.NEGATIVE_INFINITY;
  let late = 0;
  for (const time of times) {
    const open = windowsOf(time).filter((w) => w.end - 1 > clock - DELAY);
    if (open.length === 0) late++;
    for (const { start, end } of open) sums.set(`${start} ${end}`, (sums.get(`${start} ${end}`) ?? 0) + 1);
    clock = Math.max(clock, time);
  }
  return { rows: [...sums].map(([window, n]) => `${window} ${n}`).sort(), late };
};

test.each<readonly [string, string, (time: number) => readonly Window[]]>([
  ['TUMBLE', "TUMBLE(TABLE orders, DESCRIPTOR(ts), INTERVAL '4' SECOND)", (t) => [tumbling(t, 4 * second)]],
  [
    'HOP',
    "HOP(TABLE orders, DESCRIPTOR(ts), INTERVAL '2' SECOND, INTERVAL '6' SECOND)",
    (t) => hopping(t, 6 * second, 2 * second),
  ],
  [
    'CUMULATE',
    "CUMULATE(TABLE orders, DESCRIPTOR(ts), INTERVAL '2' SECOND, INTERVAL '6' SECOND)",
    (t) => cumulating(t, 6 * second, 2 * second),
  ],
])('%s', (_, call, windowsOf) => {
  const plan = planWith(call);
  let late = 0;
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 30 }), { minLength: 1, maxLength: 30 }), (halves) => {
      const times = halves.map((h) => h * 500);
      const expected = model(windowsOf, times);
      late += expected.late;
      expect(rowsOf(plan, times)).toEqual(expected);
    }),
  );
  expect(late).toBeGreaterThan(50);
});
