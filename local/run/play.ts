// All functions of serverless.yml with all that calls them, on the services of this machine.
import { SETTLE } from '../../shared/steps/refine/refine.ts';
import type { KafkaHere } from '../kafka/here.ts';
import { sqsQueue } from '../poller/message-queue.ts';
import type { Observe } from '../poller/observe.ts';
import { FLAT_OUT, type Pace } from '../poller/pace.ts';
import { type QueueMapping, queueMapping } from '../poller/queue.ts';
import type { ReadLimits } from '../poller/read-limits.ts';
import { type Part, untilRest } from '../poller/rest.ts';
import { type Schedule, schedule } from '../poller/schedule.ts';
import { type StreamMapping, streamMapping } from '../poller/stream-mapping.ts';
import type { LogSink } from '../sandbox/capture.ts';
import { type FunctionPool, functionPool } from '../sandbox/pool.ts';
import { LOCAL_ACCOUNT } from '../template/intrinsics.ts';
import type { FunctionTemplate, QueueTrigger, StreamTrigger } from '../template/template.ts';
import type { Pool } from './faults/sandboxes.ts';
import type { Faults } from './faults/seeded.ts';
import type { Stage } from './faults/world.ts';
import type { Here } from './here.ts';

export type PlayOptions = {
  readonly here: Here;
  readonly root: string;
  /** The compiled pipeline, an absolute path. */
  readonly pipeline: string;
  readonly faults: Faults | null;
  readonly log: LogSink;
  readonly pace?: Pace;
  readonly observe?: Observe;
  /** How fast mappings may read; without them as fast as they can. */
  readonly limits?: ReadLimits;
  /** Functions on topics in place of the streams of `here`, which get a copy of what the topics hold. */
  readonly kafka?: KafkaHere;
};

export type Mapped = { readonly fn: FunctionTemplate; readonly stream: string; readonly mapping: StreamMapping };
export type Queued = { readonly fn: FunctionTemplate; readonly queue: string; readonly mapping: QueueMapping };
export type Timed = { readonly fn: FunctionTemplate; readonly timer: Schedule };
export type Player = {
  readonly pools: ReadonlyMap<string, FunctionPool>;
  readonly mappings: readonly Mapped[];
  readonly queues: readonly Queued[];
  readonly schedules: readonly Timed[];
  /** Starts the mappings of streams and queues, and with `schedules` what runs by the clock. */
  start(schedules: boolean): void;
  /**
   * Without clocks: goes on until every stream is read, every decision made and sent, and nothing comes of asking again.
   * @throws StuckError when a batch fails again and again
   */
  drain(tell: () => void): Promise<void>;
  stop(): Promise<void>;
};

/** Tries of one batch after which a run has failed: under faults most of them are drawn, so many may follow each other. */
const PATIENCE = 40;
/** Asked again so often without an effect, a pipeline is at rest: once more than a lost race between two runs can hide. */
const QUIET = 2;
/** Asked again so often, a pipeline feeds itself and will never be at rest: a bug of ours, not of the input. */
const MOST_ROUNDS = 500;
/** What must not run at the end of history: ticks are in the input, and a run balances its own books. */
const UNASKED = ['tick', 'check-books', 'verify-sample'];

export const play = (options: PlayOptions): Player => {
  const { here, root, pipeline, faults, log, pace = FLAT_OUT, observe, limits, kafka } = options;
  const { template } = here;
  const sandboxes = {
    root,
    pipeline,
    log,
    aws: { ...here.aws, ...kafka?.env },
    ...(kafka && { logModule: kafka.logModule }),
  };
  const pools = new Map(template.functions.map((fn) => [fn.name, functionPool(fn, sandboxes)] as const));
  const queueUrl = (name: string): string => `${here.objects.endpoint}/${LOCAL_ACCOUNT}/${name}`;
  const mappings: Mapped[] = [];
  /** Deleted ones, which may still run their last batches. */
  const leaving: Promise<void>[] = [];
  const queues: (Queued & { readonly url: string })[] = [];
  const schedules: Timed[] = [];

  const mapped = (fn: FunctionTemplate, trigger: StreamTrigger, pool: Pool): Mapped => ({
    fn,
    stream: trigger.stream,
    mapping:
      kafka?.mapping(fn, trigger, pool) ??
      streamMapping({
        fn,
        trigger,
        pool,
        pace,
        log: here.kinesis.kinesis.log(trigger.stream),
        region: template.region,
        sendTo: async (queue, body) => {
          await here.objects.sqs('SendMessage', { QueueUrl: queueUrl(queue), MessageBody: body });
        },
        ...(faults && { faults: faults.poller }),
        ...(observe && { observe }),
        ...(limits && { limits }),
      }),
  });
  /**
   * History at full speed without faults: two batches of a queue side by side would share one processor, and two runs of `refine` fold the
   * same entries for one decision. Under faults they race, as on AWS.
   */
  const alone = (trigger: QueueTrigger): QueueTrigger =>
    faults === null && pace === FLAT_OUT ? { ...trigger, maximumConcurrency: 1 } : trigger;
  /** Ends what the services tell this player. */
  const forgets: (() => void)[] = [];
  /** The same mapping, made anew. */
  const again: (() => Mapped)[] = [];
  for (const fn of template.functions) {
    const own = pools.get(fn.name) as FunctionPool;
    const pool: Pool = faults === null ? own : faults.watch(own);
    for (const trigger of fn.triggers) {
      if (trigger.kind === 'stream') {
        const make = () => mapped(fn, trigger, pool);
        mappings.push(make());
        again.push(make);
      } else if (trigger.kind === 'queue') {
        const url = queueUrl(trigger.queue);
        const queue = sqsQueue((operation, body) => here.objects.sqs(operation, body), url);
        const mapping = queueMapping({
          fn,
          trigger: alone(trigger),
          queue,
          pool,
          pace,
          region: template.region,
          notified: true,
        });
        forgets.push(here.objects.onMessage((name) => name === trigger.queue && mapping.notify()));
        queues.push({ fn, queue: trigger.queue, url, mapping });
      } else if (trigger.kind === 'schedule') {
        schedules.push({ fn, timer: schedule({ fn, trigger, pool, region: template.region }) });
      }
    }
  }

  const parts: Part[] = [
    ...(kafka ? [kafka.part] : []),
    ...mappings.map((m) => m.mapping),
    ...queues.map((q) => q.mapping),
  ];
  const stage: Stage = {
    streams: here.kinesis.kinesis.names().map((n) => here.kinesis.kinesis.log(n)),
    mostShards: 2 * Math.max(...template.streams.map((s) => s.shards)) + 1,
    mappings: () =>
      mappings.map(({ fn, stream, mapping }) => ({ fn: fn.name, mapping, log: here.kinesis.kinesis.log(stream) })),
    replace(i) {
      const [old, make] = [mappings[i], again[i]];
      if (old === undefined || make === undefined) return;
      leaving.push(old.mapping.stop());
      const fresh = make();
      mappings[i] = fresh;
      parts[parts.indexOf(old.mapping)] = fresh.mapping;
      fresh.mapping.start();
    },
    second(i) {
      const make = again[i];
      if (make === undefined) return;
      const twin = make();
      again.push(make);
      mappings.push(twin);
      parts.push(twin.mapping);
      twin.mapping.start();
    },
    cool: (pick) => pick([...pools.values()]).drop(),
  };
  const isWoken = (fn: FunctionTemplate): boolean => fn.triggers.some((t) => t.kind === 'queue');
  /** What only a clock calls; what a queue wakes as well is settled through its queue. */
  const clocked = schedules.filter(({ fn }) => !UNASKED.includes(fn.name) && !isWoken(fn));
  const written = (): string =>
    here.kinesis.kinesis
      .names()
      .map((n) => here.kinesis.kinesis.log(n).lastSeq)
      .join();

  const settle = async (): Promise<void> => {
    for (const { url, mapping } of queues) {
      await here.objects.sqs('SendMessage', { QueueUrl: url, MessageBody: SETTLE });
      mapping.notify();
    }
    await untilRest(parts, PATIENCE);
    for (const { fn, timer } of clocked) {
      for (let tries = 1; ; tries++) {
        const outcome = await timer.fire();
        if (outcome.kind === 'returned') break;
        const cause = outcome.kind === 'threw' ? outcome.error : 'it ran out of time';
        if (tries === PATIENCE) throw new Error(`${fn.name} does not get on (${tries} times)`, { cause });
      }
    }
  };

  return {
    pools,
    mappings,
    queues,
    schedules,
    start(withSchedules) {
      for (const { mapping } of [...mappings, ...queues]) mapping.start();
      faults?.attach(stage);
      if (withSchedules) for (const { timer } of schedules) timer.start();
    },
    async drain(tell) {
      const forget = parts.map((part) => part.onActivity(tell));
      try {
        for (let [quiet, round] = [0, 1]; quiet < QUIET; round++) {
          if (round > MOST_ROUNDS)
            throw new Error(`the pipeline writes on after ${MOST_ROUNDS} rounds without an event`);
          await faults?.land();
          await untilRest(parts, PATIENCE);
          const before = written();
          await settle();
          quiet = before === written() ? quiet + 1 : 0;
        }
      } finally {
        for (const f of forget) f();
      }
    },
    async stop() {
      for (const forget of forgets) forget();
      for (const { timer } of schedules) await timer.stop();
      await Promise.all([...leaving, ...[...mappings, ...queues].map(({ mapping }) => mapping.stop())]);
    },
  };
};
