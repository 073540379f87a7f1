import type { SQSEvent } from 'aws-lambda';
import { describe, expect, test } from 'vitest';
import { onQueue } from '../../shared/trigger/queue.ts';
import { onSchedule, onWake } from '../../shared/trigger/schedule.ts';
import { context, listening } from './given.ts';

const messages = (...bodies: string[]): SQSEvent => ({
  Records: bodies.map((body, i) => ({
    messageId: `00000000-0000-0000-0000-${String(i).padStart(12, '0')}`,
    receiptHandle: `handle-${i}`,
    body,
    attributes: {
      ApproximateReceiveCount: '1',
      SentTimestamp: '1545082649183',
      SenderId: 'AIDAIENQZJOLO23YVJ4VO',
      ApproximateFirstReceiveTimestamp: '1545082649185',
    },
    messageAttributes: {},
    md5OfBody: 'e4e68fb7bd0e697a0ae8f1bb342846b3',
    eventSource: 'aws:sqs',
    eventSourceARN: 'arn:aws:sqs:us-east-2:123456789012:dev-millrace-refine',
    awsRegion: 'us-east-2',
  })),
});
const minute = { time: '2026-11-22T13:05:00Z' };

describe('a queue', () => {
  test('many messages make one run', async () => {
    const runs: (readonly string[])[] = [];
    await onQueue(async (bodies) => void runs.push(bodies))(messages('a', 'b', 'a'), context);
    expect(runs).toEqual([['a', 'b', 'a']]);
  });

  test('a run that fails is said once and throws, so that the messages come again', async () => {
    const log = listening();
    const failing = onQueue(() => Promise.reject(new Error('table.throttled')), log);
    await expect(failing(messages('a'), context)).rejects.toThrow('table.throttled');
    expect(log.lines).toEqual(['wake-up failed: table.throttled']);
  });
});

describe('a schedule', () => {
  test('gives the time it was due', async () => {
    const times: number[] = [];
    await onSchedule(async (at) => void times.push(at))(minute, context);
    expect(times).toEqual([Date.parse('2026-11-22T13:05:00Z')]);
  });

  test('a failing run is said once and throws', async () => {
    const log = listening();
    await expect(onSchedule(() => Promise.reject(new Error('no')), log)(minute, context)).rejects.toThrow('no');
    expect(log.lines).toEqual(['scheduled run failed: no']);
  });
});

test('a function with both is woken by either', async () => {
  const runs: (readonly string[])[] = [];
  const handler = onWake(async (bodies) => void runs.push(bodies));
  await handler(messages('part 0'), context);
  await handler(minute, context);
  expect(runs).toEqual([['part 0'], []]);
});
