// What a load takes, what it costs, and where prices cross.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { lineMaker, monthly, SECONDS, total } from '../../local/cost/bill.ts';
import { costSvg } from '../../local/cost/cost-svg.ts';
import { type Counted, countLoad } from '../../local/cost/count.ts';
import { billsOf, type Curve, crossings, perMillion, worldOf } from '../../local/cost/estimate.ts';
import { lakeMonth } from '../../local/cost/lake-hour.ts';
import { DEFAULT_LOAD, distinctKeys, type Load, shardsFor } from '../../local/cost/load.ts';
import { Counter, meteredObjects, meteredStream, meteredTable } from '../../local/cost/metered.ts';
import { rowsPerMonth, unitsOfMonth } from '../../local/cost/month.ts';
import { LIST_PRICES, PriceError, readPrices, TIMES } from '../../local/cost/prices.ts';
import { statePrices } from '../../local/cost/show-cost.ts';
import { readTemplate } from '../../local/template/read-template.ts';
import { PRICES } from '../../local/watch/prices.ts';
import { MemoryLog } from '../../shared/memory/log.ts';
import { memoryObjects } from '../../shared/memory/objects.ts';
import { memoryStream } from '../../shared/memory/stream.ts';
import { memoryTable } from '../../shared/memory/table.ts';

const root = resolve(import.meta.dirname, '../..');
const template = readTemplate({ root, env: {} });
const world = worldOf({ template, service: { root, env: {} }, prices: LIST_PRICES, times: TIMES });
const load = (some: Partial<Load>): Load => ({ ...DEFAULT_LOAD, ...some });
const count = (some: Partial<Load>, mostEvents = 3_000): Promise<Counted> =>
  countLoad({ template, load: load(some), mostEvents });

describe('shards that a load needs', () => {
  test.each<[Partial<Load>, number]>([
    [{ eventsPerSecond: 0 }, 1],
    [{ eventsPerSecond: 1_000 }, 1], // 0.57 MB/s
    [{ eventsPerSecond: 1_300 }, 2], // 0.73 MB/s is more than 70 % of one
    [{ eventsPerSecond: 1_000, eventsPerRequest: 1 }, 2], // 1,000 records/s
    [{ eventsPerSecond: 5_000 }, 6],
    [{ eventsPerSecond: 5_000, shards: 3 }, 3],
    [{ eventsPerSecond: 1, onDemand: true }, 4],
  ])('%j: %i', (some, shards) => {
    expect(shardsFor(load(some))).toBe(shards);
  });

  test('keys of a window are fewer than its events, and never more than there are', () => {
    expect(distinctKeys(1, 1_000)).toBeCloseTo(1);
    expect(distinctKeys(1_000, 1_000)).toBeCloseTo(632, 0);
    expect(distinctKeys(1e6, 1_000)).toBeCloseTo(1_000);
  });
});

describe('units are counted as AWS bills them', () => {
  const counter = new Counter();
  const units = () => counter.now().f;
  test('a write by the KB of the larger of old and new, a read by 4 KB', async () => {
    const table = meteredTable(memoryTable('t'), 'f', counter);
    const key = { pk: 'a', sk: 'b' };
    await table.put({ ...key, v: new Uint8Array(2_500) });
    expect(units()).toMatchObject({ writeUnits: 3, tableCalls: 1 });
    await table.update(key, { v: 1 });
    expect(units()).toMatchObject({ writeUnits: 6, tableCalls: 2 });
    await table.put({ ...key, v: new Uint8Array(5_000) }, { kind: 'absent' });
    expect(units()).toMatchObject({ writeUnits: 7, tableCalls: 3 });
    await table.get(key);
    await table.query('nothing');
    expect(units()).toMatchObject({ readUnits: 2, tableCalls: 5 });
  });
  test('a record by 25 KB, on demand by 1 KB; an object by the call', async () => {
    const stream = meteredStream(memoryStream(new MemoryLog('s')), 'f', counter);
    await stream.put([
      { partitionKey: 'k', data: new Uint8Array(25 * 1_024) },
      { partitionKey: 'k', data: new Uint8Array(10) },
    ]);
    expect(units()).toMatchObject({ putUnits: 3, putCalls: 1, streamBytes: 27 * 1_024 });
    const objects = meteredObjects(memoryObjects('o'), 'f', counter);
    await objects.put('a', new Uint8Array(7));
    await objects.get('a');
    await objects.list('a');
    expect(units()).toMatchObject({ objectPuts: 2, objectGets: 1, objectBytes: 7 });
  });
});

describe('the run of a load', () => {
  test('has the batches that the load gives', async () => {
    const counted = await count({ eventsPerSecond: 50, eventsPerRequest: 10 });
    const { flow, seconds, events, shards, window, rows } = counted;
    expect([seconds, events, shards]).toEqual([60, 3_000, 1]);
    expect(flow.ingest).toMatchObject({ invocations: 300, events: 3_000 });
    // A poll a second and a window of a second more; half as many batches, each with one entry.
    expect(flow.validate?.invocations).toBe(60);
    expect(flow.aggregate?.invocations).toBeGreaterThanOrEqual(29.5);
    expect(flow.aggregate?.invocations).toBeLessThanOrEqual(31);
    expect(flow['write-table']?.writeUnits ?? 0).toBe(0);
    // One window of 3,000 events over 1,000 keys.
    expect(rows).toBeGreaterThan(900);
    expect(rows).toBeLessThanOrEqual(1_000);
    expect(window['write-table']?.writeUnits).toBe(rows);
    // A month has 5 requests a second, and a window a minute with the rows of 3,000 events.
    const month = unitsOfMonth(counted);
    expect(month.ingest?.invocations).toBeCloseTo(5 * SECONDS);
    expect(month['write-table']?.writeUnits).toBeCloseTo(rowsPerMonth(counted.load), 0);
    expect(rowsPerMonth(counted.load)).toBeCloseTo(43_800 * 1_000 * (1 - (1 - 1 / 1_000) ** 3_000), 0);
  });

  test('costs a minute of ticks and schedules when idle, and nothing by the event', async () => {
    const counted = await count({ eventsPerSecond: 0 });
    expect(counted.events).toBe(0);
    expect(counted.minute.tick).toMatchObject({ invocations: 1, putUnits: 1 });
    expect(counted.minute.validate).toMatchObject({ invocations: 1 });
    expect(rowsPerMonth(counted.load)).toBe(0);
    const month = unitsOfMonth(counted);
    expect(month.tick?.invocations).toBe(43_800);
    expect(month.ingest?.invocations ?? 0).toBe(0);
  });

  test('twice the queries write twice the rows, with about the same calls by the event', async () => {
    const [one, two] = [await count({ queries: 1 }), await count({ queries: 2 })];
    expect(two.rows).toBe(2 * one.rows);
    expect(two.flow.aggregate?.tableCalls).toBe(one.flow.aggregate?.tableCalls);
    expect(two.flow.validate).toMatchObject({ writeUnits: one.flow.validate?.writeUnits });
  });
});

describe('bills', () => {
  test('all have the same endpoint and rows; the naive ones write each event', async () => {
    const counted = await count({});
    const bills = billsOf(world, counted);
    expect(bills.map((b) => b.name)).toEqual(['this pipeline', 'naive', 'naive, exact', 'Managed Flink']);
    for (const part of ['endpoint', 'results'] as const) {
      const sums = bills.map((b) => total(b, (l) => l.part === part));
      for (const sum of sums) expect(sum).toBeCloseTo(sums[0] ?? 0, 6);
    }
    const [, naive, exact] = statePrices({ load: counted.load, counted, bills });
    expect(naive?.perMillion).toBeCloseTo(0.625);
    expect(exact?.perMillion).toBeCloseTo(2.5, 1);
    expect(monthly(100)).toBe(100 * SECONDS);
  });

  test('at full batches state costs at most a 50th of the naive consumer, a 200th of the exact one', async () => {
    const counted = await count({ eventsPerSecond: 5_000, eventsPerRequest: 1_000 }, 20_000);
    const [mine, naive, exact] = statePrices({ load: counted.load, counted, bills: billsOf(world, counted) });
    expect((naive?.perMillion ?? 0) / (mine?.perMillion ?? 1)).toBeGreaterThan(50);
    expect((exact?.perMillion ?? 0) / (mine?.perMillion ?? 1)).toBeGreaterThan(200);
  });

  test("client=sdk pays for the SDK's processor time; the naive consumers, which take it anyhow, share only the endpoint's", async () => {
    const service = { root, env: {}, params: { client: 'sdk' } };
    const counted = await count({ eventsPerSecond: 100 }, 1_000);
    const seconds = (w: typeof world, what: string) =>
      billsOf(w, counted)
        .map((b) => b.lines.find((l) => l.what === what)?.units)
        .filter((n) => n !== undefined);
    const sdk = worldOf({ template, service, prices: LIST_PRICES, times: TIMES });
    const more = (what: string) => seconds(sdk, what).map((n, i) => n / (seconds(world, what)[i] ?? 0));
    for (const what of ['functions without state: GB-seconds', 'functions with state: GB-seconds']) {
      expect(more(what)[0]).toBeGreaterThan(1.02);
      expect(more(what)[0]).toBeLessThan(1.5); // waits are the same
    }
    expect(more('consumer: GB-seconds')).toEqual([1, 1]);
  });

  test('on demand there are no shard-hours, provisioned there are no GB', async () => {
    const prices = async (onDemand: boolean) =>
      (billsOf(world, await count({ onDemand, eventsPerSecond: 10 }, 100))[0]?.lines ?? []).map((l) => l.price);
    const [on, off] = [await prices(true), await prices(false)];
    expect(on).toContain('onDemandInGb');
    expect(on).not.toContain('shardHours');
    expect(off).toContain('shardHours');
    expect(off).not.toContain('onDemandInGb');
  });

  test('a price counts by its unit; without events there is no price of a million', () => {
    const line = lineMaker(LIST_PRICES)('state', 'x', 'tableWriteUnits', 2e6, 'counted');
    expect(line.usd).toBeCloseTo(1.25);
    expect(perMillion({ name: 'b', lines: [line] }, load({ eventsPerSecond: 0 }))).toBeUndefined();
  });
});

describe('prices of a file', () => {
  const dir = mkdtempSync(join(tmpdir(), 'millrace-prices-'));
  afterAll(() => rmSync(dir, { recursive: true }));
  const file = (text: string): string => {
    const path = join(dir, 'p.json');
    writeFileSync(path, text);
    return path;
  };

  test('take the place of the listed ones, the others stay', () => {
    const { prices, date } = readPrices(
      file('{"date":"2027-01-01","prices":{"shardHours":0.012,"putUnits":{"usd":1,"per":2}}}'),
    );
    expect(date).toBe('2027-01-01');
    expect(prices.shardHours).toMatchObject({ usd: 0.012, per: 1, sure: 'given' });
    expect(prices.putUnits).toMatchObject({ usd: 1, per: 2 });
    expect(prices.alarms).toEqual(LIST_PRICES.prices.alarms);
  });

  test.each([
    ['{', /JSON|position|Expected/],
    ['{}', /no field "prices"/],
    ['{"prices":{"shardHour":1}}', /unknown price "shardHour"; did you mean "shardHours"\?/],
    ['{"prices":{"shardHours":"1"}}', /price "shardHours" is "1"; write USD for 1 shard-hours/],
    ['{"prices":{"shardHours":-1}}', /write USD/],
  ])('%s is refused', (text, said) => {
    expect(() => readPrices(file(text))).toThrow(PriceError);
    expect(() => readPrices(file(text))).toThrow(said);
  });

  test("the dashboard's estimate takes the same ones", () => {
    const one = (id: keyof typeof LIST_PRICES.prices): number =>
      LIST_PRICES.prices[id].usd / LIST_PRICES.prices[id].per;
    expect(PRICES.request).toBeCloseTo(one('lambdaRequests'), 12);
    expect(PRICES.gbSecond).toBeCloseTo(one('lambdaGbSeconds'), 12);
    expect(PRICES.writeUnit).toBeCloseTo(one('tableWriteUnits'), 12);
    expect(PRICES.readUnit).toBeCloseTo(one('tableReadUnits'), 12);
    expect([PRICES.customMetric, PRICES.alarm, PRICES.dashboard]).toEqual([
      one('metrics'),
      one('alarms'),
      one('dashboards'),
    ]);
  });

  test('every listed price says what it is for, where it stands and how sure it is', () => {
    for (const p of Object.values(LIST_PRICES.prices)) {
      expect(p.source).toMatch(/^https:\/\/aws\.amazon\.com\//);
      expect(p.unit.length * p.sure.length).toBeGreaterThan(0);
      expect(p.usd).toBeGreaterThan(0);
    }
  });
});

describe('curves', () => {
  const curve = (name: string, of: (rate: number) => number): Curve => ({
    name,
    points: [1, 10, 100, 1_000].map((rate) => [rate, of(rate)]),
  });
  const flat = curve('flat', () => 100);

  test('cross where their prices are equal', () => {
    expect(crossings([flat, curve('steep', (r) => r * 2)])).toEqual([
      { other: 'steep', rate: expect.closeTo(50), usd: expect.closeTo(100), cheaperAbove: 'flat' },
    ]);
    expect(crossings([curve('steep', (r) => r * 2), flat])[0]?.cheaperAbove).toBe('flat');
    expect(crossings([flat, curve('low', () => 10)])).toEqual([]);
  });

  test('become a picture with every name and every crossing', () => {
    const curves = [flat, curve('a < b', (r) => r * 2)];
    const svg = costSvg(curves, crossings(curves), 'a load');
    expect(svg).toContain('a &lt; b');
    expect(svg).toContain('50/s, 100 USD');
    expect(svg.match(/<path /g)).toHaveLength(2);
    expect(svg.match(/<circle /g)).toHaveLength(1);
    expect(svg).not.toContain('NaN');
  });
});

describe('a table of the lake', () => {
  const at = (stage: string, bytes: number) =>
    lakeMonth(world.line, readTemplate({ root, env: {}, stage, params: { bucket: 'acme-prod' } }), bytes);
  test('costs its files, and what compaction reads and writes of them', async () => {
    const bill = await at('prod', 100e6);
    const units = (what: string) => bill?.lines.find((l) => l.what === what)?.units;
    expect(units('roll-up-lake: files')).toBe(12 * 730);
    // Each file is read for its columns, then for its rows.
    expect(units('compact-lake: S3 gets')).toBe(24 * 730);
    expect(units('compact-lake: write units')).toBe(3 * 730); // home, begin, commit
    expect(total(bill ?? { name: '', lines: [] })).toBeCloseTo(0.64, 1);
  });
  test('costs more time with more bytes, and nothing where nothing is compacted', async () => {
    const [small, large] = [await at('prod', 1e6), await at('prod', 1e9)];
    const calls = (b: typeof small) => b?.lines.filter((l) => l.price !== 'lambdaGbSeconds');
    expect(calls(small)).toEqual(calls(large));
    expect(total(large ?? { name: '', lines: [] })).toBeGreaterThan(5);
    expect(await at('dev', 1e6)).toBeUndefined();
  });
});
