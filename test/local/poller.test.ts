import { describe, expect, test } from 'vitest';
import { FLAT_OUT } from '../../local/poller/pace.ts';
import { MemoryLog } from '../../shared/memory/log.ts';
import { failing, given, TRIGGER } from './given-mapping.ts';
import { manualTiming } from './manual-timing.ts';

const numbers = (n: number): string[] => Array.from({ length: n }, (_, i) => String(i));

describe('the event', () => {
  test('has the shape that Lambda documents', async () => {
    const g = given({ region: 'us-east-2' });
    g.put('Hello');
    g.mapping.start();
    await g.rest();
    const seq = g.mapping.positions()[0]?.checkpoint;
    expect(g.events).toEqual([
      {
        Records: [
          {
            kinesis: {
              kinesisSchemaVersion: '1.0',
              partitionKey: 'Hello',
              sequenceNumber: seq,
              data: 'SGVsbG8=',
              approximateArrivalTimestamp: Date.parse('2024-05-01T12:00:00Z') / 1000,
            },
            eventSource: 'aws:kinesis',
            eventVersion: '1.0',
            eventID: `shardId-000000000000:${seq}`,
            eventName: 'aws:kinesis:record',
            invokeIdentityArn: 'arn:aws:iam::000000000000:role/millrace-dev-validate',
            awsRegion: 'us-east-2',
            eventSourceARN: 'arn:aws:kinesis:us-east-2:000000000000:stream/raw',
          },
        ],
      },
    ]);
  });
});

describe('what stood in the stream before the mapping', () => {
  /** A page holds 4 bytes here, where Kinesis gives 10 MiB. */
  class SmallPages extends MemoryLog {
    override read(shard: string, after: string | null, limit?: number) {
      return super.read(shard, after, limit, 4);
    }
  }
  test.each([
    ['pages are smaller than a batch', { batchSize: 100 }],
    ['pages are larger than a batch', { batchSize: 3 }],
    ['lanes share the pages', { batchSize: 100, parallelizationFactor: 3 }],
  ])('is read to its end although nothing comes any more: %s', async (_, trigger) => {
    const g = given({ log: new SmallPages('raw'), pace: FLAT_OUT, trigger });
    g.put(...numbers(10));
    g.mapping.start();
    await g.rest();
    expect(g.calls.flat().sort()).toEqual(numbers(10));
  });
  test('is read to its end where a filter leaves none of the first pages', async () => {
    const filterPatterns = [{ data: { type: ['order'] } }];
    const g = given({ pace: FLAT_OUT, trigger: { batchSize: 2, filterPatterns } });
    const order = '{"type":"order"}';
    g.put(...numbers(10).map((n) => `{"type":"click","n":${n}}`), order);
    g.mapping.start();
    await g.rest();
    expect(g.calls).toEqual([[order]]);
  });
});

describe('a batch', () => {
  test('is cut at the batch size, in the order of the shard', async () => {
    const g = given({ trigger: { batchSize: 4 } });
    g.put(...numbers(10));
    g.mapping.start();
    await g.rest();
    expect(g.calls).toEqual([numbers(10).slice(0, 4), numbers(10).slice(4, 8), ['8', '9']]);
  });

  test('is cut at 6 MB of payload, base64 counted; a record alone may have what it needs', async () => {
    const g = given();
    const mib = 1024 * 1024;
    for (const size of [mib, mib, mib, mib, mib, 10]) g.log.put({ partitionKey: 'k', data: new Uint8Array(size) });
    g.mapping.start();
    await g.rest();
    expect(g.events.map((e) => e.Records.length)).toEqual([4, 2]);
  });

  test('waits for its window, from its first record on', async () => {
    const g = given({ trigger: { batchWindowMs: 5_000 } });
    g.mapping.start();
    await g.timing.settled();
    g.put('a');
    g.timing.advance(1_000);
    await g.timing.settled();
    g.put('b');
    g.timing.advance(4_000);
    await g.timing.settled();
    expect(g.calls).toEqual([]);
    g.timing.advance(1_000);
    await g.timing.settled();
    expect(g.calls).toEqual([['a', 'b']]);
  });

  test('does not wait for its window when it is full, nor when the run goes flat out', async () => {
    const full = given({ trigger: { batchWindowMs: 300_000, batchSize: 2 } });
    full.put('a', 'b', 'c');
    full.mapping.start();
    await full.timing.settled();
    expect(full.calls).toEqual([['a', 'b']]);
    const fast = given({ trigger: { batchWindowMs: 300_000 }, pace: FLAT_OUT });
    fast.mapping.start();
    fast.put('a');
    await fast.timing.settled();
    expect(fast.calls).toEqual([['a']]);
    expect(fast.mapping.atRest()).toBe(true);
  });
});

describe('polling', () => {
  test('looks once a second; flat out it looks when the stream changes', async () => {
    const g = given();
    g.mapping.start();
    await g.timing.settled();
    g.put('a');
    await g.timing.settled();
    expect(g.calls).toEqual([]);
    g.timing.advance(1_000);
    await g.timing.settled();
    expect([g.calls, g.times]).toEqual([[['a']], [1]]);
  });

  test.each([
    ['TRIM_HORIZON', null, [['old', 'older than the clock', 'new']]],
    ['LATEST', null, [['new']]],
    ['AT_TIMESTAMP', Date.parse('2024-05-01T12:00:10Z') / 1000, [['older than the clock', 'new']]],
  ] as const)('begins at %s', async (startingPosition, startingTimestamp, calls) => {
    const clock = manualTiming();
    const log = new MemoryLog('raw', { clock });
    log.put({ partitionKey: 'k', data: Buffer.from('old') });
    clock.advance(10_000);
    log.put({ partitionKey: 'k', data: Buffer.from('older than the clock') });
    const g = given({ log, trigger: { startingPosition, startingTimestamp } });
    g.put('new');
    g.mapping.start();
    await g.rest();
    expect(g.calls).toEqual(calls);
  });

  test('goes on where it was only after a success, and says how far behind it is', async () => {
    const g = given({
      handler: (event, call) => {
        if (call === 2) throw new Error('no');
        return call === 1 ? failing(event, 'b') : undefined;
      },
      trigger: { batchSize: 2 },
    });
    g.put('a', 'b', 'c');
    g.mapping.start();
    await g.timing.settled();
    const [a] = g.log.read('shardId-000000000000', null).records;
    g.timing.advance(900);
    expect(g.mapping.positions()).toEqual([{ shard: 'shardId-000000000000', checkpoint: a?.seq, behind: 900 }]);
    await g.rest();
    expect(g.calls).toEqual([['a', 'b'], ['b'], ['b'], ['c']]);
    expect(g.mapping.positions()[0]?.behind).toBe(0);
  });

  test('a mapping that is not enabled does nothing; one that is stopped takes no more', async () => {
    const off = given({ trigger: { enabled: false } });
    off.put('a');
    off.mapping.start();
    await off.timing.settled();
    expect([off.calls, off.mapping.atRest()]).toEqual([[], true]);
    const g = given({ pace: FLAT_OUT });
    g.put('a');
    g.mapping.start();
    await g.rest();
    await g.mapping.stop();
    g.put('b');
    await g.timing.settled();
    expect(g.calls).toEqual([['a']]);
  });

  test('a paused shard stands still, the others go on', async () => {
    const g = given({ shards: 2, pace: FLAT_OUT });
    g.mapping.pause('shardId-000000000000');
    g.mapping.start();
    g.log.put({ partitionKey: 'k', hashKey: '0', data: Buffer.from('held') });
    g.log.put({ partitionKey: 'k', hashKey: String(2n ** 128n - 1n), data: Buffer.from('passes') });
    await g.timing.settled();
    expect([g.calls, g.mapping.atRest()]).toEqual([[['passes']], false]);
    g.mapping.resume();
    await g.rest();
    expect(g.calls).toEqual([['passes'], ['held']]);
  });
});

describe('lanes inside a shard', () => {
  test('keep each key in order and run beside each other; the checkpoint is the lowest unfinished record', async () => {
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const g = given({
      trigger: { parallelizationFactor: 10, batchSize: 1 },
      pace: FLAT_OUT,
      handler: (event) => (event.Records[0]?.kinesis.partitionKey === 'slow' ? held : undefined),
    });
    const put = (key: string, text: string) => g.log.put({ partitionKey: key, data: Buffer.from(text) });
    put('slow', 's1');
    put('quick', 'q1');
    put('slow', 's2');
    put('quick', 'q2');
    g.mapping.start();
    await g.timing.settled();
    expect(g.calls.flat().toSorted()).toEqual(['q1', 'q2', 's1']);
    expect(g.mapping.positions()[0]?.checkpoint).toBe(null);
    release();
    await g.rest();
    const order = g.calls.flat();
    expect(order.indexOf('s1')).toBeLessThan(order.indexOf('s2'));
    expect(g.mapping.positions()[0]?.checkpoint).toBe(g.log.read('shardId-000000000000', null).records[3]?.seq);
  });
});

test.each([
  [{ batchSize: 0 }, 'batchSize is 0; Lambda takes 1 to 10000'],
  [{ batchSize: 10_001 }, 'batchSize is 10001'],
  [{ batchWindowMs: 301_000 }, 'batchWindow is 301'],
  [{ parallelizationFactor: 11 }, 'parallelizationFactor is 11'],
  [{ maximumRecordAgeSeconds: 59 }, 'maximumRecordAgeInSeconds is 59'],
  [{ tumblingWindowSeconds: 30, parallelizationFactor: 2 }, 'parallelizationFactor must be 1'],
  [{ filterPatterns: [{ data: { a: [{ wildcard: 'x' }] } }] }, 'is not understood'],
])('settings that Lambda refuses: %o', (trigger, message) => {
  expect(() => {
    const g = given({ trigger: { ...TRIGGER, ...trigger } });
    g.mapping.start();
  }).toThrow(message);
});
