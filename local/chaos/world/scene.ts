// What a schedule plays on: streams, stores, functions, clocks; and what the judge reads when it is over.
import { unpackJson } from '../../../shared/fold/pack.ts';
import { getOrMake } from '../../../shared/get-or-make.ts';
import { type ManualClock, manualClock } from '../../../shared/memory/clock.ts';
import { type MemoryObjects, memoryObjects } from '../../../shared/memory/objects.ts';
import { type MemoryTable, memoryTable } from '../../../shared/memory/table.ts';
import type { CompiledPipeline } from '../../../shared/pipeline.ts';
import type { Item } from '../../../shared/ports.ts';
import type { Plan } from '../../../shared/query/plan.ts';
import type { Fence } from '../../../shared/steps/home.ts';
import { lakeName } from '../../../shared/steps/lake/tables.ts';
import { type EpochMs, hours } from '../../../shared/time.ts';
import { type Rng, rngOf } from '../../generate/rng.ts';
import { type Cast, castOf, type Parts, RUN_ID, type Runner } from '../cast.ts';
import type { Faults } from '../faults.ts';
import { Journal } from '../journal.ts';
import { LaneLaw } from '../lane-law.ts';
import { LedgerLaw, observed } from '../ledger-law.ts';
import type { Mapping } from '../mapping.ts';
import { operator } from '../operator.ts';
import { type Outside, outsideOf } from '../outside/outside.ts';
import { Producer, type Sent } from '../producer.ts';
import { click, LOOKUP, planFor, sourcesFor } from '../scenario.ts';
import { Schedule } from '../schedule.ts';
import { isOfSecond, Second } from '../second.ts';
import { type Limits, type Shape, shapeOf } from '../shape.ts';
import { Copies } from './copies.ts';

const RETENTION = hours(24);

export class Scene {
  readonly schedule: Schedule;
  readonly shape: Shape;
  /** The plan that is deployed just now. */
  plan: Plan;
  /** With every query that ever was. */
  readonly wholePlan: Plan;
  /** Kinesis' clock, but for its jumps. */
  readonly clock: ManualClock = manualClock('2024-05-01T12:00:00Z');
  /** How far Lambda's clock and that of arrivals stand off just now, in ms. */
  readonly off = { lambda: 0, arrival: 0 };
  /** The ledger's table; another one after a restore. */
  table: MemoryTable;
  readonly copies: Copies;
  readonly results: MemoryTable;
  /** The second run of a query, in worlds with a replay. */
  readonly second: Second | null;
  readonly objects: MemoryObjects = memoryObjects('data');
  readonly outside: Outside;
  readonly raw: Journal;
  readonly validated: Journal;
  readonly enriched: Journal;
  readonly refined: Journal;
  readonly streams: Journal[];
  readonly mappings: Mapping[];
  readonly runners: Runner[];
  readonly ticker: Runner;
  readonly operator: Runner;
  /** Of operators alone: worlds without them are as they were. */
  readonly operatorRng: Rng;
  readonly compactor: Runner;
  /** Of compactions alone. */
  readonly compactRng: Rng;
  /** Of growth alone. */
  readonly growRng: Rng;
  readonly producer: Producer;
  readonly ledgers: LedgerLaw;
  /** Shard of `refined` -> the manifests of the lake that were ever written for it. */
  lakeVersions = new Map<string, readonly Item[]>();
  /** Click -> what the look-up answered for it so far. */
  readonly answers = new Map<string, Set<number>>();
  /** Stream -> its newest sequence number when nothing of the plan before a deploy ran any more; null before that. */
  settledAt: ReadonlyMap<string, string> | null = null;
  /** The newest sequence number on `refined` at the deploy; '' before it. */
  deployedAt = '';
  /** Steps that were played. */
  steps = 0;
  /** Calls of ports that went on, in whatever way. */
  calls = 0;
  /** Runs of one refine or roll-up beside another; those that began cold; snapshots that were read; reshards of shards without a record. */
  readonly runs = { besides: 0, cold: 0, fromSnapshot: 0, endedEmpty: 0 };
  /** What happened, for a person who replays the seed. */
  readonly trace: string[] = [];
  /** Why the schedule cannot be judged: something was gone before anyone could read it. */
  void: string | null = null;
  /** The first thing thrown that is no fault of a port: an invariant that does not hold. */
  broken: unknown;
  #nonce = 0;
  readonly #added = new Map<string, boolean>();
  #refinedLaw: LaneLaw | undefined;

  constructor(seed: number, faults: Faults, limits: Limits) {
    this.schedule = new Schedule(seed, faults);
    const { rng, struck } = this.schedule;
    this.operatorRng = rngOf(seed * 31 + 7);
    this.compactRng = rngOf(seed * 71 + 13);
    this.growRng = rngOf(seed * 57 + 11);
    const shape = shapeOf(seed, faults, limits);
    this.shape = shape;
    const { redeploy } = shape;
    this.wholePlan = planFor(shape);
    this.outside = outsideOf(this.wholePlan, this.clock, shape.refusedRows);
    this.plan = planFor({ ...shape, without: redeploy?.adds ? redeploy.leaf : undefined });
    const retention = shape.load ? Number.POSITIVE_INFINITY : RETENTION;
    const log = (name: string, at: 0 | 1 | 2 | 3) => {
      const journal = new Journal(name, {
        clock: { now: () => this.arrival() },
        shards: shape.shards[at],
        retention,
        grows: at === 0 && shape.grows,
      });
      journal.family();
      return journal;
    };
    this.raw = log('raw', 0);
    this.validated = log('validated', 1);
    this.enriched = log('enriched', 2);
    this.refined = log('refined', 3);
    this.streams = [this.raw, this.validated, this.enriched, this.refined];
    for (const inner of this.streams.slice(1)) {
      const law = new LaneLaw(inner.name);
      // While nobody reads lanes on `refined`, nobody announces them there.
      const hears = inner !== this.refined || redeploy?.leaf !== 'big_tens';
      law.isAdded = (shard) => hears && this.isAdded(shard);
      if (inner === this.refined) this.#refinedLaw = law;
      inner.onPut = (record, shard) => this.#mustHold(() => law.check(record, shard));
    }
    this.ledgers = new LedgerLaw((name) => this.objects.keys().includes(name));
    this.table = this.newTable('ledger');
    this.copies = new Copies(this, seed);
    this.results = observed(
      memoryTable('results'),
      (item) => this.second?.written(item),
      (error) => {
        this.broken ??= error;
      },
    );
    const cast = this.#cast();
    this.mappings = cast.mappings;
    this.runners = [...cast.runners];
    this.ticker = cast.ticker;
    this.operator = cast.operator;
    this.compactor = cast.compactor;
    this.producer = new Producer(shape, this.raw, rng, struck, this.clock.now());
    this.second = this.#second(seed);
  }

  /** What stands in `raw`, by `<shard> <position>`. */
  get sent(): ReadonlyMap<string, Sent> {
    return this.producer.sent;
  }
  /** Whether a shard of `raw` came after the run had begun: the tree says it once, for all. */
  isAdded(shard: string): boolean {
    if (!this.raw.grows) return false;
    return getOrMake(this.#added, shard, () => {
      const item = this.table.items().find((i) => i.pk === `tree#${RUN_ID}#raw`);
      const rows = item && (unpackJson(item.rows as Uint8Array) as Record<string, { added?: true }>);
      return rows?.[shard]?.added === true;
    });
  }
  /** The time at which a record that is put now arrives. */
  arrival(): EpochMs {
    return this.clock.now() + this.off.arrival;
  }
  tell(text: string): void {
    this.trace.push(text);
  }
  /** @throws the first thing that broke an invariant */
  mustBeWhole(): void {
    if (this.broken !== undefined) throw this.broken;
  }

  /** Numbers on `refined` that count for nobody any more. */
  refenced(fences: readonly Fence[]): void {
    this.#refinedLaw?.fence(fences);
  }

  /** A table whose writes are judged as long as it is the one in use. */
  newTable(name: string): MemoryTable {
    const table: MemoryTable = observed(
      memoryTable(name),
      (item) => {
        if (table === this.table) this.#written(item);
      },
      (error) => {
        this.broken ??= error;
      },
    );
    return table;
  }

  #cast(): Cast {
    return castOf(this.#deps());
  }
  #deps(): Parts {
    const { rng } = this.schedule;
    return {
      ...this.#ports(),
      plan: () => this.plan,
      shape: this.shape,
      retention: RETENTION,
      clock: () => {
        const skew = rng.below(20_000) - 10_000;
        return { now: () => this.clock.now() + skew + this.off.lambda };
      },
      nonce: () => `n${++this.#nonce}`,
      answer: (id) => this.#answer(id),
      operate: (ports, wait) => operator(this, this.#build(), ports, this.operatorRng, wait),
    };
  }
  #build(): CompiledPipeline {
    const { plan } = this;
    return {
      plan,
      types: { 'click.v1': click },
      enrichments: [LOOKUP],
      sources: sourcesFor(this.shape.deduplicate),
      references: {},
    };
  }
  #second(seed: number): Second | null {
    const { shape, schedule } = this;
    if (shape.replay === null) return null;
    const second = new Second(
      {
        ...this.#deps(),
        seed,
        liveResults: this.results,
        now: () => this.arrival(),
        broken: (error) => {
          this.broken ??= error;
        },
        struck: () => schedule.struck.add('replay'),
      },
      shape.replay,
    );
    this.mappings.push(...second.mappings);
    this.runners.push(...second.runners);
    this.streams.push(...second.streams);
    second.onRemoved = () => {
      this.mappings.splice(0, this.mappings.length, ...this.mappings.filter((m) => !isOfSecond(m)));
      this.runners.splice(0, this.runners.length, ...this.runners.filter((r) => !isOfSecond(r)));
    };
    return second;
  }
  #ports() {
    const { raw, validated, enriched, refined, results, objects, outside } = this;
    return { raw, validated, enriched, refined, table: () => this.table, results, objects, outside };
  }

  #mustHold(check: () => void): void {
    try {
      check();
    } catch (error) {
      this.broken ??= error;
    }
  }
  #written(item: Item): void {
    this.ledgers.written(item);
    if (item.pk !== `man#${RUN_ID}#${lakeName('refined')}`) return;
    this.lakeVersions.set(item.sk, [...(this.lakeVersions.get(item.sk) ?? []), item]);
  }

  #answer(id: string): number {
    const given = this.answers.get(id) ?? new Set();
    this.answers.set(id, given);
    const drawn = this.schedule.rng.below(1_000);
    const [first] = given;
    const answer = first !== undefined && !this.shape.changingAnswers ? first : drawn;
    if (first !== undefined && answer !== first) this.schedule.struck.add('changingAnswers');
    given.add(answer);
    return answer;
  }
}
