// A mapping that is held, as Lambda's are when they are disabled: what runs ends, nothing begins, and it goes on where it stood.
import { describe, expect, test } from 'vitest';
import { queueMapping } from '../../local/poller/queue.ts';
import { schedule } from '../../local/poller/schedule.ts';
import { given } from '../local/given-mapping.ts';
import { manualTiming } from '../local/manual-timing.ts';

const turns = async (): Promise<void> => {
  for (let i = 0; i < 50; i++) await Promise.resolve();
};

describe('a stream', () => {
  test('goes on with the record after the last that was done', async () => {
    const g = given({ trigger: { batchSize: 2 } });
    g.put('a', 'b', 'c', 'd', 'e');
    let release = (): void => {};
    g.mapping.start();
    g.mapping.hold();
    release = g.mapping.release;
    await turns();
    expect(g.mapping.idle).toBe(true);
    expect(g.calls.flat()).toEqual([]);
    g.put('f');
    release();
    await g.rest();
    expect(g.calls.flat()).toEqual(['a', 'b', 'c', 'd', 'e', 'f']);
  });

  test('what runs goes on to its end, and is not idle until then', async () => {
    let end = (): void => {};
    const g = given({ trigger: { batchSize: 1 }, handler: () => new Promise<void>((done) => (end = done)) as never });
    g.put('a', 'b');
    g.mapping.start();
    await turns();
    g.mapping.hold();
    expect(g.mapping.idle).toBe(false);
    end();
    await turns();
    expect(g.mapping.idle).toBe(true);
    expect(g.calls).toEqual([['a']]);
    expect(g.mapping.positions()[0]?.checkpoint).not.toBeNull();
    g.mapping.release();
    await turns();
    expect(g.calls).toEqual([['a'], ['b']]);
    end();
    await g.rest();
  });

  test('a batch that fails is not tried while it is held', async () => {
    const g = given({
      handler: (_, n) => {
        if (n < 3) throw new Error('not yet');
      },
    });
    g.put('a');
    g.mapping.start();
    await turns();
    g.mapping.hold();
    expect(g.calls).toHaveLength(1);
    for (let i = 0; i < 5; i++) {
      g.timing.advance(60_000);
      await g.timing.settled();
    }
    expect(g.calls).toHaveLength(1);
    expect(g.mapping.idle).toBe(true);
    g.mapping.release();
    await g.rest();
    expect(g.calls.length).toBe(3);
  });

  test('one that is stopped while it is held ends', async () => {
    const g = given();
    g.put('a');
    g.mapping.start();
    g.mapping.hold();
    await turns();
    await g.mapping.stop();
    expect(g.calls).toEqual([]);
  });
});

test('a queue keeps its messages', async () => {
  const timing = manualTiming();
  const waiting = [{ id: '1', receipt: 'r', body: 'x', receives: 1, sentAt: 0, md5: '' }];
  let calls = 0;
  const mapping = queueMapping({
    fn: { name: 'refine' },
    trigger: {
      kind: 'queue',
      queue: 'q',
      batchSize: 10,
      batchWindowMs: 0,
      maximumConcurrency: 2,
      reportBatchItemFailures: false,
      enabled: true,
    },
    pool: { invoke: async () => ({ kind: 'returned', value: ++calls }) },
    queue: {
      receive: async (n) => waiting.splice(0, n),
      delete: async () => {},
      release: async () => {},
      visible: async () => waiting.length,
    },
    timing,
  });
  mapping.hold();
  mapping.start();
  await timing.runUntil(() => mapping.idle);
  await turns();
  expect([calls, waiting.length, mapping.idle]).toEqual([0, 1, true]);
  mapping.release();
  await timing.runUntil(() => calls === 1);
  await mapping.stop();
});

test('a schedule skips what is due, and goes on at its rate', async () => {
  const timing = manualTiming();
  let calls = 0;
  const timer = schedule({
    fn: { name: 'tick', fullName: 'm-tick' },
    trigger: { kind: 'schedule', rateMs: 60_000, enabled: true },
    pool: { invoke: async () => ({ kind: 'returned', value: ++calls }) },
    timing,
  });
  const begin = timing.now();
  timer.start();
  timer.hold();
  await timing.runUntil(() => timing.now() >= begin + 120_000);
  expect(calls).toBe(0);
  timer.release();
  await timing.runUntil(() => calls === 1);
  expect(timing.now()).toBe(begin + 180_000);
  await timer.stop();
});
