import type { ScheduledEvent, SQSEvent } from 'aws-lambda';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { sqsQueue } from '../../local/poller/message-queue.ts';
import { FLAT_OUT, type Pace } from '../../local/poller/pace.ts';
import { type QueueMapping, queueMapping } from '../../local/poller/queue.ts';
import { untilRest } from '../../local/poller/rest.ts';
import { schedule } from '../../local/poller/schedule.ts';
import type { Outcome } from '../../local/sandbox/sandbox.ts';
import { type LocalObjects, startObjects } from '../../local/services/objects.ts';
import type { QueueTrigger } from '../../local/template/template.ts';
import { manualTiming } from './manual-timing.ts';

const TRIGGER: QueueTrigger = {
  kind: 'queue',
  queue: 'refine',
  batchSize: 100,
  batchWindowMs: 1_000,
  maximumConcurrency: 2,
  reportBatchItemFailures: false,
  enabled: true,
};

describe('a queue', () => {
  let services: LocalObjects;
  beforeAll(async () => {
    services = await startObjects();
  });
  const open: QueueMapping[] = [];
  afterAll(async () => {
    await Promise.all(open.map((m) => m.stop()));
    await services.close();
  });

  let n = 0;
  const given = async (handler: (event: SQSEvent, call: number) => void = () => undefined, pace: Pace = FLAT_OUT) => {
    n += 1;
    const url = await services.createQueue(`refine-${n}`);
    const calls: string[][] = [];
    const events: SQSEvent[] = [];
    const invoke = async (event: unknown): Promise<Outcome> => {
      events.push(event as SQSEvent);
      try {
        return {
          kind: 'returned',
          value: handler(event as SQSEvent, calls.push((event as SQSEvent).Records.map((r) => r.body))),
        };
      } catch (error) {
        return { kind: 'threw', error };
      }
    };
    const mapping = queueMapping({
      fn: { name: 'refine' },
      trigger: TRIGGER,
      queue: sqsQueue(services.sqs, url),
      pool: { invoke },
      pace,
    });
    open.push(mapping);
    const send = (body: string, delay = 0) =>
      services.sqs('SendMessage', { QueueUrl: url, MessageBody: body, DelaySeconds: delay });
    return { mapping, calls, events, send };
  };

  test('many messages make one run, and are gone afterwards', async () => {
    const g = await given();
    for (let i = 0; i < 25; i++) await g.send(`part ${i}`);
    g.mapping.start();
    await untilRest([g.mapping]);
    expect(g.calls.map((c) => c.length)).toEqual([25]);
    expect(new Set(g.calls.flat()).size).toBe(25);
    expect(g.events[0]?.Records[0]).toMatchObject({
      eventSource: 'aws:sqs',
      eventSourceARN: 'arn:aws:sqs:us-east-1:000000000000:refine',
      attributes: { ApproximateReceiveCount: '1' },
    });
  });

  test('a mapping that is told of messages takes them at once, from anybody, and does not look in between', async () => {
    const url = await services.createQueue('refine-told');
    const asked: string[] = [];
    const timing = manualTiming();
    const seen: string[] = [];
    const mapping = queueMapping({
      fn: { name: 'refine' },
      trigger: TRIGGER,
      queue: sqsQueue((operation, body) => {
        asked.push(operation);
        return services.sqs(operation, body);
      }, url),
      pool: {
        async invoke(event) {
          seen.push(...(event as SQSEvent).Records.map((r) => r.body));
          return { kind: 'returned', value: undefined };
        },
      },
      pace: FLAT_OUT,
      timing,
      notified: true,
    });
    open.push(mapping);
    const forget = services.onMessage((queue) => queue === 'refine-told' && mapping.notify());
    mapping.start();
    await vi.waitUntil(() => asked.length === 1);
    await services.sqs('SendMessage', { QueueUrl: url, MessageBody: 'direct' });
    await vi.waitUntil(() => seen.length === 1);
    const headers = { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': 'AmazonSQS.SendMessage' };
    const body = JSON.stringify({ QueueUrl: url, MessageBody: 'over HTTP' });
    await fetch(services.endpoint, { method: 'POST', headers, body });
    await vi.waitUntil(() => seen.length === 2);
    expect(seen).toEqual(['direct', 'over HTTP']);
    forget();
  });

  test('a batch holds 100 messages at most', async () => {
    const g = await given();
    for (let i = 0; i < 120; i++) await g.send(String(i));
    g.mapping.start();
    await untilRest([g.mapping]);
    expect(g.calls.map((c) => c.length)).toEqual([100, 20]);
  });

  test('messages of a run that failed come again', async () => {
    const g = await given((_, call) => {
      if (call < 3) throw new Error('no');
    });
    await g.send('a');
    g.mapping.start();
    await untilRest([g.mapping]);
    expect(g.calls).toEqual([['a'], ['a'], ['a']]);
    expect(g.events[2]?.Records[0]?.attributes.ApproximateReceiveCount).toBe('3');
    expect(g.mapping.failure).toBeUndefined();
  });

  test('a run that never succeeds is said', async () => {
    const g = await given(() => {
      throw new Error('table is gone');
    });
    await g.send('a');
    g.mapping.start();
    await expect(untilRest([g.mapping], 3)).rejects.toThrow(
      'refine <- refine does not get on: the function threw: table is gone',
    );
  });

  test('as many batches run at once as maximumConcurrency says, and no more', async () => {
    const url = await services.createQueue('refine-at-once');
    const ends: (() => void)[] = [];
    let running = 0;
    let [began, most] = [0, 0];
    const mapping = queueMapping({
      fn: { name: 'refine' },
      trigger: { ...TRIGGER, batchSize: 1 },
      queue: sqsQueue(services.sqs, url),
      pool: {
        async invoke() {
          began += 1;
          most = Math.max(most, ++running);
          await new Promise<void>((end) => ends.push(end));
          running -= 1;
          return { kind: 'returned', value: undefined };
        },
      },
      pace: FLAT_OUT,
    });
    open.push(mapping);
    for (const part of ['a', 'b', 'c'])
      await services.sqs('SendMessage', { QueueUrl: url, MessageBody: part, DelaySeconds: 0 });
    mapping.start();
    await vi.waitUntil(() => began === 2);
    expect(await mapping.atRest()).toBe(false);
    ends.shift()?.();
    await vi.waitUntil(() => began === 3);
    for (const end of ends) end();
    await untilRest([mapping]);
    expect({ began, most }).toEqual({ began: 3, most: 2 });
  });

  test('a queue’s own delay hides a message as its sender’s would', async () => {
    const url = await services.createQueue('refine-late', { delayMs: 900_000, visibilityMs: 360_000 });
    const queue = sqsQueue(services.sqs, url);
    await services.sqs('SendMessage', { QueueUrl: url, MessageBody: 'later' });
    expect(await queue.visible()).toBe(0);
    expect(await queue.receive(10)).toEqual([]);
  });

  test('a message with a delay is not there yet', async () => {
    const g = await given();
    await g.send('later', 900);
    g.mapping.start();
    await untilRest([g.mapping]);
    expect(g.calls).toEqual([]);
  });
});

describe('a schedule', () => {
  const given = () => {
    const timing = manualTiming();
    const events: ScheduledEvent[] = [];
    const rule = schedule({
      fn: { name: 'tick', fullName: 'millrace-dev-tick' },
      trigger: { kind: 'schedule', rateMs: 60_000, enabled: true },
      pool: {
        invoke: async (event) => {
          events.push(event as ScheduledEvent);
          return events.length === 1
            ? { kind: 'threw', error: new Error('no') }
            : { kind: 'returned', value: undefined };
        },
      },
      timing,
    });
    return { timing, events, rule };
  };

  test('calls at its rate, a failure does not stop it', async () => {
    const { timing, events, rule } = given();
    rule.start();
    timing.advance(59_999);
    expect(events).toEqual([]);
    timing.advance(1);
    await timing.settled();
    timing.advance(120_000);
    await timing.settled();
    expect(events.map((e) => e.time)).toEqual(['2024-05-01T12:01:00Z', '2024-05-01T12:02:00Z', '2024-05-01T12:03:00Z']);
    await rule.stop();
    timing.advance(600_000);
    expect(events.length).toBe(3);
  });

  test('can be fired by hand', async () => {
    const { events, rule } = given();
    expect((await rule.fire()).kind).toBe('threw');
    expect(events[0]).toMatchObject({
      'detail-type': 'Scheduled Event',
      source: 'aws.events',
      time: '2024-05-01T12:00:00Z',
    });
    expect(rule.atRest()).toBe(true);
  });
});
