import { describe, expect, test } from 'vitest';
import { Fault } from '../../shared/faults.ts';
import type { Batch, Progress } from '../../shared/trigger/batch.ts';
import { onKinesis } from '../../shared/trigger/kinesis.ts';
import { ARN, context, kinesisEvent, listening, record, SHARD, seqOf } from './given.ts';

const throttled = new Fault('stream.throttled', 'validated refuses for now');

describe('what the step is given', () => {
  const given = async (event = kinesisEvent('a', 'b')): Promise<Batch> => {
    let seen: Batch | undefined;
    await onKinesis(async (batch) => {
      seen = batch;
      return { done: batch.records.length };
    }, listening())(event, context);
    if (seen === undefined) throw new Error('the step was not called');
    return seen;
  };

  test('stream, shard and records in order', async () => {
    const batch = await given();
    expect(batch.stream).toBe('dev-millrace-raw');
    expect(batch.shard).toBe(SHARD);
    expect(batch.records.map((r) => [r.seq, r.partitionKey, Buffer.from(r.data).toString(), r.arrival])).toEqual([
      [seqOf(0), 'key-0', 'a', 1_545_084_650_987],
      [seqOf(1), 'key-1', 'b', 1_545_084_651_987],
    ]);
  });

  test('bytes that are no text arrive as they were sent', async () => {
    const bytes = Uint8Array.from({ length: 256 }, (_, i) => i);
    expect(Uint8Array.from((await given(kinesisEvent(bytes))).records[0]?.data ?? [])).toEqual(bytes);
  });

  test('the stream of an enhanced fan-out consumer', async () => {
    const event = { Records: [record(0, 'a', `${ARN}/consumer/enrich:1545084650`)] };
    expect((await given(event)).stream).toBe('dev-millrace-raw');
  });

  test('the time that is left', async () => {
    let left = 0;
    await onKinesis(async (batch, budget) => {
      left = budget.remainingMs();
      return { done: batch.records.length };
    })(kinesisEvent('a'), context);
    expect(left).toBe(4_000);
  });
});

describe('what Lambda is told about three records', () => {
  const answers: readonly [string, () => Promise<Progress>, string[], string[]][] = [
    ['all done', async () => ({ done: 3 }), [], []],
    ['two done', async () => ({ done: 2 }), [seqOf(2)], []],
    [
      'one done, then a fault',
      async () => ({ done: 1, fault: throttled }),
      [seqOf(1)],
      ['batch stopped: validated refuses for now'],
    ],
    [
      'none done, a fault',
      async () => ({ done: 0, fault: throttled }),
      [seqOf(0)],
      ['batch stopped: validated refuses for now'],
    ],
    [
      'a fault thrown',
      () => Promise.reject(throttled),
      [seqOf(0)],
      ['batch stopped, the step failed: validated refuses for now'],
    ],
    ['not even an error thrown', () => Promise.reject('no'), [seqOf(0)], ['batch stopped, the step failed: no']],
    [
      'thrown before the first await',
      () => {
        throw new Error('a bug');
      },
      [seqOf(0)],
      ['batch stopped, the step failed: a bug'],
    ],
    ...([4, -1, 1.5, Number.NaN] as const).map((done): [string, () => Promise<Progress>, string[], string[]] => [
      `a count that cannot be: ${done}`,
      async () => ({ done }),
      [seqOf(0)],
      [`batch stopped, the step failed: it answered done: ${done} of 3 records`],
    ]),
  ];
  test.each(answers)('%s', async (_, step, failures, lines) => {
    const log = listening();
    const answer = await onKinesis(step, log)(kinesisEvent('a', 'b', 'c'), context);
    expect(answer).toEqual({ batchItemFailures: failures.map((itemIdentifier) => ({ itemIdentifier })) });
    expect(log.lines).toEqual(lines);
  });

  test('an event without records is done, and no step runs for it', async () => {
    const step = () => Promise.reject(new Error('called'));
    expect(await onKinesis(step)({ Records: [] }, context)).toEqual({ batchItemFailures: [] });
  });
});
