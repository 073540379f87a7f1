// What happens to the world as a whole, between two calls.
import { minutes } from '../../../shared/time.ts';
import { OUTSIDE_NAMES } from '../gate.ts';
import type { Journal } from '../journal.ts';
import { reshardOnce } from '../reshard.ts';
import type { WorldFault } from '../schedule.ts';
import type { Calls } from './calls.ts';
import type { Invocations } from './invocations.ts';
import type { Scene } from './scene.ts';
import { leap } from './time.ts';

const MINUTE = minutes(1);
const MOST_MAPPINGS = 12;
/** The chance in a step of a world that grows, and how many shards `raw` has at most. */
const GROWS = 0.01;
const MOST_RAW = 5;

export class Disturber {
  readonly #scene: Scene;
  readonly #invocations: Invocations;
  readonly #calls: Calls;
  #jumpUntil = 0;
  #avoidUntil = 0;

  constructor(scene: Scene, invocations: Invocations, calls: Calls) {
    this.#scene = scene;
    this.#invocations = invocations;
    this.#calls = calls;
  }

  disturb(): void {
    const { schedule, producer, off, steps } = this.#scene;
    const log = schedule.rng.pick(this.#scene.streams);
    for (const fault of schedule.between()) if (this.#strike(fault, log)) schedule.struck.add(fault.kind);
    this.#takeDown();
    if (schedule.faults.grow > 0 && this.#scene.growRng.chance(GROWS)) this.grow();
    if (steps > this.#avoidUntil) producer.avoid = null;
    if (steps <= this.#jumpUntil) return;
    off.lambda = 0;
    off.arrival = 0;
  }

  /** It strikes when a call is refused. */
  #takeDown(): void {
    const { schedule, shape, steps } = this.#scene;
    if (!shape.outside || !schedule.wants('destinationDown')) return;
    const { rng } = schedule;
    this.#calls.down = { name: rng.pick(OUTSIDE_NAMES), until: steps + 30 + rng.below(100) };
  }

  /** In worlds that grow: one more shard of `raw`, up to five. */
  grow(): void {
    const { raw, schedule } = this.#scene;
    if (!raw.grows || raw.openShards >= MOST_RAW) return;
    schedule.struck.add('grow');
    const { id } = raw.grow();
    raw.family();
    this.#scene.tell(`raw grows by ${id}`);
  }

  reshard(log: Journal, times: number): void {
    const { schedule, runs } = this.#scene;
    if (log.grows) {
      this.grow();
      return;
    }
    for (let i = 0; i < times; i++) {
      const ended = reshardOnce(log, schedule.rng);
      log.family();
      if (ended.some((id) => log.all(id).length === 0)) runs.endedEmpty++;
    }
    this.#scene.tell(`reshard ${log.name} x${times}: ${log.openShards} open`);
  }

  /** Nothing stands still or off any more. */
  calm(): void {
    const { off, producer, mappings } = this.#scene;
    off.lambda = 0;
    off.arrival = 0;
    this.#calls.throttled = null;
    this.#calls.down = null;
    producer.avoid = null;
    for (const m of mappings) {
      m.stalledUntil = 0;
      m.stalledShards.clear();
    }
  }

  /** Whether it struck; a throttled shard strikes when it refuses. */
  #strike(fault: WorldFault, log: Journal): boolean {
    const { mappings, raw, producer, off, steps, schedule } = this.#scene;
    const { rng } = schedule;
    switch (fault.kind) {
      case 'reshard':
      case 'reshardBurst':
        if (log.grows) return false;
        this.reshard(log, fault.times);
        return true;
      case 'cold':
        this.#invocations.cool();
        return true;
      case 'replace': {
        const m = rng.pick(mappings);
        this.#scene.tell(`${m.name} is made again at TRIM_HORIZON`);
        this.#invocations.replace(m);
        return true;
      }
      case 'secondMapping': {
        if (mappings.length >= MOST_MAPPINGS) return false;
        const m = rng.pick(mappings);
        this.#scene.tell(`a second mapping of ${m.name}`);
        mappings.push(m.twin());
        return true;
      }
      case 'stall':
        rng.pick(mappings).stalledUntil = steps + fault.for;
        return true;
      case 'stallShard': {
        const m = rng.pick(mappings);
        m.stalledShards.set(rng.pick(m.log.shards()).id, steps + fault.for);
        return true;
      }
      case 'quietShard':
        if (raw.openShards < 2) return false;
        producer.avoid = rng.pick(raw.shards().filter((s) => !s.closed)).id;
        this.#avoidUntil = steps + fault.for;
        return true;
      case 'throttledShard':
        this.#calls.throttled = { log, shard: rng.pick(log.shards()).id, until: steps + fault.for };
        return false;
      case 'clockJump':
        off.lambda = fault.by;
        this.#jumpUntil = steps + fault.for;
        return true;
      case 'arrivalJump':
        off.arrival = fault.by;
        this.#jumpUntil = steps + fault.for;
        return true;
      case 'leap':
        leap(this.#scene, MINUTE * fault.minutes, MINUTE);
        return true;
      default:
        return fault satisfies never;
    }
  }
}
