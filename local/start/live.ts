// The state that the page and the terminal show, from the books: counted on streams, ledger and stores, as `millrace run` does.
import type { CompiledPipeline } from '../../shared/pipeline.ts';
import { readServing } from '../../shared/steps/replay/serving.ts';
import { type EpochMs, type Ms, seconds } from '../../shared/time.ts';
import { PROJECT } from '../cli/places.ts';
import { FUNCTION } from '../destinations/of-connector.ts';
import { held } from '../inspect/held.ts';
import type {
  LiveAside,
  LiveDestination,
  LiveHeld,
  LiveHistory,
  LiveRow,
  LiveStage,
  LiveState,
  LiveWatched,
} from '../page/live-state.ts';
import { type Bookkeeper, type Books, bookkeeper } from '../run/books.ts';
import type { Here } from '../run/here.ts';
import type { Player } from '../run/play.ts';
import { tableHere } from '../run/ports-here.ts';
import type { StageHere } from '../stage/stage-here.ts';
import type { Value } from '../watch/values.ts';
import { newestAside } from './aside.ts';
import { readerClock } from './reader-clock.ts';
import { rowOf, secondRows } from './second-rows.ts';
import { type RowReader, type ServedRows, servedRows } from './served-rows.ts';
import { standingIn } from './standing.ts';

/** Of each destination: a busy one must not push out the rows of the others. */
const KEPT_ROWS = 15;
/** Seconds over which rates are taken. */
const RATE_OVER = 5;
/** A stage whose oldest record has waited for less has no backlog, only its batch window. */
const CALM: Ms = seconds(5);
/** Seconds that the charts show. */
const CHARTED = 120;
/** Between two looks at what holds the watermarks back. */
const HELD_EACH: Ms = seconds(2);
const RING = 2 ** 128;

type Sample = { readonly at: EpochMs; readonly in: Readonly<Record<string, number>> };
type StageSpec = { readonly name: string; readonly path: string; readonly clock: string | null };

/** In the order an event meets them. */
const STAGES: readonly StageSpec[] = [
  { name: 'validate', path: 'raw → validated', clock: 'validate' },
  { name: 'enrich', path: 'validated → enriched', clock: 'enrich' },
  { name: 'transform', path: 'enriched → refined', clock: 'transform' },
  { name: 'aggregate', path: 'enriched → refined, by query', clock: 'aggregate' },
  { name: 'aggregate-again', path: 'refined → refined, by query', clock: 'aggregate-again' },
  { name: 'write-table', path: 'refined → results', clock: null },
  { name: 'write-lake', path: 'enriched, refined → lake', clock: null },
];

/** Those that a pipeline's tables turn on. */
const SINKS: readonly StageSpec[] = [
  { name: 'write-warehouse', path: 'refined → database', clock: null },
  { name: 'write-search', path: 'refined → search engine', clock: null },
  { name: 'publish', path: 'refined → bus, topic, queue', clock: null },
  { name: 'call-webhook', path: 'refined → endpoints', clock: null },
  { name: 'write-topic', path: 'refined → Kafka topics', clock: null },
];

/** @param rows newest first */
export const newestOfEach = (rows: readonly LiveRow[]): LiveRow[] => {
  const kept = new Map<string, number>();
  return rows.filter(({ table }) => {
    const n = (kept.get(table) ?? 0) + 1;
    kept.set(table, n);
    return n <= KEPT_ROWS;
  });
};

type Charted = { readonly at: EpochMs; readonly stages: readonly LiveStage[]; readonly settled: boolean };

/** Without what came before the pipeline had settled: it would be beyond all that follows. */
const historyOf = (list: readonly StageSpec[], charted: readonly Charted[]): LiveHistory => {
  const series = (of: (stage: LiveStage, at: EpochMs) => number | null): Record<string, (number | null)[]> =>
    Object.fromEntries(
      list.map(({ name }, i) => [
        name,
        charted.map(({ at, stages, settled }) => (settled ? of(stages[i] as LiveStage, at) : null)),
      ]),
    );
  return {
    at: charted.map((c) => c.at),
    rate: series((s) => Math.round(s.rate * 10) / 10),
    behind: series((s, at) => (s.watermark === null ? null : Math.max(0, at - s.watermark) / 1000)),
  };
};

const watchedOf = (values: readonly Value[]): readonly LiveWatched[] =>
  [...Map.groupBy(values, (v) => v.subject)].map(([{ of, name }, all]) => ({
    of,
    name,
    values: all.map(({ metric, value }) => ({
      metric: metric.name,
      unit: metric.unit,
      counts: metric.statistic === 'Sum' && metric.source !== 'math',
      value,
      meaning: metric.meaning,
    })),
  }));

export type Live = {
  /** Reads what is new; called once a second. @returns the rows that came since the last call */
  look(): Promise<readonly LiveRow[]>;
  state(): LiveState;
  /** The events that bring the sample traffic up to now have been sent, or there are none: charts begin when they are done. */
  caughtUp(): void;
};

export const live = (
  here: Here,
  player: Player,
  pipeline: CompiledPipeline,
  run: string,
  values: () => readonly Value[] = () => [],
  paused: () => string | null = () => null,
  stage: StageHere | null = null,
): Live => {
  const started = Date.now();
  const keeper: Bookkeeper = bookkeeper(here, pipeline, run);
  const destinations = [...new Set(pipeline.plan.queries.map((q) => q.into))];
  /** Of the stage's own run: what its functions did, whoever is served. */
  const counts = new Map(destinations.map((name) => [name, 0]));
  const list = [...STAGES, ...SINKS.filter((s) => here.template.functions.some((f) => f.name === s.name))];
  let standing: readonly LiveDestination[] = [];
  let books: Books | null = null;
  let shown: ServedRows = { rows: [], counts: new Map(), served: new Map(), fresh: [] };
  let heldBack: readonly LiveHeld[] = [];
  let askedAt = 0;
  let aside: readonly LiveAside[] = [];
  const ledger = tableHere(here, 'LedgerTable');
  const own: RowReader = {
    run,
    async look() {
      const fresh: LiveRow[] = [];
      books = await keeper.look((row) => {
        counts.set(row.event.type, (counts.get(row.event.type) ?? 0) + 1);
        fresh.push(rowOf(row));
      });
      return fresh;
    },
  };
  const results = tableHere(here, 'ResultsTable');
  const reader = servedRows({
    own,
    serving: () => readServing(results),
    open: secondRows(here, ledger, PROJECT),
    newest: newestOfEach,
  });
  let samples: Sample[] = [];
  let charted: Charted[] = [];
  let caughtUp = false;
  let calmSince: EpochMs | null = null;

  const transform = player.mappings.find((m) => m.fn.name === 'transform');
  const transformClock = readerClock(here.stream('EnrichedStream'), () => transform?.mapping.positions() ?? []);
  let clocks: Readonly<Record<string, EpochMs | null>> = {};

  /** Events that came in: for what writes to a destination, the rows for it. */
  const inOf = (name: string): number => {
    const own = pipeline.plan.tables.filter((t) => FUNCTION[t.connector] === name);
    if (!Object.values(FUNCTION).includes(name)) return books?.stages[name]?.in ?? 0;
    return own.reduce((sum, { name: table }) => sum + (counts.get(table) ?? 0), 0);
  };
  const rateOf = (name: string): number => {
    const [first, last] = [samples[0], samples.at(-1)];
    if (first === undefined || last === undefined || last.at === first.at) return 0;
    return (((last.in[name] ?? 0) - (first.in[name] ?? 0)) * 1000) / (last.at - first.at);
  };
  const lagOf = (name: string): number =>
    Math.max(
      0,
      ...player.mappings.filter((m) => m.fn.name === name).flatMap((m) => m.mapping.positions().map((p) => p.behind)),
    );

  const stageOf = ({ name, path, clock }: StageSpec): LiveStage => ({
    name,
    path,
    rate: rateOf(name),
    lag: lagOf(name),
    watermark: clock === null ? null : (clocks[clock] ?? null),
    doors: books?.stages[name] ?? null,
  });

  /** What the sample traffic sent at once to begin with is done, its windows' rows too, and rates no longer tell of it. */
  const isSettled = (now: EpochMs): boolean => {
    if (caughtUp && calmSince === null && list.every(({ name, clock }) => clock === null || lagOf(name) < CALM))
      calmSince = now;
    return calmSince !== null && now - calmSince > 2 * RATE_OVER * 1000;
  };

  return {
    caughtUp: () => {
      caughtUp = true;
    },
    async look() {
      shown = await reader.look();
      const places = here.destinations?.places ?? [];
      standing = await Promise.all(
        places.map((p) =>
          standingIn(
            p,
            standing.find((d) => d.name === p.table.name),
          ),
        ),
      );
      aside = await newestAside(keeper.sides, ledger, run);
      const now = Date.now();
      if (stage !== null && now - askedAt >= HELD_EACH) {
        askedAt = now;
        heldBack = (await held(stage, pipeline.plan)).map(({ query, watermark, holder }) => ({
          query,
          watermark,
          behind: holder?.behind ?? null,
          says: holder?.says ?? 'nothing: no lane is open',
        }));
      }
      clocks = { ...keeper.clocks(), transform: transformClock() };
      samples.push({ at: now, in: Object.fromEntries(list.map(({ name }) => [name, inOf(name)])) });
      samples = samples.filter((s) => now - s.at <= RATE_OVER * 1000);
      charted = [...charted, { at: now, stages: list.map(stageOf), settled: isSettled(now) }].slice(-CHARTED);
      return shown.fresh;
    },
    state: () => ({
      watched: watchedOf(values()),
      paused: paused(),
      held: heldBack,
      aside,
      at: Date.now(),
      started,
      settled: charted.at(-1)?.settled ?? false,
      stages: list.map(stageOf),
      history: historyOf(list, charted),
      rows: shown.rows,
      tables: [...new Set([...destinations, ...shown.served.keys()])].map((name) => {
        const served = shown.served.get(name);
        return { name, rows: shown.counts.get(name) ?? 0, ...(served !== undefined && { run: served }) };
      }),
      destinations: standing,
      streams: here.template.streams.map(({ name }) => {
        const log = here.kinesis.kinesis.log(name);
        return {
          name: name.replace(`${here.template.service}-${here.template.stage}-`, ''),
          shards: log.shards().map((s) => ({
            id: s.id,
            open: !s.closed,
            from: Number(BigInt(s.startHash)) / RING,
            to: Number(BigInt(s.endHash) + 1n) / RING,
            records: log.shard(s.id).size,
          })),
        };
      }),
    }),
  };
};
