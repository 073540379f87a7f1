import type { KinesisStreamEvent } from 'aws-lambda';
import { describe, expect, test } from 'vitest';
import { given, textsOf } from './given-mapping.ts';

type Windowed = KinesisStreamEvent & {
  window: { start: string; end: string };
  state: { seen?: string[] };
  isFinalInvokeForWindow: boolean;
  isWindowTerminatedEarly: boolean;
};
const gather = (event: KinesisStreamEvent) => {
  const { state } = event as Windowed;
  return { state: { seen: [...(state.seen ?? []), ...textsOf(event)] }, batchItemFailures: [] };
};
const shown = (events: KinesisStreamEvent[]) =>
  (events as Windowed[]).map((e) => [
    e.window.start.slice(11, 19),
    e.state.seen ?? [],
    textsOf(e),
    e.isFinalInvokeForWindow ? 'final' : '',
  ]);

describe('a tumbling window of 30 s', () => {
  test('hands its state on, ends with an invocation of its own, and begins anew', async () => {
    const g = given({ trigger: { tumblingWindowSeconds: 30, batchSize: 2 }, handler: gather });
    g.put('a', 'b', 'c');
    g.timing.advance(30_000);
    g.put('d');
    g.mapping.start();
    await g.timing.settled();
    g.timing.advance(29_000);
    await g.timing.settled();
    g.timing.advance(1_000);
    await g.timing.settled();
    expect(shown(g.events)).toEqual([
      ['12:00:00', [], ['a', 'b'], ''],
      ['12:00:00', ['a', 'b'], ['c'], ''],
      ['12:00:00', ['a', 'b', 'c'], [], 'final'],
      ['12:00:30', [], ['d'], ''],
      ['12:00:30', ['d'], [], 'final'],
    ]);
    expect(g.events[0]).toMatchObject({
      shardId: 'shardId-000000000000',
      eventSourceARN: 'arn:aws:kinesis:us-east-1:000000000000:stream/raw',
      window: { start: '2024-05-01T12:00:00.000Z', end: '2024-05-01T12:00:30.000Z' },
      isWindowTerminatedEarly: false,
    });
  });

  test('an answer without state is a failure', async () => {
    const g = given({
      trigger: { tumblingWindowSeconds: 30 },
      handler: (event, call) => (call === 1 ? { batchItemFailures: [] } : gather(event)),
    });
    g.put('a');
    g.mapping.start();
    await g.rest();
    expect(g.calls.slice(0, 2)).toEqual([['a'], ['a']]);
  });

  test('ends early when its state is above 1 MB', async () => {
    const g = given({
      trigger: { tumblingWindowSeconds: 30, batchSize: 1 },
      handler: () => ({ state: { big: 'x'.repeat(1024 * 1024) } }),
    });
    g.put('a', 'b');
    g.mapping.start();
    await g.timing.settled();
    const ends = (g.events as Windowed[]).map((e) => [e.isFinalInvokeForWindow, e.isWindowTerminatedEarly]);
    expect(ends.slice(0, 3)).toEqual([
      [false, false],
      [true, true],
      [false, false],
    ]);
  });

  test('must be ended with success before the shard moves on', async () => {
    const g = given({
      trigger: { tumblingWindowSeconds: 30 },
      handler: (event, call) => {
        if (call === 2 || call === 3) throw new Error('no');
        return gather(event);
      },
    });
    g.put('a');
    g.timing.advance(30_000);
    g.put('b');
    g.mapping.start();
    await g.timing.runUntil(() => g.calls.length === 5);
    expect(shown(g.events).map(([, , texts, final]) => [texts, final])).toEqual([
      [['a'], ''],
      [[], 'final'],
      [[], 'final'],
      [[], 'final'],
      [['b'], ''],
    ]);
  });
});
