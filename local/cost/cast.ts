// The steps of the functions on metered ports, one for each function's name. A function that is not here is counted by its
// invocations and what it reads.
import type { MemoryLog } from '../../shared/memory/log.ts';
import { memoryObjects } from '../../shared/memory/objects.ts';
import { memoryStream } from '../../shared/memory/stream.ts';
import { memoryTable } from '../../shared/memory/table.ts';
import { type MemoryWake, memoryWake } from '../../shared/memory/wake.ts';
import type { Clock } from '../../shared/ports.ts';
import type { Plan } from '../../shared/query/plan.ts';
import { aggregate } from '../../shared/steps/aggregate/aggregate.ts';
import { archive } from '../../shared/steps/archive.ts';
import { enrich } from '../../shared/steps/enrich.ts';
import { createApp } from '../../shared/steps/ingest/app.ts';
import { judgeOf, longestDelay } from '../../shared/steps/judge.ts';
import { refine } from '../../shared/steps/refine/refine.ts';
import { rollUpLake } from '../../shared/steps/roll-up-lake.ts';
import { tick } from '../../shared/steps/tick.ts';
import { transform } from '../../shared/steps/transform.ts';
import { validate } from '../../shared/steps/validate.ts';
import { writeLake } from '../../shared/steps/write-lake.ts';
import { writeTable } from '../../shared/steps/write-table.ts';
import type { BatchStep } from '../../shared/trigger/batch.ts';
import { type Counter, meteredObjects, meteredStream, meteredTable, meteredWake } from './metered.ts';
import { TYPES } from './sample.ts';

export type StreamName = 'raw' | 'validated' | 'enriched' | 'refined';
export type Logs = Readonly<Record<StreamName, MemoryLog>>;
/** What a clock or a queue calls. */
export type Run = (bodies: readonly string[]) => Promise<unknown>;

export type Cast = {
  readonly post: (body: string) => Promise<Response>;
  /** The step of a function for one of the streams it reads; undefined when it is not known here. */
  readonly step: (fn: string, stream: StreamName) => BatchStep | undefined;
  readonly run: (fn: string) => Run | undefined;
  readonly wakes: Readonly<Record<'refine' | 'refine-again', MemoryWake>>;
};

const RUN = '1';
const budget = { remainingMs: () => 60_000 };

export const castOf = (logs: Logs, plan: Plan, groups: number, clock: Clock, counter: Counter): Cast => {
  const ledger = memoryTable('ledger');
  const results = memoryTable('results');
  const data = memoryObjects('data');
  const wakes = { refine: memoryWake(), 'refine-again': memoryWake() };
  let nonce = 0;
  const common = (fn: string) => {
    const objects = meteredObjects(data, fn, counter);
    return {
      table: meteredTable(ledger, fn, counter),
      objects,
      rejected: objects,
      clock,
      nonce: () => `n${nonce++}`,
      run: RUN,
      groups,
      plan,
    };
  };
  const on = (fn: string, stream: StreamName) => meteredStream(memoryStream(logs[stream]), fn, counter);
  const wake = (fn: string, which: keyof typeof wakes) => meteredWake(wakes[which], fn, counter);

  const steps: Readonly<Record<string, () => BatchStep>> = {
    'archive raw': () => archive({ raw: on('archive', 'raw'), objects: common('archive').objects, run: RUN }),
    'validate raw': () =>
      validate({
        ...common('validate'),
        raw: on('validate', 'raw'),
        validated: on('validate', 'validated'),
        judge: judgeOf({ types: TYPES, plan }),
        delay: longestDelay(plan.tables),
        sources: [],
      }),
    'enrich validated': () =>
      enrich({
        ...common('enrich'),
        from: on('enrich', 'validated'),
        to: on('enrich', 'enriched'),
        enrichments: [],
        lookups: {} as never, // no enrichment asks
      }),
    'transform enriched': () =>
      transform({ ...common('transform'), from: on('transform', 'enriched'), to: on('transform', 'refined') }),
    'aggregate enriched': () =>
      aggregate({
        ...common('aggregate'),
        wake: wake('aggregate', 'refine'),
        reads: 'enriched',
        from: on('aggregate', 'enriched'),
      }),
    'aggregate-again refined': () =>
      aggregate({
        ...common('aggregate-again'),
        wake: wake('aggregate-again', 'refine-again'),
        reads: 'refined',
        from: on('aggregate-again', 'refined'),
      }),
    'write-table refined': () =>
      writeTable({
        tables: plan.tables,
        results: meteredTable(results, 'write-table', counter),
        rejected: common('write-table').objects,
        run: RUN,
      }),
    'write-lake enriched': () =>
      writeLake({ ...common('write-lake'), reads: 'enriched', from: on('write-lake', 'enriched') }),
    'write-lake refined': () =>
      writeLake({ ...common('write-lake'), reads: 'refined', from: on('write-lake', 'refined') }),
  };
  const refiner = (fn: 'refine' | 'refine-again', from: 'enriched' | 'refined'): Run => {
    const step = refine({ ...common(fn), reads: from, from: on(fn, from), raw: on(fn, 'raw'), to: on(fn, 'refined') });
    return (bodies) => step(bodies, budget);
  };
  const runs: Readonly<Record<string, () => Run>> = {
    refine: () => refiner('refine', 'enriched'),
    'refine-again': () => refiner('refine-again', 'refined'),
    tick: () => {
      const step = tick({ raw: on('tick', 'raw') });
      return () => step(0, budget);
    },
    'roll-up-lake': () => {
      const streams = { enriched: on('roll-up-lake', 'enriched'), refined: on('roll-up-lake', 'refined') };
      const step = rollUpLake({ ...common('roll-up-lake'), streams });
      return () => step(0, budget);
    },
  };
  const made = new Map<string, unknown>();
  const once = <T>(of: Readonly<Record<string, () => T>>, name: string): T | undefined => {
    if (!made.has(name)) made.set(name, of[name]?.());
    return made.get(name) as T | undefined;
  };
  const app = createApp({ raw: on('ingest', 'raw'), clock, types: TYPES });
  return {
    post: async (body) =>
      app.request('/events', {
        method: 'POST',
        headers: { 'content-type': 'application/cloudevents-batch+json' },
        body,
      }),
    step: (fn, stream) => once(steps, `${fn} ${stream}`),
    run: (fn) => once(runs, fn),
    wakes,
  };
};
