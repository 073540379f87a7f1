// The whole pipeline, the real steps, on ports in memory behind gates; one seed decides everything that happens and when.
import { Fault } from '../../shared/faults.ts';
import { type ManualClock, manualClock } from '../../shared/memory/clock.ts';
import { type MemoryObjects, memoryObjects } from '../../shared/memory/objects.ts';
import { type MemoryTable, memoryTable } from '../../shared/memory/table.ts';
import type { Item } from '../../shared/ports.ts';
import type { Plan } from '../../shared/query/plan.ts';
import { lakeName } from '../../shared/steps/lake/tables.ts';
import { days, END_OF_TIME, type EpochMs, hours, minutes } from '../../shared/time.ts';
import { type Rng, rngOf } from '../generate/rng.ts';
import { castOf, RUN_ID, type Runner, reshardOnce, type Slot } from './cast.ts';
import { ALL_FAULTS, type FaultName, type Faults, NO_FAULTS, Struck } from './faults.ts';
import { type Call, Gate } from './gate.ts';
import { Journal } from './journal.ts';
import { LaneLaw } from './lane-law.ts';
import { LedgerLaw, observed } from './ledger-law.ts';
import type { Invocation, Mapping } from './mapping.ts';
import { type Click, Producer, type Sent } from './producer.ts';
import { planFor } from './scenario.ts';
import { type Limits, type Shape, shapeOf } from './shape.ts';

export { ALL_FAULTS, type Faults, NO_FAULTS } from './faults.ts';
export type { Click } from './producer.ts';

const RETENTION = hours(24);
const MINUTE = minutes(1);
const MAX_BATCH = 6;

export class World {
  readonly rng: Rng;
  readonly shape: Shape;
  /** The plan that is deployed just now. */
  plan: Plan;
  /** Kinesis' clock, but for its jumps. */
  readonly clock: ManualClock = manualClock('2024-05-01T12:00:00Z');
  /** With every query that ever was. */
  readonly wholePlan: Plan;
  readonly groups: number;
  readonly table: MemoryTable;
  readonly results = memoryTable('results');
  readonly objects: MemoryObjects = memoryObjects('data');
  readonly raw: Journal;
  readonly validated: Journal;
  readonly enriched: Journal;
  readonly refined: Journal;
  readonly mappings: Mapping[];
  readonly runners: readonly Runner[];
  readonly struck = new Struck();
  readonly ledgers: LedgerLaw;
  /** Shard of `refined` -> the manifests of the lake that were ever written for it. */
  readonly lakeVersions = new Map<string, readonly Item[]>();
  /** Click -> what the look-up answered for it so far. */
  readonly answers = new Map<string, Set<number>>();
  /** What happened, for a person who replays the seed. */
  readonly trace: string[] = [];
  /** Why the schedule cannot be judged: something was gone before anyone could read it. */
  void: string | null = null;
  /** The first thing thrown that is no fault of a port: an invariant that does not hold. */
  broken: unknown;

  readonly #producer: Producer;
  readonly #ticker: Runner;
  readonly #streams: readonly Journal[];
  readonly #later: Call[] = [];
  #zombies: Invocation[] = [];
  /** Runs of the plan before. */
  #oldRuns: Slot[] = [];
  #faults: Faults;
  #steps = 0;
  #nonce = 0;
  #lambdaJump = 0;
  #arrivalJump = 0;
  #jumpUntil = 0;
  #avoidUntil = 0;
  #throttled: { readonly log: Journal; readonly shard: string; readonly until: number } | null = null;

  constructor(seed: number, faults: Faults = ALL_FAULTS, limits: number | Limits = {}) {
    const r = rngOf(seed);
    this.rng = r;
    this.#faults = faults;
    const shape = shapeOf(seed, faults, typeof limits === 'number' ? { events: limits } : limits);
    this.shape = shape;
    this.groups = shape.groups;
    const { redeploy } = shape;
    this.wholePlan = planFor(shape.lateness);
    this.plan = planFor(shape.lateness, redeploy?.adds ? redeploy.leaf : undefined);
    const arrivals = { now: () => this.clock.now() + this.#arrivalJump };
    const retention = shape.load ? Number.POSITIVE_INFINITY : RETENTION;
    const log = (name: string, at: 0 | 1 | 2 | 3) => {
      const journal = new Journal(name, { clock: arrivals, shards: shape.shards[at], retention });
      journal.family();
      return journal;
    };
    this.raw = log('raw', 0);
    this.validated = log('validated', 1);
    this.enriched = log('enriched', 2);
    this.refined = log('refined', 3);
    this.#streams = [this.raw, this.validated, this.enriched, this.refined];
    for (const inner of this.#streams.slice(1)) {
      const law = new LaneLaw(inner.name);
      inner.onPut = (record, shard) => this.#mustHold(() => law.check(record, shard));
    }
    this.ledgers = new LedgerLaw((name) => this.objects.keys().includes(name));
    const written = (item: Item) => {
      this.ledgers.written(item);
      if (item.pk !== `man#${RUN_ID}#${lakeName('refined')}`) return;
      this.lakeVersions.set(item.sk, [...(this.lakeVersions.get(item.sk) ?? []), item]);
    };
    this.table = observed(memoryTable('ledger'), written, (error) => {
      this.broken ??= error;
    });
    const cast = castOf({
      plan: () => this.plan,
      shape,
      raw: this.raw,
      validated: this.validated,
      enriched: this.enriched,
      refined: this.refined,
      table: this.table,
      results: this.results,
      objects: this.objects,
      retention: RETENTION,
      clock: () => {
        const skew = r.below(20_000) - 10_000;
        return { now: () => this.clock.now() + skew + this.#lambdaJump };
      },
      nonce: () => `n${++this.#nonce}`,
      answer: (id) => this.#answer(id),
    });
    this.mappings = cast.mappings;
    this.runners = cast.runners;
    this.#ticker = cast.ticker;
    this.#producer = new Producer(shape, this.raw, r, this.struck, this.clock.now());
    for (const m of this.mappings) {
      m.answerLost = () => this.#strikes('answerLost');
      m.halves = () => (m.name === 'aggregate' || m.name === 'aggregate-again' ? false : this.#strikes('bisect'));
      m.threw = (error) => {
        if (!(error instanceof Fault)) this.broken ??= error;
      };
    }
  }

  get clicks(): readonly Click[] {
    return this.#producer.clicks;
  }
  /** What stands in `raw`, by `<shard> <position>`. */
  get sent(): ReadonlyMap<string, Sent> {
    return this.#producer.sent;
  }
  /** Calls of ports that went on, in whatever way. */
  calls = 0;
  /** Runs of one refine or roll-up beside another; those that began cold; snapshots that were read; reshards of shards without a record. */
  readonly runs = { besides: 0, cold: 0, fromSnapshot: 0, endedEmpty: 0 };

  /** Plays until all events are in and all is at rest, or the schedule is void. @throws what broke an invariant */
  async play(): Promise<void> {
    const { load, quietWeeks, silence, redeploy, naps, events } = this.shape;
    if (load) {
      this.struck.add('load');
      while (!this.#producer.done) this.#producer.send(this.clock.now());
    }
    const rests = [
      ...Array.from({ length: naps }, () => () => this.#nap()),
      ...(quietWeeks ? [() => this.#quietWeeks()] : []),
      ...(silence ? [() => this.#silence()] : []),
      ...(redeploy ? [async () => this.#redeploy()] : []),
    ];
    const restAt = new Map(rests.map((rest) => [rest, 1 + this.rng.below(events)]));
    const until = load ? events * 12 : 150 + this.rng.below(150);
    for (let tail = 0; tail < until && this.void === null; ) {
      await this.#step();
      if (this.#producer.done) tail++;
      for (const [rest, at] of restAt) {
        if (this.clicks.length < at) continue;
        restAt.delete(rest);
        await rest();
      }
    }
    if (this.void === null) await this.#drain();
  }

  #mustHold(check: () => void): void {
    try {
      check();
    } catch (error) {
      this.broken ??= error;
    }
  }

  /** Draws whether a fault strikes now; counts it when it does. */
  #strikes(name: FaultName): boolean {
    const strikes = this.rng.chance(this.#faults[name]);
    if (strikes) this.struck.add(name);
    return strikes;
  }
  /** The same for a fault that may find nothing to strike: the caller counts it. */
  #wants(name: FaultName): boolean {
    return this.rng.chance(this.#faults[name]);
  }
  #tell(text: string): void {
    this.trace.push(text);
  }

  #answer(id: string): number {
    const given = this.answers.get(id) ?? new Set();
    this.answers.set(id, given);
    const drawn = this.rng.below(1_000);
    const [first] = given;
    const answer = first !== undefined && !this.shape.changingAnswers ? first : drawn;
    if (first !== undefined && answer !== first) this.struck.add('changingAnswers');
    given.add(answer);
    return answer;
  }

  async #step(): Promise<void> {
    this.#steps++;
    const { rng: r } = this;
    this.#pass(r.below(400));
    const produces = r.chance(0.1);
    if (produces && !this.#producer.done) return this.#producer.send(this.#arrivals());
    if (this.#producer.waits && r.chance(0.02)) return this.#producer.retry();
    this.#disturb();
    if (this.shape.naps > 0 && this.#steps % 20 === 0) this.#checkVoid();
    if (this.#later.length > 0 && r.chance(0.1)) {
      const [call] = this.#later.splice(r.below(this.#later.length), 1);
      this.#tell(`lands late: ${call?.label}`);
      await call?.land();
      return;
    }
    if (r.chance(0.15)) this.#wake(r.pick(this.runners), r.chance(0.1));
    if (r.chance(0.5)) this.#start(r.pick(this.mappings), this.#wants('early'));
    for (let i = 0; i < 3; i++) await this.#progress();
  }

  #arrivals(): EpochMs {
    return this.clock.now() + this.#arrivalJump;
  }

  /** What happens to the world as a whole, between two calls. */
  #disturb(): void {
    const { rng: r } = this;
    const log = r.pick(this.#streams);
    if (this.#strikes('reshard')) this.#reshard(log, 1);
    if (this.#strikes('reshardBurst')) this.#reshard(log, 2 + r.below(4));
    if (this.#strikes('cold')) {
      r.pick(this.mappings).cool();
      const runner = r.pick(this.runners);
      runner.slots = runner.slots.map((s) => (s?.busy ? s : null));
    }
    if (this.#strikes('replace')) {
      const m = r.pick(this.mappings);
      this.#tell(`${m.name} is made again at TRIM_HORIZON`);
      this.#zombies.push(...m.replace());
    }
    if (this.#wants('secondMapping') && this.mappings.length < 12) {
      this.struck.add('secondMapping');
      const m = r.pick(this.mappings);
      this.#tell(`a second mapping of ${m.name}`);
      this.mappings.push(m.twin());
    }
    if (this.#strikes('stall')) r.pick(this.mappings).stalledUntil = this.#steps + 100 + r.below(200);
    if (this.#wants('stallShard')) {
      const m = r.pick(this.mappings);
      m.stalledShards.set(r.pick(m.log.shards()).id, this.#steps + 100 + r.below(300));
      this.struck.add('stallShard');
    }
    if (this.#wants('quietShard') && this.raw.openShards > 1) {
      this.struck.add('quietShard');
      this.#producer.avoid = r.pick(this.raw.shards().filter((s) => !s.closed)).id;
      this.#avoidUntil = this.#steps + 100 + r.below(300);
    }
    if (this.#steps > this.#avoidUntil) this.#producer.avoid = null;
    if (this.#wants('throttledShard')) {
      const shard = r.pick(log.shards()).id;
      this.#throttled = { log, shard, until: this.#steps + 30 + r.below(100) };
    }
    if (this.#strikes('clockJump')) {
      this.#lambdaJump = r.below(hours(4)) - hours(2);
      this.#jumpUntil = this.#steps + 50 + r.below(100);
    }
    if (this.#strikes('arrivalJump')) {
      this.#arrivalJump = -r.below(5_000);
      this.#jumpUntil = this.#steps + 50 + r.below(100);
    }
    if (this.#steps > this.#jumpUntil) {
      this.#lambdaJump = 0;
      this.#arrivalJump = 0;
    }
    if (this.#strikes('leap')) this.#leap(MINUTE * (1 + r.below(7)), MINUTE);
  }

  /** Time goes on; at each full minute the schedule calls `tick`. */
  #pass(ms: number): void {
    const minute = Math.floor(this.clock.now() / MINUTE);
    this.clock.advance(ms);
    if (this.shape.load || Math.floor(this.clock.now() / MINUTE) === minute) return;
    this.#wake(this.#ticker, false);
  }

  /** Time goes on in steps while nothing runs; the ticks of that time arrive. */
  #leap(ms: number, tickEvery: number): void {
    const to = this.clock.now() + ms;
    this.#tell(`nothing runs for ${Math.round(ms / MINUTE)} minutes`);
    while (this.clock.now() < to) {
      this.clock.advance(Math.min(tickEvery, to - this.clock.now()));
      if (!this.shape.load) this.#tick(this.#arrivals());
    }
  }

  #tick(arrival: EpochMs): void {
    for (const s of this.raw.shards())
      if (!s.closed) this.raw.put({ partitionKey: 'tick', hashKey: s.startHash, data: new Uint8Array() }, arrival);
  }

  /** Ends what no Lambda survives: an invocation lives 15 minutes at most, a request lands or it does not. */
  #endInvocations(): void {
    for (const { crash } of this.#gates(true)) crash();
    this.#zombies = [];
    // No sandbox stands idle for hours.
    for (const m of this.mappings) m.cool();
    for (const runner of this.runners) runner.slots = runner.slots.map(() => null);
  }

  /** What is under way arrives. */
  async #land(): Promise<void> {
    for (const call of this.#later.splice(0)) await call.land();
    while (this.#producer.waits) this.#producer.retry();
  }

  /** Hours in which nothing runs. */
  async #nap(): Promise<void> {
    this.struck.add('nap');
    this.#endInvocations();
    await this.#land();
    this.#leap(hours(2 + this.rng.below(13)), minutes(30));
    this.#checkVoid();
  }

  /** Forty days in which nothing happens but ticks, now and then. */
  async #quietWeeks(): Promise<void> {
    this.struck.add('quietWeeks');
    const faults = this.#faults;
    this.#calm();
    await this.#land();
    for (const wait of [minutes(6), days(20), minutes(6), days(20), minutes(6)]) {
      await this.#rest();
      if (wait > days(1)) this.#endInvocations();
      this.#leap(wait, wait);
      this.#checkVoid();
      if (this.void !== null) return;
      await this.#rest();
      if (this.shape.expiry) this.#expire();
    }
    this.#faults = faults;
  }

  /** Days in which nothing comes at all, no tick either. Functions with a schedule go on for a while. */
  async #silence(): Promise<void> {
    this.struck.add('silence');
    const faults = this.#faults;
    this.#calm();
    await this.#land();
    // A few days even right after a reshard; more only when every shard was heard of before.
    const isLong = this.rng.chance(0.7);
    if (isLong) this.#tick(this.#arrivals());
    await this.#rest(false);
    if (!isLong && faults.reshard > 0) this.#reshard(this.raw, 1 + this.rng.below(3));
    for (const wait of [minutes(6), hours(3), minutes(6)]) {
      this.clock.advance(wait);
      await this.#rest(false);
    }
    this.#endInvocations();
    this.clock.advance(days(isLong ? 40 : 3));
    if (this.shape.expiry) this.#expire();
    this.#checkVoid();
    this.#faults = faults;
  }

  /** A deploy: new invocations run the new plan, what runs goes on with the old one. */
  #redeploy(): void {
    const { lateness, redeploy } = this.shape;
    if (redeploy === null) return;
    this.struck.add('redeploy');
    this.#tell(`a deploy ${redeploy.adds ? 'adds' : 'removes'} ${redeploy.leaf}`);
    this.plan = planFor(lateness, redeploy.adds ? undefined : redeploy.leaf);
    for (const m of this.mappings) m.retire();
    for (const runner of this.runners)
      runner.slots = runner.slots.map((slot) => {
        if (slot?.busy) this.#oldRuns.push(slot);
        return null;
      });
  }

  /** The table deletes items whose time is over, late ones not at all. */
  #expire(): void {
    const now = this.clock.now() / 1_000;
    for (const { pk, sk, x } of this.table.items()) {
      if (typeof x !== 'number' || x >= now || this.rng.chance(0.2)) continue;
      this.struck.add('expiry');
      void this.table.delete({ pk, sk });
    }
  }

  /** A stall beyond retention is not survivable: records nobody read, or shards nobody heard of. */
  #checkVoid(): void {
    for (const m of this.mappings) if (m.overtaken) this.void = `${m.name} was behind by more than the retention`;
  }

  #start(m: Mapping, early: boolean): void {
    if (m.stalledUntil > this.#steps) return;
    const ready = m.ready().filter((shard) => (m.stalledShards.get(shard) ?? 0) <= this.#steps);
    const children = early ? m.ready(true).filter((shard) => !m.ready().includes(shard)) : [];
    if (children.length > 0) this.struck.add('early');
    const all = children.length > 0 ? children : ready;
    if (all.length === 0) return;
    const shard = this.rng.pick(all);
    const near = this.#wants('nearTimeLimit');
    let asked = 0;
    // Near its time limit: after a few looks at the watch, time runs short.
    const budget = () => {
      if (!near || asked++ <= 1 + this.rng.below(3)) return 60_000;
      if (asked < 1_000) this.struck.add('nearTimeLimit');
      asked = 1_000;
      return 1;
    };
    const i = m.start(shard, MAX_BATCH, this.rng, budget);
    this.#tell(`${m.name} ${shard} takes ${i.records.length}`);
  }

  #wake(runner: Runner, settle: boolean): void {
    const free = runner.slots.findIndex((s) => s === null || !s.busy);
    if (free < 0) return;
    let slot = runner.slots[free];
    if (!slot) {
      const gate = new Gate();
      slot = { gate, step: runner.make(gate), busy: false };
      runner.slots[free] = slot;
      if (runner !== this.#ticker) this.runs.cold++;
    }
    if (runner !== this.#ticker && runner.slots.some((s) => s?.busy)) this.runs.besides++;
    const mine = slot;
    mine.busy = true;
    this.#tell(`${runner.name} wakes`);
    mine.step(settle).then(
      () => {
        mine.busy = false;
      },
      (error: unknown) => {
        mine.busy = false;
        if (!(error instanceof Fault) || error.code === 'ledger.gap') this.broken ??= error;
      },
    );
  }

  /** All gates at which something waits, with what a crash would end. */
  #gates(idle = false): { gate: Gate; name: string; crash: () => void; zombie: (() => void) | null }[] {
    const of = (i: Invocation) => ({
      gate: i.sandbox.gate,
      name: i.mapping.name,
      crash: () => i.mapping.crash(i),
      zombie: i.zombie
        ? null
        : () => {
            i.mapping.abandon(i);
            this.#zombies.push(i);
          },
    });
    this.#zombies = this.#zombies.filter((z) => !z.ended);
    const out = [...this.mappings.flatMap((m) => [...m.running.values()]), ...this.#zombies].map(of);
    for (const runner of [...this.runners, this.#ticker])
      runner.slots.forEach((slot, at) => {
        if (!slot?.busy) return;
        const crash = () => {
          slot.gate.close();
          runner.slots[at] = null;
        };
        out.push({ gate: slot.gate, name: runner.name, crash, zombie: null });
      });
    this.#oldRuns = this.#oldRuns.filter((slot) => slot.busy);
    for (const slot of this.#oldRuns) {
      const crash = () => {
        slot.gate.close();
        slot.busy = false;
      };
      out.push({ gate: slot.gate, name: 'an old run', crash, zombie: null });
    }
    return idle ? out : out.filter((g) => g.gate.waiting.length > 0);
  }

  /** One call goes on. */
  async #progress(): Promise<void> {
    await settled();
    if (this.broken !== undefined) throw this.broken;
    const gates = this.#gates();
    if (gates.length === 0) return;
    const { gate, name, crash, zombie } = this.rng.pick(gates);
    const call = this.rng.pick(gate.waiting);
    this.calls++;
    if (call.label.startsWith('fetch') && call.label.includes('/snap/')) this.runs.fromSnapshot++;
    const { rng: r } = this;
    this.#tell(`  ${name}: ${call.label}`);
    const unknown = () => new Fault(call.faults.unknown, 'the answer was lost');
    const fault = (what: FaultName) => {
      this.struck.add(what);
      this.#tell(`    ${what}`);
    };
    if (this.#wants('crash')) {
      fault('crash');
      if (r.chance(0.5)) await call.pass();
      crash();
    } else if (zombie !== null && this.#wants('zombie')) {
      fault('zombie');
      zombie();
    } else if (this.#wants('refused')) {
      fault('refused');
      call.refuse(new Fault(call.faults.refused, 'refused'));
    } else if (this.#wants('lost')) {
      fault('lost');
      await call.lose(unknown());
    } else if (call.put && this.#isThrottled(call)) {
      if (call.put.records.some((_, i) => this.#goesToThrottled(call, i))) fault('throttledShard');
      await call.put.partly((i) => !this.#goesToThrottled(call, i));
    } else if (call.put && this.#wants('partial')) {
      fault('partial');
      await call.put.partly(() => r.chance(0.5));
    } else if (call.kind === 'stream' && this.#wants('landsLater')) {
      fault('landsLater');
      this.#later.push(call);
      call.refuse(unknown());
    } else if (call.kind === 'write' && this.#wants('writeLandsLater')) {
      fault('writeLandsLater');
      this.#later.push(call);
      call.refuse(unknown());
    } else await call.pass();
  }

  #isThrottled(call: Call): boolean {
    const t = this.#throttled;
    return t !== null && t.until > this.#steps && call.label.startsWith(`put ${t.log.name} `);
  }
  #goesToThrottled(call: Call, index: number): boolean {
    const record = call.put?.records[index];
    return record !== undefined && this.#throttled?.log.shardFor(record) === this.#throttled?.shard;
  }

  #reshard(log: Journal, times: number): void {
    for (let i = 0; i < times; i++) if (reshardOnce(log, this.rng)) this.runs.endedEmpty++;
    this.#tell(`reshard ${log.name} x${times}: ${log.openShards} open`);
  }

  /** No more faults, and nothing stands still any more. */
  #calm(): void {
    this.#faults = NO_FAULTS;
    this.#lambdaJump = 0;
    this.#arrivalJump = 0;
    this.#throttled = null;
    this.#producer.avoid = null;
    for (const m of this.mappings) {
      m.stalledUntil = 0;
      m.stalledShards.clear();
    }
  }

  /** Plays on until nothing is left to do, and three rounds of decisions found nothing. */
  async #rest(settle = true): Promise<void> {
    let quiet = 0;
    for (let i = 0; quiet < 3; i++) {
      if (i > 100_000) throw new Error('never comes to rest');
      if (i % 4 === 0 || this.#gates().length === 0)
        for (const m of this.mappings) for (const _ of m.ready()) this.#start(m, false);
      await this.#progress();
      if (this.#gates(true).length > 0 || this.mappings.some((m) => !m.atRest)) continue;
      quiet++;
      for (const runner of this.runners) this.#wake(runner, settle);
    }
    await settled();
    if (this.broken !== undefined) throw this.broken;
  }

  /** No more faults: every late request lands, the last tick comes, and all is played to its end. */
  async #drain(): Promise<void> {
    this.#calm();
    await this.#land();
    for (let round = 0; round < 3; round++) {
      this.#tick(END_OF_TIME - 1_000_000 * (3 - round));
      await this.#rest();
    }
  }
}

/** All that can go on without a port has gone on. */
const settled = (): Promise<void> => new Promise((done) => setImmediate(done));
