// Consumers of one stream under the limits of its shards.
import { describe, expect, test } from 'vitest';
import { REAL_TIME } from '../../local/poller/pace.ts';
import { readLimits } from '../../local/poller/read-limits.ts';
import { streamMapping } from '../../local/poller/stream-mapping.ts';
import { MemoryLog } from '../../shared/memory/log.ts';
import { TRIGGER } from './given-mapping.ts';
import { manualTiming } from './manual-timing.ts';

const MIB = 1024 * 1024;

/** Consumers that poll a shard each second, over ten seconds of records. @returns by consumer, MiB delivered after each second */
const delivered = async (consumers: readonly ('shared' | 'enhanced')[], mibASecond: number) => {
  const timing = manualTiming();
  const log = new MemoryLog('raw', { shards: 1, clock: timing });
  const limits = readLimits(timing);
  const got = consumers.map(() => 0);
  const mappings = consumers.map((kind, i) =>
    streamMapping({
      fn: { name: `f${i}`, fullName: `f${i}` },
      trigger: { ...TRIGGER, batchSize: 10_000, enhanced: kind === 'enhanced' },
      log,
      pool: {
        invoke: async (event) => {
          got[i] = (got[i] ?? 0) + (event as { Records: unknown[] }).Records.length / 2;
          return { kind: 'returned', value: { batchItemFailures: [] } };
        },
        drop: () => {},
      },
      pace: REAL_TIME,
      timing,
      limits,
    }),
  );
  for (const m of mappings) m.start();
  for (let second = 0; second < 10; second++) {
    for (let n = 0; n < mibASecond * 2; n++) log.put({ partitionKey: 'k', data: new Uint8Array(MIB / 2 - 1) });
    timing.advance(1_000);
    await timing.settled();
  }
  const stopping = Promise.all(mappings.map((m) => m.stop()));
  await timing.settled();
  await stopping;
  return got.map(Math.round);
};

describe('a shard that takes its full 1 MiB a second', () => {
  test('feeds two consumers that share it', async () => {
    for (const mib of await delivered(['shared', 'shared'], 1)) expect(mib).toBeGreaterThanOrEqual(9);
  });
  test('does not feed four: they get 2 MiB a second together', async () => {
    const got = await delivered(['shared', 'shared', 'shared', 'shared'], 1);
    const sum = got.reduce((a, b) => a + b);
    expect(sum).toBeLessThanOrEqual(26);
    expect(sum).toBeGreaterThanOrEqual(15);
  });
  test('feeds each consumer that has enhanced fan-out, beside those that share', async () => {
    const got = await delivered(['shared', 'shared', 'enhanced', 'enhanced'], 1);
    for (const mib of got) expect(mib).toBeGreaterThanOrEqual(9);
  });
});

test('six consumers of a quiet shard are more than its 5 reads a second; one of them enhanced and all keep up', () => {
  const reads = (enhanced: number): number => {
    const timing = manualTiming();
    const limits = readLimits(timing);
    const readers = Array.from({ length: 6 }, (_, i) => limits.of('raw', i < enhanced));
    let refused = 0;
    for (let second = 0; second < 10; second++) {
      for (const r of readers) if (!r.mayRead('shardId-000000000000')) refused++;
      timing.advance(1_000);
    }
    return refused;
  };
  expect(reads(0)).toBe(10);
  expect(reads(1)).toBe(0);
});
