// 10,000 events, 300 of them broken in three ways, repaired in three ways and sent again twice: the results are those of a run in which
// nothing was ever broken.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { keepFixes, tryRepair } from '../../local/failed/fix.ts';
import { byFunction, byPatch, bySchema, type Repair } from '../../local/failed/repair.ts';
import { isTooLate, planResubmit } from '../../local/failed/resubmit.ts';
import { type Filters, selectEntries } from '../../local/failed/select.ts';
import { sendAgain } from '../../local/failed/send-again.ts';
import type { EventType } from '../../shared/pipeline.ts';
import { seconds } from '../../shared/time.ts';
import { buildOf, type Given, given, orderEvent } from './given.ts';

const SQL = `
CREATE TABLE orders (order_id STRING, store STRING, total DECIMAL(10, 2), quantity BIGINT, currency STRING, ts TIMESTAMP(3),
  WATERMARK FOR ts AS ts - INTERVAL '5' SECOND) WITH ('connector' = 'kinesis', 'millrace.type' = 'order.v1');
CREATE TABLE per_minute (store STRING, s TIMESTAMP(3), n BIGINT, total DECIMAL(20, 2), items BIGINT, PRIMARY KEY (store, s) NOT ENFORCED)
  WITH ('connector' = 'dynamodb', 'millrace.lateness' = '3 h');
CREATE TABLE strict (store STRING, s TIMESTAMP(3), n BIGINT, PRIMARY KEY (store, s) NOT ENFORCED) WITH ('connector' = 'dynamodb');
CREATE TABLE newest (store STRING, order_id STRING, total DECIMAL(10, 2), PRIMARY KEY (store) NOT ENFORCED) WITH ('connector' = 'dynamodb');
INSERT INTO per_minute SELECT store, window_start, COUNT(*), SUM(total), SUM(quantity)
  FROM TABLE(TUMBLE(TABLE orders, DESCRIPTOR(ts), INTERVAL '1' MINUTE)) GROUP BY store, window_start, window_end;
INSERT INTO strict SELECT store, window_start, COUNT(*)
  FROM TABLE(TUMBLE(TABLE orders, DESCRIPTOR(ts), INTERVAL '1' MINUTE)) GROUP BY store, window_start, window_end;
INSERT INTO newest SELECT store, order_id, total FROM orders;
`;
const EVENTS = 10_000;
const BATCHES = 10;
const START = Date.parse('2026-03-02T08:00:00Z');
const STORES = ['oslo', 'bergen', 'tromso'];

const bad = (field: string, cause: string, value: unknown) => ({ field, cause, value });
const check =
  (mostItems: number): EventType['check'] =>
  (data) => {
    const d = data as { total?: unknown; currency?: unknown; quantity?: unknown };
    if (typeof d.total !== 'number') return bad('/total', 'must be number', d.total);
    if (typeof d.currency !== 'string') return bad('', 'must have required property currency', null);
    if (Number(d.quantity) > mostItems) return bad('/quantity', `must be <= ${mostItems}`, d.quantity);
    return null;
  };
const NOW = buildOf(SQL, check(10));
/** The schema is repaired: large orders are orders. */
const REPAIRED = buildOf(SQL, check(1_000));

const orderOf = (i: number) => {
  const large = i % 100 === 57;
  return {
    order_id: `o-${i}`,
    store: STORES[i % 3] as string,
    total: (i % 500) + 0.25,
    quantity: large ? 25 : 1 + (i % 4),
    currency: 'EUR',
    ts: new Date(START + i * 250).toISOString(),
  };
};
/** Every hundredth event, three times: a decimal comma, no currency, more items than the schema knew of. */
const asSent = (i: number, broken: boolean): object => {
  const order = orderOf(i);
  if (broken && i % 100 === 17) return { ...order, total: String(order.total).replace('.', ',') };
  if (broken && i % 100 === 37) return (({ currency: _, ...rest }) => rest)(order);
  return order;
};

const feed = async (g: Given, broken: boolean): Promise<void> => {
  for (let b = 0; b < BATCHES; b++) {
    const size = EVENTS / BATCHES;
    g.clock.set(START + (b + 1) * size * 250);
    const some = Array.from({ length: size }, (_, j) => b * size + j);
    g.send(
      some.map((i) => ({ key: orderOf(i).store, event: orderEvent(asSent(i, broken), `o-${i}`, START + i * 250) })),
    );
    await g.play();
  }
};

const dir = mkdtempSync(join(tmpdir(), 'millrace-story-'));
afterAll(() => rmSync(dir, { recursive: true }));
const written = (name: string, text: string): string => {
  writeFileSync(join(dir, name), text);
  return join(dir, name);
};

const fix = async (g: Given, filters: Filters, repair: Repair): Promise<number> => {
  const known = await selectEntries(g.stage, 'rejected', { ...filters, state: 'open' });
  const tried = await tryRepair(g.stage, known, repair);
  return keepFixes(g.stage, tried, repair.how, 'ada');
};
const sendAll = async (g: Given, by: string) => {
  const known = await selectEntries(g.stage, 'rejected', {});
  const { planned, left } = await planResubmit(g.stage, known, true);
  expect(left).toEqual([]);
  await sendAgain(g.stage, planned, by);
  await g.play();
  await g.play(true);
  return planned;
};
const withoutStrict = (rows: readonly string[]) => rows.filter((r) => !r.startsWith('strict'));

test('300 broken in three ways, repaired in three ways, sent again twice: as if they had never been broken', async () => {
  const whole = given(REPAIRED, new Date(START).toISOString());
  await feed(whole, false);
  await whole.end();

  const g = given(NOW, new Date(START).toISOString());
  await feed(g, true);
  const rejected = await selectEntries(g.stage, 'rejected', {});
  expect(rejected).toHaveLength(300);
  expect(new Set(rejected.map((k) => k.entry.id)).size).toBe(300);
  expect(await g.unbalanced()).toEqual([]);

  await g.play(true);
  expect(await selectEntries(g.stage, 'rejected', {})).toHaveLength(300);

  // A patch gives the currency; it repairs nothing else, and nothing else is kept.
  const patch = byPatch(written('currency.json', '[{"op":"add","path":"/data/currency","value":"EUR"}]'));
  expect(await fix(g, { rule: 'schema.mismatch' }, patch)).toBe(100);
  const comma = await byFunction(
    written(
      'comma.ts',
      `export default (e: any, why: { field?: string }) =>
  why.field === '/data/total' ? { ...e, data: { ...e.data, total: Number(e.data.total.replace(',', '.')) } } : null;`,
    ),
  );
  expect(await fix(g, {}, comma)).toBe(100);
  expect(await fix(g, {}, bySchema)).toBe(0);
  g.deploy(REPAIRED);
  expect(await fix(g, {}, bySchema)).toBe(100);

  const planned = await sendAll(g, 'ada');
  const tooLate = planned.flatMap((p) => p.fates).filter((f) => f.fate === 'too-late');
  expect(new Set(tooLate.map((f) => f.query))).toEqual(new Set(['strict']));
  await sendAll(g, 'grace');
  await g.end();

  expect(withoutStrict(g.rows())).toEqual(withoutStrict(whole.rows()));
  // What was said before is what was counted after; the strict query misses these, and only these.
  const late = await selectEntries(g.stage, 'late', {});
  expect(late).toHaveLength(tooLate.length);
  expect(late.length).toBeGreaterThan(250);
  expect(late.every((k) => k.entry.query?.startsWith('strict'))).toBe(true);
  expect(await g.doorsOf('per_minute')).toEqual([EVENTS, EVENTS, 0, 0, 0]);
  expect(await g.doorsOf('strict')).toEqual([EVENTS, EVENTS - late.length, 0, late.length, 0]);
  expect(await g.unbalanced()).toEqual([]);

  const states = await selectEntries(g.stage, 'rejected', {});
  expect(new Set(states.map(({ state }) => state.kind === 'resubmitted' && `${state.by} ${state.times}`))).toEqual(
    new Set(['grace 2']),
  );
  const { planned: once } = await planResubmit(g.stage, late, true);
  expect(once.filter(isTooLate)).toHaveLength(late.length);
}, 30_000);

test('the newest row by arrival stays the newest: an older event that is put right does not take its place', async () => {
  const g = given(NOW, new Date(START).toISOString());
  const at = (i: number, data: object) => ({ key: 'oslo', event: orderEvent(data, `o-${i}`, START + i * seconds(1)) });
  g.send([at(1, { ...orderOf(0), order_id: 'first', total: '1,50' })]);
  g.clock.set(START + 10_000);
  g.send([at(2, { ...orderOf(3), order_id: 'second' })]);
  await g.play();
  const patch = byPatch(written('total.json', '[{"op":"replace","path":"/data/total","value":1.5}]'));
  expect(await fix(g, {}, patch)).toBe(1);
  await sendAll(g, 'ada');
  expect(g.rows().filter((r) => r.startsWith('newest'))).toEqual([expect.stringContaining('"second"')]);
});
