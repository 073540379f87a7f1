// The whole pipeline, the real steps, on ports in memory behind gates; one seed decides everything that happens and when.

import { encodeAggregate } from '../../shared/event/kpl.ts';
import { Fault } from '../../shared/faults.ts';
import { groupsFor } from '../../shared/lanes/ring.ts';
import { manualClock } from '../../shared/memory/clock.ts';
import { MemoryLog } from '../../shared/memory/log.ts';
import { memoryObjects } from '../../shared/memory/objects.ts';
import { memoryStream } from '../../shared/memory/stream.ts';
import { memoryTable } from '../../shared/memory/table.ts';
import { memoryWake } from '../../shared/memory/wake.ts';
import type { Plan } from '../../shared/query/plan.ts';
import { aggregate } from '../../shared/steps/aggregate/aggregate.ts';
import { hop } from '../../shared/steps/hop.ts';
import { judgeOf } from '../../shared/steps/judge.ts';
import { refine, SETTLE } from '../../shared/steps/refine/refine.ts';
import { transform } from '../../shared/steps/transform.ts';
import { validate } from '../../shared/steps/validate.ts';
import { END_OF_TIME, type EpochMs } from '../../shared/time.ts';
import type { WakeStep } from '../../shared/trigger/queue.ts';
import { type Rng, rngOf } from '../generate/rng.ts';
import { type Call, Gate, gatedObjects, gatedStream, gatedTable, gatedWake } from './gate.ts';
import { type Invocation, Mapping } from './mapping.ts';
import { chaosPlan, click, DELAY } from './scenario.ts';

/** How often each fault strikes, as a chance for each step or call; 0 switches it off. */
export type Faults = {
  readonly crash: number;
  readonly zombie: number;
  readonly lost: number;
  readonly refused: number;
  readonly partial: number;
  readonly landsLater: number;
  readonly answerLost: number;
  readonly early: number;
  readonly reshard: number;
  readonly cold: number;
  readonly replace: number;
  readonly stall: number;
  readonly nearTimeLimit: number;
};

export const ALL_FAULTS: Faults = {
  crash: 0.01,
  zombie: 0.008,
  lost: 0.03,
  refused: 0.02,
  partial: 0.15,
  landsLater: 0.05,
  answerLost: 0.05,
  early: 0.01,
  reshard: 0.012,
  cold: 0.01,
  replace: 0.001,
  stall: 0.01,
  nearTimeLimit: 0.1,
};
export const NO_FAULTS = Object.fromEntries(Object.keys(ALL_FAULTS).map((k) => [k, 0])) as Faults;

export type Click = {
  readonly id: string;
  readonly k: string;
  readonly n: number;
  readonly v: number;
  readonly t: EpochMs;
};
type Runner = { readonly name: string; readonly make: (gate: Gate) => WakeStep; slots: (Slot | null)[] };
type Slot = { gate: Gate; step: WakeStep; busy: boolean };

const RUN = '1';
const BUCKET = 'data';

export class World {
  readonly rng: Rng;
  readonly plan: Plan;
  readonly clock = manualClock('2024-05-01T12:00:00Z');
  readonly groups: number;
  readonly table = memoryTable('ledger');
  readonly objects = memoryObjects(BUCKET);
  readonly raw: MemoryLog;
  readonly validated: MemoryLog;
  readonly enriched: MemoryLog;
  readonly refined: MemoryLog;
  readonly mappings: readonly Mapping[];
  readonly runners: readonly Runner[];
  readonly clicks: Click[] = [];
  /** What happened, for a person who replays the seed. */
  readonly trace: string[] = [];
  readonly #later: Call['put'][] = [];
  #zombies: Invocation[] = [];
  #faults: Faults;
  #steps = 0;
  #nonce = 0;
  readonly #events: number;
  readonly #disorder: EpochMs;
  readonly #late: number;

  constructor(seed: number, faults: Faults = ALL_FAULTS, events?: number) {
    const r = rngOf(seed);
    this.rng = r;
    this.#faults = faults;
    this.#events = events ?? 8 + r.below(30);
    this.#disorder = DELAY - 1_000;
    this.#late = r.chance(0.4) ? 0.15 : 0;
    const lateness = r.pick([0, 15]);
    this.plan = chaosPlan(lateness);
    const { clock } = this;
    const shards = () => r.pick([1, 2]);
    const log = (name: string) => new MemoryLog(name, { clock, shards: shards() });
    this.raw = log('raw');
    this.validated = log('validated');
    this.enriched = log('enriched');
    this.refined = log('refined');
    this.groups = groupsFor(r.pick([1, 1, 2]));

    const common = (gate: Gate) => ({
      table: gatedTable(gate, this.table),
      objects: gatedObjects(gate, this.objects),
      rejected: gatedObjects(gate, this.objects),
      wake: gatedWake(gate, memoryWake()),
      clock,
      nonce: () => `n${++this.#nonce}`,
      run: RUN,
      groups: this.groups,
      plan: this.plan,
      patience: { tries: 3, wait: () => gate.call('wait', async () => undefined) },
    });
    const to = (gate: Gate, l: MemoryLog) => gatedStream(gate, memoryStream(l));
    const pipeline = { plan: this.plan, types: { 'click.v1': click } };
    this.mappings = [
      new Mapping('validate', this.raw, (g) =>
        validate({
          ...common(g),
          raw: to(g, this.raw),
          validated: to(g, this.validated),
          delay: DELAY,
          sources: [],
          judge: judgeOf(pipeline),
        }),
      ),
      new Mapping('enrich', this.validated, (g) =>
        hop({
          ...common(g),
          stage: 'enrich',
          from: to(g, this.validated),
          to: to(g, this.enriched),
          passMarks: true,
          transform: (e) => ({ out: [e], rejects: [] }),
        }),
      ),
      new Mapping('transform', this.enriched, (g) =>
        transform({ ...common(g), from: to(g, this.enriched), to: to(g, this.refined) }),
      ),
      new Mapping('aggregate', this.enriched, (g) =>
        aggregate({ ...common(g), reads: 'enriched', from: to(g, this.enriched) }),
      ),
      new Mapping('aggregate-again', this.refined, (g) =>
        aggregate({ ...common(g), reads: 'refined', from: to(g, this.refined) }),
      ),
    ];
    for (const m of this.mappings) m.answerLost = () => r.chance(this.#faults.answerLost);
    const runner = (name: string, reads: 'enriched' | 'refined', from: MemoryLog): Runner => ({
      name,
      make: (g) => refine({ ...common(g), reads, from: to(g, from), raw: to(g, this.raw), to: to(g, this.refined) }),
      slots: [null, null],
    });
    this.runners = [runner('refine', 'enriched', this.enriched), runner('refine-again', 'refined', this.refined)];
  }

  /** Plays until all events are in and all is at rest. @throws what a step threw as an invariant */
  async play(): Promise<void> {
    while (this.clicks.length < this.#events) await this.#step();
    await this.#drain();
  }

  async #step(): Promise<void> {
    this.#steps++;
    const { rng: r } = this;
    const f = this.#faults;
    this.clock.advance(r.below(400));
    if (r.chance(0.1)) return this.#produce();
    if (r.chance(0.01)) return this.#tick(this.clock.now());
    if (r.chance(f.reshard)) return this.#reshard();
    if (this.#later.length > 0 && r.chance(0.1)) {
      const [put] = this.#later.splice(r.below(this.#later.length), 1);
      this.trace.push('a late request lands');
      await put?.land();
      return;
    }
    if (r.chance(f.cold)) {
      r.pick(this.mappings).cool();
      const runner = r.pick(this.runners);
      runner.slots = runner.slots.map((s) => (s?.busy ? s : null));
    }
    if (r.chance(f.replace)) this.#zombies.push(...r.pick(this.mappings).replace());
    if (r.chance(f.stall)) r.pick(this.mappings).stalledUntil = this.#steps + 100 + r.below(200);
    if (r.chance(0.15)) this.#wake(r.pick(this.runners), r.chance(0.1));
    if (r.chance(0.5)) this.#start(r.pick(this.mappings), r.chance(f.early));
    for (let i = 0; i < 3; i++) await this.#progress();
  }

  #start(m: Mapping, early: boolean): void {
    if (m.stalledUntil > this.#steps) return;
    const ready = m.ready(early);
    if (ready.length === 0) return;
    const shard = this.rng.pick(ready);
    const near = this.rng.chance(this.#faults.nearTimeLimit);
    let asked = 0;
    // Near its time limit: after a few looks at the watch, time runs short.
    const budget = () => (near && asked++ > 1 + this.rng.below(3) ? 1 : 60_000);
    const i = m.start(shard, 6, this.rng, budget);
    this.trace.push(`${m.name} ${shard} takes ${i.records.length}`);
  }

  #wake(runner: Runner, settle: boolean): void {
    const free = runner.slots.findIndex((s) => s === null || !s.busy);
    if (free < 0) return;
    let slot = runner.slots[free];
    if (!slot) {
      const gate = new Gate();
      slot = { gate, step: runner.make(gate), busy: false };
      runner.slots[free] = slot;
    }
    const mine = slot;
    mine.busy = true;
    this.trace.push(`${runner.name} wakes`);
    mine.step(settle ? [SETTLE] : ['{}'], { remainingMs: () => 60_000 }).then(
      () => {
        mine.busy = false;
      },
      (error: unknown) => {
        mine.busy = false;
        if (!(error instanceof Fault)) this.broken ??= error;
      },
    );
  }
  /** The first thing thrown that is no fault of a port: an invariant that does not hold. */
  broken: unknown;

  /** All gates at which something waits, with what a crash would end. */
  #gates(): { gate: Gate; crash: () => void; zombie: (() => void) | null }[] {
    const of = (i: Invocation) => ({
      gate: i.sandbox.gate,
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
    for (const runner of this.runners)
      runner.slots.forEach((slot, at) => {
        if (!slot?.busy) return;
        const crash = () => {
          slot.gate.close();
          runner.slots[at] = null;
        };
        out.push({ gate: slot.gate, crash, zombie: null });
      });
    return out.filter((g) => g.gate.waiting.length > 0);
  }

  async #progress(): Promise<void> {
    await settled();
    const gates = this.#gates();
    if (gates.length === 0) return;
    const { gate, crash, zombie } = this.rng.pick(gates);
    const call = this.rng.pick(gate.waiting);
    const { rng: r } = this;
    const f = this.#faults;
    const lost = () => new Fault(call.put ? 'stream.unavailable' : 'table.unavailable', 'the answer was lost');
    this.trace.push(`  ${call.label}`);
    if (r.chance(f.crash)) {
      this.trace.push('  CRASH');
      if (r.chance(0.5)) await call.pass();
      crash();
    } else if (zombie !== null && r.chance(f.zombie)) {
      this.trace.push('  ZOMBIE');
      zombie();
    } else if (r.chance(f.refused))
      call.refuse(new Fault(call.put ? 'stream.throttled' : 'table.throttled', 'refused'));
    else if (r.chance(f.lost)) await call.lose(lost());
    else if (call.put && r.chance(f.partial)) await call.put.partly(() => r.chance(0.5));
    else if (call.put && r.chance(f.landsLater)) {
      this.#later.push(call.put);
      call.refuse(lost());
    } else await call.pass();
    await settled();
    if (this.broken !== undefined) throw this.broken;
  }

  #produce(): void {
    const { rng: r } = this;
    const now = this.clock.now();
    const records = Array.from({ length: 1 + r.below(3) }, () => {
      const late = r.chance(this.#late) ? r.below(50_000) : 0;
      const c: Click = {
        id: `c${this.clicks.length}`,
        k: `k${r.below(4)}`,
        n: r.below(6),
        v: r.below(6),
        t: now - r.below(this.#disorder) - late,
      };
      this.clicks.push(c);
      const event = {
        specversion: '1.0',
        id: c.id,
        source: '/chaos',
        type: 'click.v1',
        time: new Date(c.t).toISOString(),
        data: { k: c.k, n: c.n, v: c.v, t: new Date(c.t).toISOString() },
      };
      return { partitionKey: c.k, data: Buffer.from(JSON.stringify(event)) };
    });
    const first = records[0] as (typeof records)[number];
    this.raw.put({
      partitionKey: first.partitionKey,
      data: records.length === 1 ? first.data : encodeAggregate(records),
    });
  }

  #tick(arrival: EpochMs): void {
    for (const s of this.raw.shards())
      if (!s.closed) this.raw.put({ partitionKey: 'tick', hashKey: s.startHash, data: new Uint8Array() }, arrival);
  }

  #reshard(): void {
    const log = this.rng.pick([this.raw, this.validated, this.enriched, this.refined]);
    const open = log
      .shards()
      .filter((s) => !s.closed)
      .sort((a, b) => (BigInt(a.startHash) < BigInt(b.startHash) ? -1 : 1));
    if (open.length > 1 && this.rng.chance(0.5)) {
      const i = this.rng.below(open.length - 1);
      log.merge((open[i] as { id: string }).id, (open[i + 1] as { id: string }).id);
    } else {
      const s = this.rng.pick(open);
      const start = BigInt(s.startHash);
      const width = BigInt(s.endHash) - start;
      const at = start + 1n + (width * BigInt(1 + this.rng.below(98))) / 100n;
      if (at <= BigInt(s.endHash)) log.split(s.id, at);
    }
    this.trace.push(`reshard ${log.name}: ${log.openShards} open`);
  }

  /** No more faults: every late request lands, the last tick comes, and all is played to its end. */
  async #drain(): Promise<void> {
    this.#faults = NO_FAULTS;
    for (const put of this.#later.splice(0)) await put?.land();
    for (let round = 0; round < 3; round++) {
      this.#tick(END_OF_TIME - 1_000_000 * (3 - round));
      let quiet = 0;
      for (let i = 0; quiet < 3; i++) {
        if (i > 100_000) throw new Error('never comes to rest');
        for (const m of this.mappings) while (m.ready().length > 0) this.#startNow(m);
        await this.#progress();
        if (this.#gates().length > 0 || this.mappings.some((m) => !m.atRest)) continue;
        if (this.runners.some((x) => x.slots.some((s) => s?.busy))) continue;
        quiet++;
        for (const runner of this.runners) this.#wake(runner, true);
      }
    }
  }

  #startNow(m: Mapping): void {
    m.stalledUntil = 0;
    this.#start(m, false);
  }
}

/** All that can go on without a port has gone on. */
const settled = (): Promise<void> => new Promise((done) => setImmediate(done));
