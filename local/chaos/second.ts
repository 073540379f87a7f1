// A second run of one query beside the first: fed from the archive and from what `raw` still holds, switched to or cancelled by operators
// while faults strike. The steps are those of a deployed second stack: `feed-replay`, and the functions behind `validate`.
import { memoryObjects } from '../../shared/memory/objects.ts';
import { memoryStream } from '../../shared/memory/stream.ts';
import { memoryTable } from '../../shared/memory/table.ts';
import type { Item, Objects, Table } from '../../shared/ports.ts';
import type { Plan } from '../../shared/query/plan.ts';
import { archive } from '../../shared/steps/archive.ts';
import { homeOf } from '../../shared/steps/home.ts';
import { judgeOf } from '../../shared/steps/judge.ts';
import type { LiveReader } from '../../shared/steps/replay/history.ts';
import { replayPlan } from '../../shared/steps/replay/plan-of.ts';
import { secondFeeder } from '../../shared/steps/replay/second-feeder.ts';
import { type Rng, rngOf } from '../generate/rng.ts';
import { castOf, type Parts, RUN_ID, type Run, type Runner } from './cast.ts';
import { type Gate, gatedObjects, gatedStream, gatedTable, gatedTurn } from './gate.ts';
import { Journal } from './journal.ts';
import { LaneLaw } from './lane-law.ts';
import { LedgerLaw, observed } from './ledger-law.ts';
import { Mapping } from './mapping.ts';
import type { Ends } from './replayed.ts';
import { replayer } from './replayer.ts';
import { click, DELAY, sourcesFor } from './scenario.ts';
import type { Shape } from './shape.ts';

export const SECOND_RUN = '2';

/** Whether a mapping or runner is of the second run; its archive is of the first. */
export const isOfSecond = ({ name }: { readonly name: string }): boolean => name.startsWith(`${SECOND_RUN}:`);

const plenty = { remainingMs: () => 60_000 };
const MOST_BATCHES = 3;
const BATCH = 6;

type SecondDeps = Omit<Parts, 'validated' | 'enriched' | 'refined' | 'results' | 'run'> & {
  readonly seed: number;
  /** The results table of the first run: it says who is served. */
  readonly liveResults: Table;
  readonly broken: (error: unknown) => void;
  readonly struck: () => void;
  readonly now: () => number;
};

export class Second {
  readonly plan: Plan;
  /** Destination tables that are switched. */
  readonly tables: readonly string[];
  readonly streams: readonly Journal[];
  readonly validated: Journal;
  readonly enriched: Journal;
  readonly refined: Journal;
  readonly results = memoryTable('results-2');
  readonly objects = memoryObjects('data-2');
  readonly mappings: readonly Mapping[];
  /** Deciders, the feeder, and operators. */
  readonly runners: readonly Runner[];
  readonly table: Table;
  /** A cancel has come to its end. */
  removed = false;
  /** Called when it has: nothing of the run goes on. */
  onRemoved: () => void = () => undefined;
  #fed = false;
  readonly #rng: Rng;
  readonly #deps: SecondDeps;
  readonly #ends: Ends;
  readonly #query: string;

  constructor(deps: SecondDeps, { query, ends }: NonNullable<Shape['replay']>) {
    this.#deps = deps;
    this.#ends = ends;
    this.#query = query;
    this.#rng = rngOf(deps.seed * 73 + 29);
    const { plan, tables } = replayPlan(deps.plan(), query);
    this.plan = plan;
    const inResults = new Set(plan.tables.filter((t) => t.connector === 'dynamodb').map((t) => t.name));
    this.tables = tables.filter((t) => inResults.has(t));
    const log = (name: string) => {
      const journal = new Journal(`${name}-2`, {
        clock: { now: deps.now },
        shards: 1 + this.#rng.below(2),
        retention: deps.retention,
      });
      const law = new LaneLaw(journal.name);
      journal.family();
      journal.onPut = (record, shard) => this.#mustHold(() => law.check(record, shard));
      return journal;
    };
    this.validated = log('validated');
    this.enriched = log('enriched');
    this.refined = log('refined');
    this.streams = [this.validated, this.enriched, this.refined];
    const ledgers = new LedgerLaw((name) => this.objects.keys().includes(name));
    this.table = observed(memoryTable('ledger-2'), (item) => ledgers.written(item), deps.broken);
    const cast = castOf({
      ...deps,
      validated: this.validated,
      enriched: this.enriched,
      refined: this.refined,
      results: this.results,
      objects: this.objects,
      table: () => this.table,
      plan: () => plan,
      shape: { ...deps.shape, sinks: true, outside: false },
      run: SECOND_RUN,
    });
    const left = (name: string) => /:(validate|write-lake|roll-up-lake)$/.test(name);
    this.mappings = [...cast.mappings.filter((m) => !left(m.name)), this.#archive()];
    this.runners = [
      ...cast.runners.filter((r) => !left(r.name)),
      this.#runner('2:feed-replay', (g) => this.#feed(g)),
      this.#runner('replayer', (g) => this.#operator(g)),
    ];
  }

  /** Whether it was fed since this was asked last. */
  takeFed(): boolean {
    const fed = this.#fed;
    this.#fed = false;
    return fed;
  }

  /** Hears of every put to the results table of the first run. @throws Error when readers would see two runs, or one that is gone */
  written(item: Item): void {
    if (item.pk !== 'serving') return;
    const served = JSON.parse(item.tables as string) as Readonly<Record<string, { readonly run: string } | undefined>>;
    const mine = this.tables.filter((t) => served[t]?.run === SECOND_RUN);
    if (mine.length > 0 && mine.length < this.tables.length)
      throw new Error(`replay: readers see ${mine.join(', ')} of the second run, and not ${this.tables.join(', ')}`);
    if (mine.length > 0 && this.removed) throw new Error('replay: readers are sent to a run that was cancelled');
  }

  #mustHold(check: () => void): void {
    try {
      check();
    } catch (error) {
      this.#deps.broken(error);
    }
  }
  #runner(name: string, make: Runner['make']): Runner {
    return { name, make, slots: [null, null] };
  }

  /** Of the first run: a replay reads what it wrote. */
  #archive(): Mapping {
    const { raw, objects } = this.#deps;
    return new Mapping('archive', raw, (g) =>
      archive({ raw: gatedStream(g, memoryStream(raw)), objects: gatedObjects(g, objects), run: RUN_ID }),
    );
  }

  #feed(g: Gate): () => Promise<unknown> {
    const { raw, objects, shape, retention, clock, table } = this.#deps;
    const live: LiveReader = {
      read: (shard, after) =>
        gatedTurn(g, `read ${raw.name} ${shard}`, async () =>
          raw.has(shard) ? raw.read(shard, after ?? null, 20) : { records: [], ended: true },
        ),
    };
    const wait = () => gatedTurn(g, 'wait', async () => undefined);
    const rejected: Objects = gatedObjects(g, this.objects);
    const begin = secondFeeder({
      raw: gatedStream(g, memoryStream(raw)),
      validated: gatedStream(g, memoryStream(this.validated)),
      table: gatedTable(g, this.table),
      rejected,
      judge: judgeOf({ plan: this.plan, types: { 'click.v1': click } }),
      delay: DELAY,
      sources: sourcesFor(shape.deduplicate),
      clock: clock(),
      run: SECOND_RUN,
      groups: shape.groups,
      patience: { tries: 3, wait },
      retention,
      live,
      archive: gatedObjects(g, objects),
      liveTable: gatedTable(g, table()),
      liveRun: RUN_ID,
      plan: this.plan,
      wait,
      batch: BATCH,
    });
    return async () => {
      const step = await begin();
      for (let i = 0; i < MOST_BATCHES; i++) {
        const told = await step(plenty);
        if (told !== 'fed') return;
        this.#fed = true;
      }
    };
  }

  #operator(g: Gate): Run {
    const { table, liveResults, nonce, struck, now } = this.#deps;
    const ledger = table();
    const operate = replayer({
      ledger: gatedTable(g, ledger),
      results: gatedTable(g, liveResults),
      nonce,
      rng: this.#rng,
      run: SECOND_RUN,
      what: { query: this.#query, tables: this.tables, results: this.results.name },
      ends: this.#ends,
      now,
      began: struck,
      isRemoved: () => this.removed,
      remove: async () => {
        this.removed = true;
        this.onRemoved();
      },
    });
    return async (settle) => {
      await homeOf({ table: ledger, run: RUN_ID })(); // as `millrace replay` asks
      await operate(settle);
    };
  }
}
