// An event source mapping: the shards of a stream in their order, each handed to a function batch by batch.
import type { Shard } from '../../shared/ports.ts';
import type { Ms } from '../../shared/time.ts';
import type { FunctionPool } from '../sandbox/pool.ts';
import type { Outcome } from '../sandbox/sandbox.ts';
import { LOCAL_ACCOUNT, streamArn } from '../template/intrinsics.ts';
import type { FunctionTemplate, StreamTrigger } from '../template/template.ts';
import { realTiming, type Timing } from '../timing.ts';
import type { PollerFaults } from './faults.ts';
import type { Observe } from './observe.ts';
import { failureMessage } from './on-failure.ts';
import { type Pace, REAL_TIME } from './pace.ts';
import type { PolledLog } from './polled-log.ts';
import type { ReadLimits } from './read-limits.ts';
import type { Part } from './rest.ts';
import type { ShardContext } from './shard-context.ts';
import { ShardReader } from './shard-reader.ts';
import { signal } from './signal.ts';

export type MappingOptions = {
  readonly fn: Pick<FunctionTemplate, 'name' | 'fullName'>;
  readonly trigger: StreamTrigger;
  readonly log: PolledLog;
  readonly pool: Pick<FunctionPool, 'invoke' | 'drop'>;
  readonly region?: string;
  /** Sends a message to the on-failure queue. */
  readonly sendTo?: (queue: string, body: string) => Promise<void>;
  readonly pace?: Pace;
  readonly timing?: Timing;
  /** Of all consumers together; without them each reads as fast as it can. */
  readonly limits?: ReadLimits;
  readonly faults?: PollerFaults;
  readonly observe?: Observe;
};

export type ShardPosition = {
  readonly shard: string;
  /** The last sequence number that is finished with all before it. */
  readonly checkpoint: string | null;
  /** The iterator's age. */
  readonly behind: Ms;
};

export type StreamMapping = Part & {
  /** Does nothing when the mapping is not enabled. */
  start(): void;
  /** Takes no more batches; resolves when those that run have ended. What they answer is not heard. */
  stop(): Promise<void>;
  /** Holds the reading of one shard, or of all. */
  pause(shard?: string): void;
  resume(shard?: string): void;
  /** As a mapping that was disabled: no invocation begins any more, not even of a batch that failed; what runs goes on to its end. */
  hold(): void;
  /** Goes on where it stood. */
  release(): void;
  /** Held, and nothing runs. */
  readonly idle: boolean;
  positions(): readonly ShardPosition[];
};

/** @throws RangeError for settings that Lambda refuses */
export const streamMapping = (options: MappingOptions): StreamMapping => {
  const {
    fn,
    trigger,
    log,
    pool,
    pace = REAL_TIME,
    timing = realTiming,
    faults = {},
    observe,
    region = 'us-east-1',
  } = options;
  check(trigger);
  const readers = new Map<string, ShardReader>();
  const loops: Promise<void>[] = [];
  const waiting = new Set<ReturnType<typeof signal>>();
  const listeners = new Set<() => void>();
  const paused = new Set<string>();
  const atCreation = new Set(log.shards().map((s) => s.id));
  const latest = log.lastSeq;
  let stopped = false;
  let activity = 0;
  let running = 0;
  let failure: Part['failure'];
  let held = false;
  /** Invocations that wait for `release`. */
  const gated = new Set<() => void>();

  const active = (): void => {
    activity += 1;
    for (const listener of listeners) listener();
  };
  const openGates = (): void => {
    for (const pass of gated) pass();
    gated.clear();
  };
  const invoke = async (event: unknown): Promise<Outcome> => {
    while (held && !stopped) await new Promise<void>((pass) => gated.add(pass));
    if (held) return { kind: 'threw', error: new Error(`${fn.name} was stopped while it was held`) };
    running += 1;
    active();
    try {
      return await pool.invoke(event);
    } finally {
      running -= 1;
    }
  };

  const limit = options.limits?.of(log.name, trigger.enhanced) ?? null;
  const contextOf = (shard: string): ShardContext => {
    const origin = {
      arn: streamArn(region, log.name),
      region,
      roleArn: `arn:aws:iam::${LOCAL_ACCOUNT}:role/${fn.fullName}`,
      shard,
    };
    return {
      fn,
      trigger,
      origin,
      pace,
      timing,
      faults,
      limit,
      invoke,
      drop: () => pool.drop(),
      zombie: (going) => void going.finally(active),
      async giveUp(what) {
        const functionArn = `arn:aws:lambda:${region}:${LOCAL_ACCOUNT}:function:${fn.fullName}`;
        const body = failureMessage(what, { shard, arn: origin.arn, functionArn, now: timing.now() });
        if (trigger.onFailure !== null) await options.sendTo?.(trigger.onFailure, body);
        observe?.({ kind: 'given-up', function: fn.name, shard, what });
      },
      delivered({ batch, attempt, fruitless, ms, verdict }) {
        const where = `${fn.name}, ${shard}`;
        if (verdict.kind === 'failed') failure = { ...verdict, attempts: fruitless, where };
        else if (verdict.kind === 'from' && verdict.index === 0)
          failure = { why: 'the function reported its first record', attempts: fruitless, where };
        else failure = undefined;
        observe?.({
          kind: 'invoked',
          function: fn.name,
          stream: log.name,
          shard,
          records: batch.length,
          firstSeq: batch[0]?.seq ?? '',
          lastSeq: batch.at(-1)?.seq ?? '',
          attempt,
          ms,
          verdict,
        });
        queueMicrotask(active);
      },
      stopped: () => stopped,
      async pause(ms) {
        const nap = signal();
        waiting.add(nap);
        await nap.wait(timing, ms);
        waiting.delete(nap);
      },
    };
  };

  /** Shards born after the mapping are read from their beginning. */
  const startOf = (shard: Shard): string | null => {
    if (!atCreation.has(shard.id)) return null;
    switch (trigger.startingPosition) {
      case 'TRIM_HORIZON':
        return null;
      case 'LATEST':
        return latest;
      case 'AT_TIMESTAMP':
        return log.before(shard.id, (trigger.startingTimestamp ?? 0) * 1000);
      default:
        return trigger.startingPosition satisfies never;
    }
  };

  const isPaused = (shard: string): boolean => held || paused.has(ALL) || paused.has(shard);
  const tellReaders = (): void => {
    for (const reader of readers.values()) reader.pause(isPaused(reader.shard));
  };

  /** Every parent, both after a merge, must be finished; one that is gone has nothing left to read. */
  const discover = (): void => {
    if (stopped) return;
    const shards = log.shards();
    const known = new Set(shards.map((s) => s.id));
    for (const shard of shards) {
      const ready = shard.parents.every((p) => !known.has(p) || readers.get(p)?.finished === true);
      if (readers.has(shard.id) || !(ready || faults.anyOrder === true)) continue;
      const reader = new ShardReader(log, startOf(shard), contextOf(shard.id));
      reader.pause(isPaused(shard.id));
      readers.set(shard.id, reader);
      loops.push(
        reader.run().then(() => {
          discover();
          active();
        }),
      );
    }
  };

  const hold = (shard: string | undefined, on: boolean): void => {
    if (on) paused.add(shard ?? ALL);
    else if (shard === undefined) paused.clear();
    else paused.delete(shard);
    tellReaders();
  };

  let forget = (): void => undefined;
  return {
    name: `${fn.name} <- ${log.name}`,
    start() {
      if (!trigger.enabled || readers.size > 0) return;
      if (faults.anyOrder === true) forget = log.onChange(discover);
      discover();
    },
    async stop() {
      stopped = true;
      forget();
      openGates();
      for (const nap of waiting) nap.notify();
      for (const reader of readers.values()) reader.wake();
      await Promise.all(loops);
    },
    pause: (shard) => hold(shard, true),
    resume: (shard) => hold(shard, false),
    hold() {
      held = true;
      tellReaders();
    },
    release() {
      held = false;
      openGates();
      tellReaders();
    },
    get idle() {
      return held && running === 0;
    },
    positions: () =>
      [...readers.values()]
        .filter((r) => !r.finished)
        .map(({ shard, checkpoint, behind }) => ({ shard, checkpoint, behind })),
    atRest: () => !trigger.enabled || (running === 0 && log.shards().every((s) => readers.get(s.id)?.atRest === true)),
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

const ALL = '*';

const check = (trigger: StreamTrigger): void => {
  const within = (name: string, value: number, least: number, most: number): void => {
    if (!Number.isInteger(value) || value < least || value > most)
      throw new RangeError(`${name} is ${value}; Lambda takes ${least} to ${most}`);
  };
  within('batchSize', trigger.batchSize, 1, 10_000);
  within('batchWindow', trigger.batchWindowMs / 1000, 0, 300);
  within('parallelizationFactor', trigger.parallelizationFactor, 1, 10);
  within('maximumRetryAttempts', trigger.maximumRetryAttempts, -1, 10_000);
  within('tumblingWindowInSeconds', trigger.tumblingWindowSeconds, 0, 900);
  if (trigger.maximumRecordAgeSeconds !== -1)
    within('maximumRecordAgeInSeconds', trigger.maximumRecordAgeSeconds, 60, 604_800);
  if (trigger.tumblingWindowSeconds > 0 && trigger.parallelizationFactor > 1)
    throw new RangeError('a tumbling window keeps one state for each shard: parallelizationFactor must be 1');
};
