// A Kafka mapping as Lambda documents it: batches over several partitions of one topic, offsets committed after success, partitions
// that a rebalance takes away or brings.
import { shardOfPartition } from '../../shared/kafka/shards.ts';
import type { Part } from '../poller/rest.ts';
import { signal } from '../poller/signal.ts';
import type { StreamMapping } from '../poller/stream-mapping.ts';
import type { FunctionPool } from '../sandbox/pool.ts';
import type { FunctionTemplate, StreamTrigger } from '../template/template.ts';
import { realTiming } from '../timing.ts';
import { kafkaEvent, payloadBytes } from './event.ts';
import type { Member } from './member.ts';
import type { Held, Mirror } from './mirror.ts';
import { judgeKafka } from './verdict.ts';

/** A batch that was delivered. `zombie`: its partitions were given away meanwhile, so nothing of it is committed. */
export type Delivered = {
  readonly function: string;
  readonly partitions: number;
  readonly records: number;
  readonly verdict: 'done' | 'partly' | 'failed';
  readonly zombie: boolean;
};

export type KafkaMappingOptions = {
  readonly fn: Pick<FunctionTemplate, 'name'>;
  readonly trigger: Pick<StreamTrigger, 'stream' | 'batchSize'>;
  readonly pool: Pick<FunctionPool, 'invoke'>;
  readonly mirror: Mirror;
  readonly partitions: number;
  readonly brokers: readonly string[];
  /** Joins the consumer group of the mapping. */
  readonly join: () => Member;
  /** Of all mappings of the group, the offset that each partition goes on from. */
  readonly progress: Map<number, number>;
  readonly observe?: (told: Delivered) => void;
  /** Waited for before each call: a poller that stands still while its partitions are given away. */
  readonly delay?: () => Promise<void>;
};

const MAX_PAYLOAD = 6 * 1024 * 1024;
const FIRST_PAUSE = 50; // ms after a failure, doubled up to
const LONGEST_PAUSE = 1_000;
const LOOK = 200; // ms; a record that came is told of at once

export const kafkaMapping = (options: KafkaMappingOptions): StreamMapping => {
  const { fn, trigger, pool, mirror, progress } = options;
  const topic = trigger.stream;
  const changed = signal();
  const listeners = new Set<() => void>();
  let member: Member | undefined;
  let forget = (): void => undefined;
  let loop: Promise<void> | undefined;
  let next = new Map<number, number>();
  let [stopped, paused, running] = [false, false, false];
  let [activity, fruitless] = [0, 0];
  let failure: Part['failure'];
  let turn = 0;

  const acted = (): void => {
    activity++;
    for (const listener of listeners) listener();
  };

  /** Records of all partitions, each in order; who was first the last time is last now. */
  const gather = (): Map<number, readonly Held[]> => {
    const mine = [...next].sort(([a], [b]) => a - b);
    const batches = new Map<number, readonly Held[]>();
    let room = trigger.batchSize;
    let bytes = 0;
    for (let i = 0; i < mine.length && room > 0; i++) {
      const [p, from] = mine[(i + turn) % mine.length] as [number, number];
      const taken: Held[] = [];
      for (const record of mirror.read(topic, p, from, room)) {
        bytes += payloadBytes(record);
        if (bytes > MAX_PAYLOAD && (taken.length > 0 || batches.size > 0)) break;
        taken.push(record);
      }
      if (taken.length > 0) batches.set(p, taken);
      room -= taken.length;
      if (bytes > MAX_PAYLOAD) break;
    }
    turn++;
    return batches;
  };

  const deliver = async (batches: ReadonlyMap<number, readonly Held[]>): Promise<void> => {
    const held = next;
    running = true;
    acted();
    await options.delay?.();
    const outcome = await pool.invoke(kafkaEvent(topic, batches, options.brokers));
    running = false;
    const verdict = judgeKafka(outcome, topic, batches, true);
    const records = [...batches.values()].reduce((n, b) => n + b.length, 0);
    const zombie = held !== next;
    options.observe?.({ function: fn.name, partitions: batches.size, records, verdict: verdict.kind, zombie });
    const before = [...batches].map(([p, b]) => [p, b[0]?.offset ?? 0] as const);
    const got = verdict.kind === 'failed' ? 0 : before.filter(([p, at]) => (verdict.next.get(p) ?? at) > at).length;
    fruitless = got > 0 ? 0 : fruitless + 1;
    if (verdict.kind === 'failed') failure = { ...verdict, attempts: fruitless, where: `${fn.name}, ${topic}` };
    else if (got === 0)
      failure = { why: 'the function reported its first records', attempts: fruitless, where: `${fn.name}, ${topic}` };
    else failure = undefined;
    if (verdict.kind !== 'failed' && held === next) {
      for (const [p, offset] of verdict.next) next.set(p, offset);
      // A commit that fails leaves the records to whoever has the partition next.
      await member?.commit(verdict.next).catch(() => undefined);
      if (held === next) for (const [p, o] of verdict.next) progress.set(p, Math.max(o, progress.get(p) ?? 0));
    }
    acted();
    if (fruitless > 0)
      await changed.wait(realTiming, Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** Math.min(fruitless, 10)));
  };

  const run = async (): Promise<void> => {
    while (!stopped) {
      const batches = paused ? new Map<number, readonly Held[]>() : gather();
      if (batches.size > 0) await deliver(batches);
      else await changed.wait(realTiming, LOOK);
    }
  };

  const atEnd = (at: ReadonlyMap<number, number>, partitions: Iterable<number>): boolean =>
    [...partitions].every((p) => (at.get(p) ?? 0) >= mirror.end(topic, p));

  return {
    name: `${fn.name} <- ${topic}`,
    start() {
      if (loop !== undefined) return;
      member = options.join();
      member.onAssigned((given) => {
        next = new Map(given);
        changed.notify();
        acted();
      });
      forget = mirror.onActivity(() => changed.notify());
      loop = run();
    },
    async stop() {
      stopped = true;
      forget();
      changed.notify();
      await loop;
      await member?.close();
    },
    pause: () => {
      paused = true;
    },
    hold: () => {
      paused = true;
    },
    release: () => {
      paused = false;
      changed.notify();
    },
    get idle() {
      return paused && !running;
    },
    resume: () => {
      paused = false;
      changed.notify();
    },
    positions: () =>
      [...next].map(([p, offset]) => ({
        shard: shardOfPartition(p),
        checkpoint: offset === 0 ? null : String(offset - 1),
        behind: Math.max(0, Date.now() - (mirror.read(topic, p, offset, 1)[0]?.timestamp ?? Date.now())),
      })),
    atRest: () =>
      !running &&
      atEnd(next, next.keys()) &&
      atEnd(
        progress,
        Array.from({ length: options.partitions }, (_, p) => p),
      ),
    get activity() {
      return activity;
    },
    get failure() {
      return failure;
    },
    onActivity(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
};
