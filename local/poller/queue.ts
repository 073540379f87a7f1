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
import { signal } from './signal.ts';

export type QueueMappingOptions = {
  readonly fn: Pick<FunctionTemplate, 'name'>;
  readonly trigger: QueueTrigger;
  readonly queue: MessageQueue;
  readonly pool: Pick<FunctionPool, 'invoke'>;
  readonly region?: string;
  /** Flat out, messages of a failed run are visible again at once; else when their visibility time is over. */
  readonly pace?: Pace;
  readonly timing?: Timing;
};

export type QueueMapping = Part & {
  start(): void;
  stop(): Promise<void>;
  /** A message was sent: look now. */
  notify(): void;
};

/** Between two looks at the queue when nobody notifies. */
const LOOK: Ms = 20;

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

/** One batch at a time: maximumConcurrency may be more, but here that would only divide the same messages. */
export const queueMapping = (options: QueueMappingOptions): QueueMapping => {
  const { fn, trigger, queue, pool, pace = REAL_TIME, timing = realTiming, region = 'us-east-1' } = options;
  const listeners = new Set<() => void>();
  const wake = signal();
  let loop: Promise<void> | undefined;
  let stopped = false;
  let activity = 0;
  let busy = false;
  let fruitless = 0;
  let failure: Part['failure'];

  const active = (): void => {
    activity += 1;
    for (const listener of listeners) listener();
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
    await wake.wait(timing, backOff(pace, fruitless));
    await queue.release(messages);
  };

  const run = async (): Promise<void> => {
    while (!stopped) {
      busy = true;
      const messages = await queue.receive(trigger.batchSize);
      if (messages.length > 0) {
        active();
        await handle(messages);
        active();
      }
      busy = false;
      if (messages.length === 0 && !stopped) await wake.wait(timing, pace.poll ?? LOOK);
    }
  };

  return {
    name: `${fn.name} <- ${trigger.queue}`,
    start() {
      if (trigger.enabled) loop ??= run();
    },
    async stop() {
      stopped = true;
      wake.notify();
      await loop;
    },
    notify: () => wake.notify(),
    atRest: async () => !trigger.enabled || ((await queue.visible()) === 0 && !busy),
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
