// An SQS event source mapping: messages in batches, deleted after a success, seen again after a failure.
import type { SQSEvent, SQSRecord } from 'aws-lambda';
import type { Ms } from '../../shared/time.ts';
import type { FunctionPool } from '../sandbox/pool.ts';
import { queueArn } from '../template/intrinsics.ts';
import type { FunctionTemplate, QueueTrigger } from '../template/template.ts';
import { realTiming, type Timing } from '../timing.ts';
import type { Message, MessageQueue } from './message-queue.ts';
import { backOff, type Pace, REAL_TIME } from './pace.ts';
import type { Part } from './rest.ts';
import { type Signal, signal } from './signal.ts';

export type QueueMappingOptions = {
  readonly fn: Pick<FunctionTemplate, 'name'>;
  readonly trigger: QueueTrigger;
  readonly queue: MessageQueue;
  readonly pool: Pick<FunctionPool, 'invoke'>;
  readonly region?: string;
  /** Flat out, messages of a failed run are visible again at once; else when their visibility time is over. */
  readonly pace?: Pace;
  readonly timing?: Timing;
  /** Whether somebody calls `notify` for each message that is sent: then only those that become visible again are looked for. */
  readonly notified?: boolean;
};

export type QueueMapping = Part & {
  start(): void;
  stop(): Promise<void>;
  /** A message was sent: look now. */
  notify(): void;
  /** As a mapping that was disabled: messages stay in the queue. */
  hold(): void;
  release(): void;
  /** Held, and nothing runs. */
  readonly idle: boolean;
};

/** Between two looks at the queue when nobody notifies. */
const LOOK: Ms = 20;
/** When messages are announced: for those with a delay, and those that nobody deleted in their time. */
const LOOK_NOTIFIED: Ms = 250;

const recordOf = (m: Message, queue: string, region: string): SQSRecord => ({
  messageId: m.id,
  receiptHandle: m.receipt,
  body: m.body,
  attributes: {
    ApproximateReceiveCount: String(m.receives),
    SentTimestamp: String(m.sentAt),
    SenderId: 'local',
    ApproximateFirstReceiveTimestamp: String(m.sentAt),
  },
  messageAttributes: {},
  md5OfBody: m.md5,
  eventSource: 'aws:sqs',
  eventSourceARN: queueArn(region, queue),
  awsRegion: region,
});

/** Batches of one queue that Lambda works on at once when the mapping does not say: it begins with five. */
const AT_ONCE = 5;

/** One look at the queue at a time; the batches it finds run side by side, as many as the mapping's maximumConcurrency. */
export const queueMapping = (options: QueueMappingOptions): QueueMapping => {
  const { fn, trigger, queue, pool, pace = REAL_TIME, timing = realTiming, region = 'us-east-1' } = options;
  const most = trigger.maximumConcurrency ?? AT_ONCE;
  const look = pace.poll ?? (options.notified === true ? LOOK_NOTIFIED : LOOK);
  const listeners = new Set<() => void>();
  const wake = signal();
  const running = new Set<Promise<void>>();
  const naps = new Set<Signal>();
  let loop: Promise<void> | undefined;
  let stopped = false;
  let held = false;
  let activity = 0;
  let looking = false;
  let fruitless = 0;
  let failure: Part['failure'];

  const active = (): void => {
    activity += 1;
    for (const listener of listeners) listener();
  };

  const pause = async (ms: Ms): Promise<void> => {
    if (stopped) return;
    const nap = signal();
    naps.add(nap);
    await nap.wait(timing, ms);
    naps.delete(nap);
  };

  const handle = async (messages: readonly Message[]): Promise<void> => {
    const event: SQSEvent = { Records: messages.map((m) => recordOf(m, trigger.queue, region)) };
    const outcome = await pool.invoke(event);
    if (outcome.kind === 'returned') {
      fruitless = 0;
      failure = undefined;
      await queue.delete(messages);
      return;
    }
    fruitless += 1;
    const why = outcome.kind === 'threw' ? 'the function threw' : 'the function ran out of time';
    const cause = outcome.kind === 'threw' ? { cause: outcome.error } : {};
    failure = { why, ...cause, attempts: fruitless, where: trigger.queue };
    if (pace.poll !== null) return;
    await pause(backOff(pace, fruitless));
    await queue.release(messages);
    wake.notify();
  };

  const begin = (messages: readonly Message[]): void => {
    const batch = handle(messages).finally(() => {
      running.delete(batch);
      active();
    });
    running.add(batch);
    active();
  };

  const run = async (): Promise<void> => {
    while (!stopped) {
      if (held) {
        await wake.wait(timing, look);
        continue;
      }
      if (running.size >= most) {
        await Promise.race(running);
        continue;
      }
      looking = true;
      const messages = await queue.receive(trigger.batchSize);
      if (messages.length > 0) begin(messages);
      looking = false;
      if (messages.length === 0 && !stopped) await wake.wait(timing, look);
    }
    await Promise.all(running);
  };

  return {
    name: `${fn.name} <- ${trigger.queue}`,
    start() {
      if (trigger.enabled) loop ??= run();
    },
    async stop() {
      stopped = true;
      wake.notify();
      for (const nap of naps) nap.notify();
      await loop;
    },
    notify: () => wake.notify(),
    hold() {
      held = true;
    },
    release() {
      held = false;
      wake.notify();
    },
    get idle() {
      return held && !looking && running.size === 0;
    },
    atRest: async () =>
      !trigger.enabled ||
      (!looking && running.size === 0 && (await queue.visible()) === 0 && !looking && running.size === 0),
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
