// What happens around the functions of a run between two of their calls.
import type { MemoryLog } from '../../../shared/memory/log.ts';
import { reshardOnce } from '../../chaos/reshard.ts';
import type { Schedule, WorldFault } from '../../chaos/schedule.ts';
import type { StreamMapping } from '../../poller/stream-mapping.ts';
import type { Clocks } from './clocks.ts';
import type { Throttled } from './services.ts';

/** What a run lets happen to its streams and mappings. */
export type Stage = {
  readonly streams: readonly MemoryLog[];
  readonly mostShards: number;
  readonly mappings: () => readonly {
    readonly fn: string;
    readonly mapping: StreamMapping;
    readonly log: MemoryLog;
  }[];
  /** Mapping i begins again at TRIM_HORIZON, as one that was deleted and made again. */
  readonly replace: (i: number) => void;
  /** A second mapping of the function of mapping i on the same stream, from TRIM_HORIZON. */
  readonly second: (i: number) => void;
  /** Some function's sandboxes are gone. */
  readonly cool: (pick: <T>(items: readonly T[]) => T) => void;
};

/** A stall ends by itself when nothing else calls any more, in ms. */
const LONGEST_STALL = 250;

export class Around {
  readonly #schedule: Schedule;
  readonly #clocks: Clocks;
  #stage: Stage | null = null;
  #steps = 0;
  #jumpUntil = 0;
  #throttled: (Throttled & { readonly until: number }) | null = null;
  /** What stands still, and the step in which it goes on. */
  readonly #stalls = new Set<{ readonly until: number; readonly end: () => void }>();

  constructor(schedule: Schedule, clocks: Clocks) {
    this.#schedule = schedule;
    this.#clocks = clocks;
  }

  attach(stage: Stage): void {
    this.#stage = stage;
  }
  get throttled(): Throttled | null {
    return this.#throttled !== null && this.#throttled.until > this.#steps ? this.#throttled : null;
  }

  /** Whether a shard is offered to a function that has not read its parents. */
  isEarly(fn: string, stream: string, shard: string): boolean {
    const asked = this.#stage?.mappings().filter((m) => m.fn === fn && m.log.name === stream) ?? [];
    return asked.some(({ mapping, log }) => {
      const unread = new Set(mapping.positions().map((p) => p.shard));
      const { parents } = log.shards().find((s) => s.id === shard) ?? { parents: [] };
      return parents.some((p) => unread.has(p));
    });
  }

  /** Before each call of a function. */
  step(): void {
    this.#steps++;
    const stage = this.#stage;
    if (stage === null) return;
    for (const stall of this.#stalls) if (stall.until <= this.#steps) stall.end();
    if (this.#steps > this.#jumpUntil) Object.assign(this.#clocks.off, { lambda: 0, arrival: 0 });
    const { struck } = this.#schedule;
    for (const fault of this.#schedule.between()) if (this.#strike(fault, stage)) struck.add(fault.kind);
  }

  /** Nothing stands still or off any more. */
  calm(): void {
    for (const stall of this.#stalls) stall.end();
    this.#throttled = null;
    Object.assign(this.#clocks.off, { lambda: 0, arrival: 0 });
  }

  /** Whether it struck; a throttled shard strikes when it refuses. */
  #strike(fault: WorldFault, stage: Stage): boolean {
    const { rng } = this.#schedule;
    const mappings = stage.mappings();
    const at = rng.below(Math.max(1, mappings.length));
    const picked = mappings[at];
    const log = rng.pick(stage.streams);
    if (picked === undefined) return false;
    switch (fault.kind) {
      case 'reshard':
      case 'reshardBurst':
        for (let i = 0; i < fault.times; i++) reshardOnce(log, rng, stage.mostShards);
        return true;
      case 'cold':
        stage.cool((items) => rng.pick(items));
        return true;
      case 'replace':
        stage.replace(at);
        return true;
      case 'secondMapping':
        stage.second(at);
        return true;
      case 'stall':
        this.#stall(picked.mapping, undefined, fault.for);
        return true;
      case 'stallShard':
        this.#stall(picked.mapping, rng.pick(picked.log.shards()).id, fault.for);
        return true;
      case 'throttledShard':
        this.#throttled = { log, shard: rng.pick(log.shards()).id, until: this.#steps + fault.for };
        return false;
      case 'clockJump':
        this.#clocks.off.lambda = fault.by;
        this.#jumpUntil = this.#steps + fault.for;
        return true;
      case 'arrivalJump':
        this.#clocks.off.arrival = fault.by;
        this.#jumpUntil = this.#steps + fault.for;
        return true;
      case 'quietShard':
      case 'leap':
        return false;
      default:
        return fault satisfies never;
    }
  }

  #stall(mapping: StreamMapping, shard: string | undefined, steps: number): void {
    mapping.pause(shard);
    const end = (): void => {
      clearTimeout(timer);
      this.#stalls.delete(stall);
      mapping.resume(shard);
    };
    const timer = setTimeout(end, LONGEST_STALL);
    const stall = { until: this.#steps + steps, end };
    this.#stalls.add(stall);
  }
}
