import type { KinesisStreamEvent } from 'aws-lambda';
import { describe, expect, test } from 'vitest';
import { FLAT_OUT } from '../../local/poller/pace.ts';
import { StuckError, untilRest } from '../../local/poller/rest.ts';
import { failing, given, type Handler, TIMED_OUT, textsOf } from './given-mapping.ts';

const first: Handler = (event, call) => (call === 1 ? failing(event, 'b') : undefined);
const once =
  (answer: (event: KinesisStreamEvent) => unknown): Handler =>
  (event, call) =>
    call === 1 ? answer(event) : undefined;
const fail = (): never => {
  throw new Error('no');
};

describe('what of a, b, c comes again', () => {
  const all = ['a', 'b', 'c'];
  test.each<[string, Handler, string[] | null]>([
    ['nothing reported', once(() => ({ batchItemFailures: [] })), null],
    ['no answer', once(() => undefined), null],
    ['null', once(() => null), null],
    ['a null list', once(() => ({ batchItemFailures: null })), null],
    ['the second reported', first, ['b', 'c']],
    [
      'two reported: from the lowest',
      once((e) => ({ batchItemFailures: ['c', 'b'].flatMap((t) => failing(e, t).batchItemFailures) })),
      ['b', 'c'],
    ],
    ['an empty identifier', once(() => ({ batchItemFailures: [{ itemIdentifier: '' }] })), all],
    ['no identifier', once(() => ({ batchItemFailures: [{}] })), all],
    ['an identifier that is not in the batch', once(() => ({ batchItemFailures: [{ itemIdentifier: '12' }] })), all],
    [
      'one that is and one that is not',
      once((e) => ({ batchItemFailures: [...failing(e, 'c').batchItemFailures, { itemIdentifier: null }] })),
      all,
    ],
    ['a list that is no list', once(() => ({ batchItemFailures: 'b' })), all],
    ['an answer that is no object', once(() => 'done'), all],
    ['a throw', once(fail), all],
    [
      'a time-out',
      once(() => {
        throw TIMED_OUT;
      }),
      all,
    ],
  ])('%s', async (_, handler, again) => {
    const g = given({ handler, pace: FLAT_OUT });
    g.put(...all);
    g.mapping.start();
    await g.rest();
    expect(g.calls).toEqual(again === null ? [all] : [all, again]);
  });

  test('without ReportBatchItemFailures an answer is not read', async () => {
    const g = given({ handler: first, trigger: { reportBatchItemFailures: false } });
    g.put(...all);
    g.mapping.start();
    await g.rest();
    expect(g.calls).toEqual([all]);
  });
});

describe('a batch that fails', () => {
  test('comes again after 1, 2, 4, … seconds, at most 30, and holds its shard only', async () => {
    const g = given({
      shards: 2,
      handler: (event, call) => (textsOf(event)[0] === 'bad' && call < 10 ? fail() : undefined),
    });
    g.log.put({ partitionKey: 'k', hashKey: '0', data: Buffer.from('bad') });
    g.log.put({ partitionKey: 'k', hashKey: '0', data: Buffer.from('behind it') });
    g.mapping.start();
    await g.timing.settled();
    g.log.put({ partitionKey: 'k', hashKey: String(2n ** 128n - 1n), data: Buffer.from('other shard') });
    await g.rest();
    const bad = g.times.filter((_, i) => g.calls[i]?.[0] === 'bad');
    expect(bad).toEqual([0, 1, 3, 7, 15, 31, 61, 91, 121]);
    expect(g.times[g.calls.findIndex((c) => c[0] === 'other shard')]).toBe(1);
    expect(g.calls.filter((c) => c[0] === 'bad').every((c) => c.length === 2)).toBe(true);
  });

  test('is given up after its retries; the destination is told where it stood, not what it said', async () => {
    const g = given({
      handler: (event) => (textsOf(event).includes('bad') ? fail() : undefined),
      trigger: { maximumRetryAttempts: 2, onFailure: 'tripwire', batchSize: 2 },
    });
    g.put('a', 'bad', 'c');
    g.mapping.start();
    await g.rest();
    expect(g.calls).toEqual([['a', 'bad'], ['a', 'bad'], ['a', 'bad'], ['c']]);
    expect(g.messages.map((m) => m.queue)).toEqual(['tripwire']);
    const { records } = g.log.read('shardId-000000000000', null);
    expect(JSON.parse(g.messages[0]?.body ?? '')).toMatchObject({
      requestContext: {
        condition: 'RetryAttemptsExhausted',
        approximateInvokeCount: 3,
        functionArn: 'arn:aws:lambda:us-east-1:000000000000:function:millrace-dev-validate',
      },
      version: '1.0',
      KinesisBatchInfo: {
        shardId: 'shardId-000000000000',
        startSequenceNumber: records[0]?.seq,
        endSequenceNumber: records[1]?.seq,
        approximateArrivalOfFirstRecord: '2024-05-01T12:00:00.000Z',
        approximateArrivalOfLastRecord: '2024-05-01T12:00:00.000Z',
        batchSize: 2,
        streamArn: 'arn:aws:kinesis:us-east-1:000000000000:stream/raw',
      },
    });
  });

  test('does not advance before the destination has the message', async () => {
    let refusals = 3;
    const sent: string[] = [];
    const g = given({
      handler: (event) => (textsOf(event).includes('bad') ? fail() : undefined),
      trigger: { maximumRetryAttempts: 0, onFailure: 'tripwire', batchSize: 1 },
      sendTo: async (_, body) => {
        if (refusals-- > 0) throw new Error('queue is down');
        sent.push(body);
      },
    });
    g.put('bad', 'c');
    g.mapping.start();
    await g.rest();
    expect([g.calls, sent.length, refusals]).toEqual([[['bad'], ['c']], 1, -1]);
  });

  test('is given up when its records are too old, the younger ones stay', async () => {
    const g = given({
      handler: (event) => (textsOf(event).includes('old') ? fail() : undefined),
      trigger: { maximumRecordAgeSeconds: 60, onFailure: 'tripwire' },
    });
    g.put('old');
    g.timing.advance(30_000);
    g.put('young');
    g.mapping.start();
    await g.rest();
    expect(g.calls.at(-1)).toEqual(['young']);
    expect(JSON.parse(g.messages[0]?.body ?? '')).toMatchObject({
      requestContext: { condition: 'RecordAgeExceeded' },
      KinesisBatchInfo: { batchSize: 1 },
    });
  });

  test('is halved until the bad record stands alone, each half in order', async () => {
    const g = given({
      pace: FLAT_OUT,
      handler: (event) => (textsOf(event).includes('bad') ? fail() : undefined),
      trigger: { bisect: true, maximumRetryAttempts: 1, onFailure: 'tripwire' },
    });
    g.put('a', 'b', 'bad', 'd', 'e');
    g.mapping.start();
    await g.rest();
    expect(g.calls).toEqual([['a', 'b', 'bad', 'd', 'e'], ['a', 'b', 'bad'], ['a', 'b'], ['bad'], ['bad'], ['d', 'e']]);
    expect(JSON.parse(g.messages[0]?.body ?? '').KinesisBatchInfo.batchSize).toBe(1);
  });

  test('is split at the reported record when halving and partial answers are both on', async () => {
    const g = given({ pace: FLAT_OUT, handler: first, trigger: { bisect: true } });
    g.put('a', 'b', 'c', 'd');
    g.mapping.start();
    await g.rest();
    expect(g.calls).toEqual([
      ['a', 'b', 'c', 'd'],
      ['b', 'c', 'd'],
    ]);
  });

  test('for ever makes the run say so instead of hanging', async () => {
    const g = given({ pace: { ...FLAT_OUT, backOff: { first: 0, most: 0 } }, handler: fail });
    g.put('a');
    g.mapping.start();
    const waiting = untilRest([g.mapping], 5);
    const failed = expect(waiting).rejects.toThrow(
      /^validate <- raw does not get on: the function threw: no \(\d+ times, validate, shardId-000000000000\)$/,
    );
    let over = false;
    waiting.catch((error) => {
      over = error instanceof StuckError;
    });
    await g.timing.runUntil(() => over);
    await failed;
  });
});
