import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { prometheusName, prometheusText } from '../../local/watch/prometheus.ts';
import { ownValues, type Services, valuesOf } from '../../local/watch/values.ts';
import { readWatch } from '../../local/watch/watched.ts';
import { emfLine } from '../../shared/metrics/emf.ts';
import { METRICS, OURS } from '../../shared/metrics/list.ts';
import { readPrometheus } from './read-prometheus.ts';

const watch = readWatch({ root: join(import.meta.dirname, '../..'), stage: 'dev', env: {} });
const services: Services = {
  invoked: () => ({ invocations: 7, errors: 1, p99: 250, ms: 1_000 }),
  iteratorAge: () => 1_500,
  stream: () => ({ records: 3, bytes: 4_096, writesRefused: 0, readsRefused: 0 }),
  table: () => ({ writeUnits: 2, readUnits: 1, throttled: 0 }),
  waiting: () => null,
  api: () => ({ count: 5, refused: 1, failed: 0, p99: 90 }),
  hours: () => 2,
};
const line = (fn: string, measures: object) =>
  emfLine({ namespace: 'millrace', stage: 'dev', function: fn, full: false })(0, measures, {}) ?? '';
const textOf = (...lines: readonly string[]) => {
  const own = ownValues();
  for (const l of lines) own.take(l);
  return prometheusText(watch, valuesOf(watch, services, own));
};

test('every metric of the list has a family of its own, typed by how its values add up', () => {
  const families = readPrometheus(textOf());
  expect([...families.keys()].toSorted()).toEqual(METRICS.map(prometheusName).toSorted());
  for (const m of METRICS) {
    const family = families.get(prometheusName(m));
    expect([m.name, family?.type, family?.help]).toEqual([
      m.name,
      m.statistic === 'Sum' && m.source !== 'math' ? 'counter' : 'gauge',
      m.meaning,
    ]);
  }
});

test.each([
  ['EventsIn', 'millrace_function_events_in_total'],
  ['WatermarkDelay', 'millrace_function_watermark_delay_seconds'],
  ['IncomingBytes', 'millrace_stream_incoming_bytes_total'],
  ['4xx', 'millrace_api_4xx_total'],
  ['BooksOutOfBalance', 'millrace_function_books_out_of_balance'],
])('%s is called %s', (name, wanted) => {
  expect(METRICS.filter((m) => m.name === name).map(prometheusName)).toContain(wanted);
});

describe('values', () => {
  test('counters add up the lines of a function, levels show the newest', () => {
    const text = textOf(
      line('validate', { EventsIn: 10, WatermarkDelay: 2_000 }),
      line('enrich', { EventsIn: 99 }),
      line('validate', { EventsIn: 5, WatermarkDelay: 500, Calls: 4 }),
      '{"level":"INFO","message":"no line of ours"}',
      'text with "function":" in it',
    );
    const families = readPrometheus(text);
    const of = (name: string) => families.get(name)?.samples.get('stage=dev,function=validate');
    expect(of('millrace_function_events_in_total')).toBe(15);
    expect(of('millrace_function_watermark_delay_seconds')).toBe(0.5);
    expect(of('millrace_function_calls_total')).toBe(4);
    expect(of('millrace_function_duration_seconds')).toBe(0.25);
    expect(of('millrace_function_iterator_age_seconds')).toBe(1.5);
  });

  test('what is not known yet has no sample; a counter begins at 0', () => {
    const families = readPrometheus(textOf());
    expect(families.get('millrace_queue_approximate_number_of_messages_visible')?.samples.size).toBe(0);
    expect(families.get('millrace_function_books_out_of_balance')?.samples.size).toBe(0);
    expect(families.get('millrace_function_events_late_total')?.samples.get('stage=dev,function=aggregate')).toBe(0);
  });

  test('every metric of our own can be read back from a line', () => {
    for (const { name } of OURS) {
      const own = ownValues();
      own.take(line('f', { [name]: 3 }));
      expect([name, own.of('f', name)]).toEqual([name, 3]);
    }
  });

  test('the estimated cost: 7 requests, a second of 1,769 MB, in two hours', () => {
    const cost = readPrometheus(textOf()).get('millrace_function_cost_per_hour_usd')?.samples;
    expect(cost?.get('stage=dev,function=validate')).toBeCloseTo((7 * 0.2e-6 + (1769 / 1024) * 0.0000133334) / 2, 12);
  });
});
