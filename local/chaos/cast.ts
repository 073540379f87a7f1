// The real steps of the pipeline, each behind a gate, wired as functions/*/handler.ts wire them.
import {
  byName,
  MESSAGES,
  SEARCH,
  TOPICS,
  tablesOf,
  WAREHOUSE,
  WEBHOOKS,
} from '../../shared/destinations/tables-of.ts';
import { memoryStream } from '../../shared/memory/stream.ts';
import { memoryWake } from '../../shared/memory/wake.ts';
import type { Clock, Objects, Stream, Table } from '../../shared/ports.ts';
import type { Plan } from '../../shared/query/plan.ts';
import { aggregate } from '../../shared/steps/aggregate/aggregate.ts';
import { enrich } from '../../shared/steps/enrich.ts';
import { judgeOf } from '../../shared/steps/judge.ts';
import { refine, SETTLE } from '../../shared/steps/refine/refine.ts';
import { rollUpLake } from '../../shared/steps/roll-up-lake.ts';
import { forward } from '../../shared/steps/sink/forward.ts';
import { upsert } from '../../shared/steps/sink/upsert.ts';
import { tick } from '../../shared/steps/tick.ts';
import { transform } from '../../shared/steps/transform.ts';
import { validate } from '../../shared/steps/validate.ts';
import { writeLake } from '../../shared/steps/write-lake.ts';
import { writeTable } from '../../shared/steps/write-table.ts';
import type { Ms } from '../../shared/time.ts';
import { compactAll } from './compactor.ts';
import { type Gate, gatedObjects, gatedStream, gatedTable, gatedTurn, gatedWake } from './gate.ts';
import type { Journal } from './journal.ts';
import { Mapping } from './mapping.ts';
import { busOf, hooksOf, type Outside, searchOf, topicsOf, warehouseOf } from './outside/outside.ts';
import { click, DELAY, LOOKUP, sourcesFor } from './scenario.ts';
import type { Shape } from './shape.ts';

/** One run of a function that no stream calls. `settle`: to decide whatever there is. */
export type Run = (settle: boolean) => Promise<unknown>;
export type Runner = { readonly name: string; readonly make: (gate: Gate) => Run; slots: (Slot | null)[] };
export type Slot = { gate: Gate; step: Run; busy: boolean };

export const RUN_ID = '1';

export type Parts = {
  /** The plan that is deployed just now. */
  readonly plan: () => Plan;
  readonly shape: Shape;
  readonly raw: Journal;
  readonly validated: Journal;
  readonly enriched: Journal;
  readonly refined: Journal;
  /** The one that new sandboxes use. */
  readonly table: () => Table;
  readonly results: Table;
  readonly objects: Objects;
  /** Destinations outside. */
  readonly outside: Outside;
  readonly retention: Ms;
  /** The clock of a new sandbox. */
  readonly clock: () => Clock;
  readonly nonce: () => string;
  /** RUN; the first one without it. Functions of another one carry it in their names. */
  readonly run?: string;
  /** One run of an operator. */
  readonly operate: (
    ports: { readonly raw: Stream; readonly ledger: Table; readonly objects: Objects },
    wait: () => Promise<void>,
  ) => () => Promise<unknown>;
  /** What the look-up answers for a click just now. */
  readonly answer: (id: string) => number;
};
export type Cast = {
  readonly mappings: Mapping[];
  readonly runners: readonly Runner[];
  readonly ticker: Runner;
  readonly operator: Runner;
  readonly compactor: Runner;
};

const plenty = { remainingMs: () => 60_000 };

export const castOf = (p: Parts): Cast => {
  const { shape, raw, validated, enriched, refined } = p;
  const { groups } = shape;
  const { run = RUN_ID } = p;
  const named = (name: string): string => (run === RUN_ID ? name : `${run}:${name}`);
  const common = (gate: Gate) => ({
    table: gatedTable(gate, p.table()),
    objects: gatedObjects(gate, p.objects),
    rejected: gatedObjects(gate, p.objects),
    wake: gatedWake(gate, memoryWake()),
    clock: p.clock(),
    nonce: p.nonce,
    run,
    groups,
    plan: p.plan(),
    patience: { tries: 3, wait: () => gatedTurn(gate, 'wait', async () => undefined) },
  });
  const to = (gate: Gate, log: Journal) => gatedStream(gate, memoryStream(log));
  const lookups = (gate: Gate) => ({
    geo: undefined,
    agent: () => null,
    reference: {
      find: (_: string, keys: readonly string[]) =>
        gatedTurn(gate, 'look up', async () => new Map(keys.map((key) => [key, { w: p.answer(key) }]))),
    },
  });
  const runner = (name: string, make: (gate: Gate) => Run): Runner => ({
    name: named(name),
    make,
    slots: [null, null],
  });
  const refiner = (name: string, reads: 'enriched' | 'refined', from: Journal): Runner =>
    runner(name, (g) => {
      const step = refine({ ...common(g), reads, from: to(g, from), raw: to(g, raw), to: to(g, refined) });
      return (settle) => step(settle ? [SETTLE] : ['{}'], plenty);
    });

  const mappings = [
    new Mapping(named('validate'), raw, (g) =>
      validate({
        ...common(g),
        raw: to(g, raw),
        validated: to(g, validated),
        delay: DELAY,
        sources: sourcesFor(shape.deduplicate),
        judge: judgeOf({ plan: p.plan(), types: { 'click.v1': click } }),
        retention: p.retention,
      }),
    ),
    new Mapping(named('enrich'), validated, (g) =>
      enrich({ ...common(g), from: to(g, validated), to: to(g, enriched), enrichments: [LOOKUP], lookups: lookups(g) }),
    ),
    new Mapping(named('transform'), enriched, (g) =>
      transform({ ...common(g), from: to(g, enriched), to: to(g, refined) }),
    ),
    new Mapping(named('aggregate'), enriched, (g) =>
      aggregate({ ...common(g), reads: 'enriched', from: to(g, enriched) }),
    ),
    new Mapping(named('aggregate-again'), refined, (g) =>
      aggregate({ ...common(g), reads: 'refined', from: to(g, refined) }),
    ),
    ...(shape.sinks
      ? [
          new Mapping(named('write-table'), refined, (g) => {
            const { rejected, run } = common(g);
            return writeTable({ tables: p.plan().tables, results: gatedTable(g, p.results), rejected, run });
          }),
          new Mapping(named('write-lake'), refined, (g) =>
            writeLake({ ...common(g), reads: 'refined', from: to(g, refined) }),
          ),
        ]
      : []),
    ...(shape.outside
      ? [
          new Mapping(named('write-warehouse'), refined, (g) => {
            const { rejected, run, patience, plan } = common(g);
            const tables = byName(tablesOf(plan, WAREHOUSE));
            const destination = warehouseOf(p.outside, plan, g);
            return upsert({ stage: 'write-warehouse', tables, destination, rejected, run, patience });
          }),
          new Mapping(named('publish'), refined, (g) => {
            const { table, run, plan } = common(g);
            const tables = byName(tablesOf(plan, MESSAGES));
            const destination = busOf(p.outside, plan, g, table, run);
            return forward({ ...common(g), stage: 'publish', tables, destination, from: to(g, refined) });
          }),
          new Mapping('write-search', refined, (g) => {
            const { rejected, run, patience, plan } = common(g);
            const tables = byName(tablesOf(plan, SEARCH));
            const destination = searchOf(p.outside, plan, g);
            return upsert({ stage: 'write-search', tables, destination, rejected, run, patience });
          }),
          new Mapping('call-webhook', refined, (g) => {
            const tables = byName(tablesOf(p.plan(), WEBHOOKS));
            const destination = hooksOf(p.outside, p.plan(), g, common(g).clock);
            return forward({ ...common(g), stage: 'call-webhook', tables, destination, from: to(g, refined) });
          }),
          new Mapping('write-topic', refined, (g) => {
            const tables = byName(tablesOf(p.plan(), TOPICS));
            const destination = topicsOf(p.outside, p.plan(), g);
            return forward({ ...common(g), stage: 'write-topic', tables, destination, from: to(g, refined) });
          }),
        ]
      : []),
  ];
  const runners = [
    refiner('refine', 'enriched', enriched),
    refiner('refine-again', 'refined', refined),
    ...(shape.sinks
      ? [
          runner('roll-up-lake', (g) => {
            const streams = { enriched: to(g, enriched), refined: to(g, refined) };
            const step = rollUpLake({ ...common(g), streams });
            return () => step(0, plenty);
          }),
        ]
      : []),
  ];
  const ticker = runner('tick', (g) => {
    const step = tick({ raw: to(g, raw), patience: common(g).patience });
    return () => step(0, plenty);
  });
  const operator = runner('operator', (g) => {
    const run = p.operate(
      { raw: to(g, raw), ledger: gatedTable(g, p.table()), objects: gatedObjects(g, p.objects) },
      common(g).patience.wait,
    );
    return () => run();
  });
  const compactor = runner('compact-lake', (g) => compactAll(common(g)));
  return { mappings, runners, ticker, operator, compactor };
};
