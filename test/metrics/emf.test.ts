import { Console } from 'node:console';
import { Writable } from 'node:stream';
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { emfLine } from '../../shared/metrics/emf.ts';
import { type Measures, OURS, type OurMetric } from '../../shared/metrics/list.ts';
import { readEmf } from './read-emf.ts';

const HEAD = { namespace: 'millrace', stage: 'prod', function: 'validate', full: true };
const AT = Date.UTC(2026, 10, 22, 12);

/** The same metrics as Powertools writes them. */
const byPowertools = (measures: Measures): string => {
  const lines: string[] = [];
  const stdout = new Writable({
    write(chunk, _, done) {
      lines.push(String(chunk));
      done();
    },
  });
  const metrics = new Metrics({
    namespace: HEAD.namespace,
    serviceName: 'millrace',
    defaultDimensions: { stage: HEAD.stage, function: HEAD.function },
  });
  Object.assign(metrics, { console: new Console({ stdout, stderr: stdout }) });
  for (const { name, unit } of OURS) {
    const value = measures[name];
    if (value !== undefined)
      metrics.addMetric(name, unit === 'Count' ? MetricUnit.Count : MetricUnit.Milliseconds, value);
  }
  metrics.publishStoredMetrics();
  return lines.join('');
};

describe('what CloudWatch reads from our line', () => {
  const measured = fc.dictionary(
    fc.constantFrom(...OURS.map((m) => m.name)),
    fc.double({ min: 0.5, max: 1e12, noNaN: true }),
    { minKeys: 1 },
  ) as fc.Arbitrary<Partial<Record<OurMetric, number>>>;

  test('is what it reads from the line of Powertools, but for the dimension `service`', () => {
    fc.assert(
      fc.property(measured, (measures) => {
        const ours = readEmf(emfLine(HEAD)(AT, measures, {}) ?? '');
        const [theirs] = readEmf(byPowertools(measures));
        const { service, ...dimensions } = theirs?.dimensions ?? {};
        expect(service).toBe('millrace');
        expect(ours).toEqual([{ ...theirs, dimensions, at: AT }]);
      }),
      { numRuns: 50 },
    );
  });

  test('has two dimensions, and the place of the batch as fields only', () => {
    const line =
      emfLine(HEAD)(AT, { EventsIn: 5 }, { stream: 'raw', shard: 'shardId-0', queries: { visits: 1 } }) ?? '';
    expect(readEmf(line)).toEqual([
      {
        namespace: 'millrace',
        at: AT,
        dimensions: { stage: 'prod', function: 'validate' },
        metrics: { EventsIn: { unit: 'Count', value: 5 } },
      },
    ]);
    expect(JSON.parse(line)).toMatchObject({ stream: 'raw', shard: 'shardId-0', queries: { visits: 1 } });
  });
});

describe('what costs nothing', () => {
  test.each([
    ['a sum of 0 is no metric', { EventsIn: 3, EventsRejected: 0 }, ['EventsIn']],
    ['a level of 0 is one', { WatermarkDelay: 0 }, ['WatermarkDelay']],
    ['the books say 0 when they balance', { BooksOutOfBalance: 0 }, ['BooksOutOfBalance']],
  ] as const)('%s', (_, measures, names) => {
    const [read] = readEmf(emfLine(HEAD)(AT, measures, {}) ?? '');
    expect(Object.keys(read?.metrics ?? {})).toEqual(names);
  });

  test('an invocation that measured nothing writes no line', () => {
    expect(emfLine(HEAD)(AT, { EventsIn: 0, Calls: 0 }, { stream: 'raw' })).toBeUndefined();
  });

  test('with metrics=lean calls and write units stand in the line, and are no metrics', () => {
    const line = emfLine({ ...HEAD, full: false })(AT, { EventsIn: 1, Calls: 4, WriteUnits: 2 }, {}) ?? '';
    expect(Object.keys(readEmf(line)[0]?.metrics ?? {})).toEqual(['EventsIn']);
    expect(JSON.parse(line)).toMatchObject({ Calls: 4, WriteUnits: 2 });
    const calls = emfLine({ ...HEAD, full: false })(AT, { Calls: 4 }, {}) ?? '';
    expect(readEmf(calls)).toEqual([]);
  });
});
