// The books of a run: at every stage and query, events in = events that left by a named door. `in` is counted on the stream that is
// read, the doors where events went: the next stream, the ledger, the stores. No function is asked what it remembers.
import { referenceLookup } from '../../shared/enrich/reference.ts';
import { rememberedTables } from '../../shared/enrich/remembered.ts';
import type { CloudEvent } from '../../shared/event/cloud-event.ts';
import type { StampedEvent } from '../../shared/lanes/inner.ts';
import type { CompiledPipeline } from '../../shared/pipeline.ts';
import { systemClock } from '../../shared/ports.ts';
import type { Query } from '../../shared/query/plan.ts';
import { isStateful, streamOf } from '../../shared/query/sides.ts';
import { userFunctions } from '../../shared/query/user-functions.ts';
import type { EpochMs } from '../../shared/time.ts';
import { balances, type Doors, NO_DOORS, sumDoors } from './doors.ts';
import type { Here } from './here.ts';
import { LaneCounter } from './lane-counter.ts';
import { type Folded, LedgerCounts } from './ledger-counts.ts';
import { objectsHere, tableHere } from './ports-here.ts';
import { QueryCounter } from './query-counter.ts';
import { RawCounter } from './raw-counter.ts';
import { SideDoors } from './side-doors.ts';

export type Books = {
  readonly stages: Readonly<Record<string, Doors>>;
  readonly queries: Readonly<Record<string, Doors>>;
  /** What does not balance, in words; empty when all does. */
  readonly faults: readonly string[];
};

/** A row that `refined` shows for the first time. */
export type FreshRow = { readonly event: CloudEvent; readonly arrival: EpochMs; readonly stamped: StampedEvent };

export type Bookkeeper = {
  /** Reads what came since the last look; `rows` are told in the order of the stream. */
  look(rows?: (row: FreshRow) => void): Promise<Books>;
  readonly sides: SideDoors;
  /** How far event time has come behind each stage; null where nothing says so yet. */
  readonly clocks: () => Readonly<Record<string, EpochMs | null>>;
};

type SideCounts = {
  readonly of: (door: 'rejected' | 'duplicate' | 'late', by: { stage?: string; query?: string }) => number;
};

const sideCounts = (sides: SideDoors): SideCounts => {
  const counts = new Map<string, number>();
  const add = (name: string): void => void counts.set(name, (counts.get(name) ?? 0) + 1);
  for (const { door, stage, query } of sides.rejected)
    add(query === undefined ? `${door} stage ${stage}` : `${door} query ${query}`);
  for (const { query } of sides.late) add(`late query ${query}`);
  return {
    of: (door, { stage, query }) =>
      counts.get(`${door} ${query === undefined ? `stage ${stage}` : `query ${query}`}`) ?? 0,
  };
};

/** @param run the run's name, part of all keys (RUN in the functions' environment) */
export const bookkeeper = (here: Here, pipeline: CompiledPipeline, run: string): Bookkeeper => {
  const { queries } = pipeline.plan;
  const raw = new RawCounter(here.stream('RawStream'), pipeline.sources);
  const validated = new LaneCounter(here.stream('ValidatedStream'));
  const enriched = new LaneCounter(here.stream('EnrichedStream'));
  const refined = new LaneCounter(here.stream('RefinedStream'));
  const ledgers = [new LedgerCounts(here, 'enriched', run), new LedgerCounts(here, 'refined', run)];
  const remembered = rememberedTables(pipeline.sources);
  const counter = new QueryCounter(pipeline.plan, {
    functions: userFunctions(pipeline.plan.functions, pipeline.functions),
    lookup: referenceLookup({
      table: tableHere(here, 'ReferenceTable'),
      clock: systemClock,
      columns: pipeline.references,
      remembered,
    }),
  });
  const sides = new SideDoors(objectsHere(here), run);
  const seen = { validated: 0, validatedForeign: 0, enriched: 0, enrichedForeign: 0 };

  const read = (tell: (row: FreshRow) => void): void => {
    for (const shown of validated.fresh()) shown.kind === 'foreign' ? seen.validatedForeign++ : seen.validated++;
    for (const shown of enriched.fresh()) {
      if (shown.kind === 'foreign') seen.enrichedForeign++;
      else {
        seen.enriched++;
        counter.seeEvent(shown.event);
      }
    }
    for (const shown of refined.fresh()) {
      if (shown.kind === 'event')
        tell({ event: counter.seeRow(shown.event), arrival: shown.arrival, stamped: shown.event });
    }
  };

  /** What a look-up finds in a table that changes is not what it found then: there nothing is left to be told apart. */
  const moving = (query: Query | undefined): boolean =>
    query?.kind === 'stateless' && (query.lookups ?? []).some((l) => remembered.has(l.table));

  const doorsOf = (id: string, folded: Folded | undefined, counts: SideCounts): Doors => {
    const { taken, filtered, sent } = counter.counts.get(id) ?? { taken: 0, filtered: 0, sent: 0 };
    const rejected = counts.of('rejected', { query: id });
    const query = queries.find((q) => q.id === id);
    const folds = query !== undefined && isStateful(query);
    return {
      in: taken,
      passed: folds ? (folded?.passed ?? 0) : sent,
      filtered: folds ? (folded?.filtered ?? 0) : moving(query) ? Math.max(0, taken - sent - rejected) : filtered,
      rejected,
      late: counts.of('late', { query: id }),
      duplicate: 0,
    };
  };

  return {
    sides,
    clocks: () => ({
      validate: validated.clock,
      enrich: enriched.clock,
      aggregate: ledgers[0]?.clock ?? null,
      'aggregate-again': ledgers[1]?.clock ?? null,
    }),
    async look(rows = () => {}) {
      const inRaw = raw.look();
      read(rows);
      await counter.settle();
      await sides.look();
      const folded = new Map([...(await ledgers[0]!.look()), ...(await ledgers[1]!.look())]);
      const counts = sideCounts(sides);
      const byQuery = new Map(queries.map((q) => [q.id, doorsOf(q.id, folded.get(q.id), counts)]));
      const sumOf = (which: 'folds' | 'stateless', stream: 'enriched' | 'refined'): Doors =>
        sumDoors(
          queries
            .filter((q) => isStateful(q) === (which === 'folds') && streamOf(q) === stream)
            .map((q) => byQuery.get(q.id) ?? NO_DOORS),
        );
      const atStage = (stage: string, input: number, passed: number): Doors => ({
        ...NO_DOORS,
        in: input,
        passed,
        rejected: counts.of('rejected', { stage }),
        duplicate: counts.of('duplicate', { stage }),
      });
      const stages: Record<string, Doors> = {
        validate: atStage('validate', inRaw, seen.validated),
        enrich: atStage('enrich', seen.validated + seen.validatedForeign, seen.enriched),
        transform: sumOf('stateless', 'enriched'),
        aggregate: sumOf('folds', 'enriched'),
        'aggregate-again': sumOf('folds', 'refined'),
      };
      const named = Object.fromEntries(queries.map((q) => [q.name, byQuery.get(q.id) ?? NO_DOORS]));
      return { stages, queries: named, faults: faultsIn({ ...stages, ...named }, folded, counts, queries) };
    },
  };
};

const faultsIn = (
  all: Readonly<Record<string, Doors>>,
  folded: ReadonlyMap<string, Folded>,
  counts: SideCounts,
  queries: CompiledPipeline['plan']['queries'],
): readonly string[] => [
  ...Object.entries(all).flatMap(([name, d]) =>
    balances(d)
      ? []
      : [
          `${name}: ${d.in} in, but ${d.passed} passed + ${d.filtered} filtered + ${d.rejected} rejected + ${d.late} late + ` +
            `${d.duplicate} duplicate`,
        ],
  ),
  ...queries.flatMap((q) => {
    const entry = folded.get(q.id);
    if (entry === undefined) return [];
    const stored = { late: counts.of('late', { query: q.id }), failed: counts.of('rejected', { query: q.id }) };
    return (['late', 'failed'] as const).flatMap((door) =>
      entry[door] === stored[door]
        ? []
        : [`${q.name}: the ledger counts ${entry[door]} ${door}, the store holds ${stored[door]}`],
    );
  }),
];
