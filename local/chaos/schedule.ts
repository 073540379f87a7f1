// The one seeded generator of what goes wrong: what becomes of a call, of a delivery, of the world between two calls. The world in
// memory and `millrace run --faults` draw from it and do what it says, each in its own way.
import { type Rng, rngOf } from '../generate/rng.ts';
import { type FaultName, type Faults, NO_FAULTS, Struck } from './faults.ts';

/** What the schedule must know of a call of a port or service. */
export type CallFacts = {
  /** `stream`: PutRecords. `write`: a write of an item or an object. `read`: anything that changes nothing. */
  readonly kind: 'stream' | 'write' | 'read';
  /** Records of a PutRecords, or entries of a batch call to a destination. */
  readonly records: number;
  /** Whether record i goes to a shard that takes nothing just now. */
  readonly throttled?: (index: number) => boolean;
  /** Whether whoever called may be given up while it goes on. */
  readonly mayBeGivenUp: boolean;
  /** Whether the sandbox that called may die. */
  readonly mayDie: boolean;
};

/** What becomes of a call. */
export type CallFault =
  | { readonly kind: 'pass' }
  /** The sandbox dies: before the effect or after it. */
  | { readonly kind: 'crash'; readonly after: boolean }
  /** Nobody waits for the invocation any more, which goes on. */
  | { readonly kind: 'zombie' }
  | { readonly kind: 'refused' }
  /** Done, but the answer is lost. */
  | { readonly kind: 'lost' }
  /** The records that are taken; the others are refused as throttled. */
  | { readonly kind: 'partial'; readonly taken: readonly boolean[] }
  /** The caller is told nothing, and the effect comes later. */
  | { readonly kind: 'later' };

/** What happens between two calls. `for`: steps of the world. */
export type WorldFault =
  | { readonly kind: 'reshard' | 'reshardBurst'; readonly times: number }
  | { readonly kind: 'cold' | 'replace' | 'secondMapping' }
  | { readonly kind: 'stall' | 'stallShard' | 'quietShard' | 'throttledShard'; readonly for: number }
  | { readonly kind: 'clockJump' | 'arrivalJump'; readonly by: number; readonly for: number }
  | { readonly kind: 'leap'; readonly minutes: number };

export type Bounds = {
  readonly most?: Partial<Record<FaultName, number>>;
  readonly mayStrike?: () => boolean;
};

/** How far Lambda's clock stands off at most, in ms. */
export const MOST_JUMP = 7_200_000;

const PASS: CallFault = { kind: 'pass' };

export class Schedule {
  readonly rng: Rng;
  readonly struck = new Struck();
  faults: Faults;
  readonly #most: Partial<Record<FaultName, number>>;
  readonly #mayStrike: () => boolean;

  /** @param bounds for runs under real back-offs: how often a fault strikes at most, and whether any may strike just now */
  constructor(seed: number, faults: Faults, bounds: Bounds = {}) {
    this.rng = rngOf(seed);
    this.faults = faults;
    this.#most = bounds.most ?? {};
    this.#mayStrike = bounds.mayStrike ?? (() => true);
  }

  /** No more faults. @returns what brings them back */
  calm(): () => void {
    const before = this.faults;
    this.faults = NO_FAULTS;
    return () => {
      this.faults = before;
    };
  }

  /** Draws whether a fault strikes now; whoever asks counts it when it found something to strike. */
  wants(name: FaultName): boolean {
    const most = this.#most[name] ?? Number.POSITIVE_INFINITY;
    return this.rng.chance(this.faults[name]) && this.struck.counts[name] < most && this.#mayStrike();
  }
  /** The same, counted. */
  strikes(name: FaultName): boolean {
    const strikes = this.wants(name);
    if (strikes) this.struck.add(name);
    return strikes;
  }

  /** Draws what becomes of a call, and counts it. */
  call(call: CallFacts): CallFault {
    const { rng } = this;
    const { throttled } = call;
    const isStream = call.kind === 'stream';
    if (call.mayDie && this.strikes('crash')) return { kind: 'crash', after: rng.chance(0.5) };
    if (call.mayBeGivenUp && this.strikes('zombie')) return { kind: 'zombie' };
    if (this.strikes('refused')) return { kind: 'refused' };
    if (this.strikes('lost')) return { kind: 'lost' };
    const all = Array.from({ length: call.records }, (_, i) => i);
    if (throttled !== undefined && all.some(throttled)) {
      this.struck.add('throttledShard');
      return { kind: 'partial', taken: all.map((i) => !throttled(i)) };
    }
    if (isStream && this.strikes('partial')) return { kind: 'partial', taken: all.map(() => rng.chance(0.5)) };
    if (isStream && this.strikes('landsLater')) return { kind: 'later' };
    if (!isStream && call.records > 0 && this.strikes('entriesFailed'))
      return { kind: 'partial', taken: all.map(() => rng.chance(0.5)) };
    if (call.kind === 'write' && this.strikes('writeLandsLater')) return { kind: 'later' };
    return PASS;
  }

  /** Draws what happens to the world between two calls; what may find nothing to strike is not counted yet. */
  between(): readonly WorldFault[] {
    const { rng: r } = this;
    const out: WorldFault[] = [];
    if (this.wants('reshard')) out.push({ kind: 'reshard', times: 1 });
    if (this.wants('reshardBurst')) out.push({ kind: 'reshardBurst', times: 2 + r.below(4) });
    for (const kind of ['cold', 'replace', 'secondMapping'] as const) if (this.wants(kind)) out.push({ kind });
    if (this.wants('stall')) out.push({ kind: 'stall', for: 100 + r.below(200) });
    if (this.wants('stallShard')) out.push({ kind: 'stallShard', for: 100 + r.below(300) });
    if (this.wants('quietShard')) out.push({ kind: 'quietShard', for: 100 + r.below(300) });
    if (this.wants('throttledShard')) out.push({ kind: 'throttledShard', for: 30 + r.below(100) });
    if (this.wants('clockJump'))
      out.push({ kind: 'clockJump', by: r.below(2 * MOST_JUMP) - MOST_JUMP, for: 50 + r.below(100) });
    if (this.wants('arrivalJump')) out.push({ kind: 'arrivalJump', by: -r.below(5_000), for: 50 + r.below(100) });
    if (this.wants('leap')) out.push({ kind: 'leap', minutes: 1 + r.below(7) });
    return out;
  }
}
