import { hash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { DEFAULTS, generate, KINDS, timeline } from '../../local/generate/generate.ts';
import { PRODUCTS } from '../../local/generate/shop-catalogue.ts';
import { disorderOf, eventsOf, fileOf, linesOf, sampleSchemas } from './given.ts';

const sha = (lines: readonly string[]): string => hash('sha256', lines.join('\n')).slice(0, 16);

describe('the same seed gives the same bytes', () => {
  test.each([
    ['shop', 'd5cd136f964a06c2'],
    ['sensor', '71dedadf5c9e21b9'],
    ['meter', 'b817653eca7b620d'],
  ] as const)('%s', (kind, bytes) => {
    const options = { kind, duplicates: 0.02, malformed: 0.02 };
    expect(sha(linesOf(options))).toBe(bytes);
    expect(sha(linesOf({ ...options, seed: 8 }))).not.toBe(bytes);
  });

  test('a longer run begins with the shorter one', () => {
    expect(linesOf({ events: 900 }).slice(0, 300)).toEqual(linesOf({ events: 300 }));
  });
});

describe('the shop', () => {
  const events = eventsOf({ events: 20_000 });

  test('fits the schemas of the sample pipeline', () => {
    const schemas = sampleSchemas();
    const refused = events.filter((e) => schemas.get(e.type)?.(e.data) !== true);
    expect(refused).toEqual([]);
    expect(new Set(events.map((e) => e.type))).toEqual(new Set(schemas.keys()));
  });

  test('has its time, id and subject where the schemas mark them', () => {
    for (const e of events) {
      const { viewed_at, ordered_at, paid_at, order_id, payment_id, page } = e.data;
      const expected = {
        'page_view.v1': { time: viewed_at, id: e.id, subject: page },
        'order.v1': { time: ordered_at, id: order_id, subject: order_id },
        'payment.v1': { time: paid_at, id: payment_id, subject: order_id },
      }[e.type];
      expect({ time: e.time, id: e.id, subject: e.subject }).toEqual(expected);
    }
  });

  test('pays only what was ordered, for its price, after it was ordered', () => {
    const orders = new Map(events.filter((e) => e.type === 'order.v1').map((e) => [e.id, e]));
    const payments = events.filter((e) => e.type === 'payment.v1');
    expect(payments.length).toBeGreaterThan(100);
    for (const payment of payments) {
      const order = orders.get(payment.subject);
      if (order === undefined) continue; // sent after its payment, beyond the end of this sample
      expect(payment.data.amount).toBe(order.data.total);
      expect(payment.time > order.time).toBe(true);
    }
    const failed = payments.filter((p) => p.data.outcome === 'failed').length / payments.length;
    expect(failed).toBeGreaterThan(0.1);
    expect(failed).toBeLessThan(0.25);
  });

  test('sells the products of the reference table at their price', () => {
    const rows = fileOf('reference/products.csv').trim().split('\n').slice(1);
    const listed = rows.map((row) => `${row.split(',')[0]} ${Math.round(100 * Number(row.split(',').at(-1)))}`);
    expect(PRODUCTS.map((p) => `${p.sku} ${p.cents}`).sort()).toEqual(listed.sort());
  });
});

describe('disorder', () => {
  test.each([
    ['as it comes, inside the 5 s that the sample tables wait', undefined, DEFAULTS.disorder, 2_000],
    ['none', 0, 1, 0],
    ['a minute', 60_000, 60_000, 50_000],
  ])('%s', (_, disorder, below, atLeast) => {
    const worst = disorderOf(eventsOf({ duplicates: 0.05, ...(disorder === undefined ? {} : { disorder }) }));
    expect(worst).toBeLessThan(below);
    expect(worst).toBeGreaterThanOrEqual(atLeast);
    expect(DEFAULTS.disorder).toBeLessThanOrEqual(5_000);
  });

  test('the moments of sending never fall, and none lies before its event', () => {
    let last = Number.NEGATIVE_INFINITY;
    for (const { at, line } of timeline({ kind: 'shop', seed: 1, events: 3_000 })) {
      expect(at).toBeGreaterThanOrEqual(last);
      expect(at).toBeGreaterThanOrEqual(Date.parse(JSON.parse(line).time));
      last = at;
    }
  });
});

describe('what is wrong on purpose', () => {
  test('copies are the same events again, in the share asked for', () => {
    const lines = linesOf({ events: 20_000, duplicates: 0.05 });
    const copies = lines.length - new Set(lines).size;
    expect(Math.abs(copies / lines.length - 0.05)).toBeLessThan(0.01);
    expect(eventsOf({ events: 20_000, duplicates: 0.05 }).length - new Set(lines).size).toBe(copies);
    expect(new Set(linesOf()).size).toBe(linesOf().length);
  });

  test('broken lines are one line each, no JSON and not empty; the whole ones are all there', () => {
    const lines = linesOf({ events: 5_000, malformed: 0.1 });
    const whole = eventsOf({ events: 5_000, malformed: 0.1 });
    expect(lines.length).toBe(5_000);
    expect(Math.abs((lines.length - whole.length) / lines.length - 0.1)).toBeLessThan(0.02);
    expect(lines.every((line) => line !== '' && !line.includes('\n'))).toBe(true);
  });
});

test('skew: the busiest visitor has a far greater share than with none', () => {
  const share = (skew: number): number => {
    const counts = new Map<unknown, number>();
    const views = eventsOf({ skew }).filter((e) => e.type === 'page_view.v1');
    for (const e of views) counts.set(e.data.visitor, (counts.get(e.data.visitor) ?? 0) + 1);
    return Math.max(...counts.values()) / views.length;
  };
  expect(share(1.1)).toBeGreaterThan(0.05);
  expect(share(0)).toBeLessThan(0.02);
});

test('rate: events per second of event time', () => {
  const events = eventsOf({ rate: 10, events: 20_000 });
  const span = Date.parse(events.at(-1)?.time ?? '') - Date.parse(events[0]?.time ?? '');
  expect(Math.abs(events.length / (span / 1_000) - 10)).toBeLessThan(0.5);
});

test('plain lines are the data alone', () => {
  expect(linesOf({ form: 'plain', events: 50 }).map((line) => JSON.parse(line))).toEqual(
    eventsOf({ events: 50 }).map((e) => e.data),
  );
});

test.each(KINDS)('100,000 lines of %s take seconds, not minutes', (kind) => {
  const began = performance.now();
  let n = 0;
  for (const _ of generate({ kind, seed: 1, events: 100_000 })) n++;
  expect(n).toBe(100_000);
  expect(performance.now() - began).toBeLessThan(10_000);
});

test.each([
  ['seed', { seed: 0.5 }],
  ['events', { events: -1 }],
  ['duplicates', { duplicates: 2 }],
  ['malformed', { malformed: 1 }],
  ['rate', { rate: 0 }],
])('refuses an impossible %s by name', (name, options) => {
  expect(() => linesOf(options)).toThrow(name);
});
