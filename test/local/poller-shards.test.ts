import { describe, expect, test } from 'vitest';
import { FLAT_OUT } from '../../local/poller/pace.ts';
import { MemoryLog } from '../../shared/memory/log.ts';
import { given, textsOf } from './given-mapping.ts';

const HALF = 2n ** 127n;
const LOW = '0';
const HIGH = String(HALF + 1n);

describe('shards of a resharded stream', () => {
  test('are read parents first, however late the parent is', async () => {
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const g = given({ pace: FLAT_OUT, handler: (event) => (textsOf(event)[0] === 'parent' ? held : undefined) });
    g.put('parent');
    g.log.split('shardId-000000000000', HALF);
    g.log.put({ partitionKey: 'k', hashKey: LOW, data: Buffer.from('low') });
    g.log.put({ partitionKey: 'k', hashKey: HIGH, data: Buffer.from('high') });
    g.mapping.start();
    await g.timing.settled();
    expect([g.calls, g.mapping.atRest()]).toEqual([[['parent']], false]);
    release();
    await g.rest();
    expect(g.calls.slice(1).flat().toSorted()).toEqual(['high', 'low']);
  });

  test('after a merge wait for both parents', async () => {
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const g = given({
      shards: 2,
      pace: FLAT_OUT,
      handler: (event) => (textsOf(event)[0] === 'slow' ? held : undefined),
    });
    g.log.put({ partitionKey: 'k', hashKey: LOW, data: Buffer.from('slow') });
    g.log.put({ partitionKey: 'k', hashKey: HIGH, data: Buffer.from('quick') });
    g.log.merge('shardId-000000000000', 'shardId-000000000001');
    g.put('child');
    g.mapping.start();
    await g.timing.settled();
    expect(g.calls).toEqual([['slow'], ['quick']]);
    release();
    await g.rest();
    expect(g.calls.at(-1)).toEqual(['child']);
  });

  test('are found while the mapping runs, also when several generations were born without a record', async () => {
    const g = given({ pace: FLAT_OUT });
    g.mapping.start();
    await g.timing.settled();
    g.log.updateShardCount(4);
    g.log.updateShardCount(1);
    g.log.updateShardCount(2);
    g.put('a', 'b', 'c');
    await g.rest();
    expect(g.calls.flat().toSorted()).toEqual(['a', 'b', 'c']);
    expect(g.mapping.positions().length).toBe(2);
  });

  test('born after the mapping are read from their beginning, also for LATEST', async () => {
    const g = given({ trigger: { startingPosition: 'LATEST' } });
    g.log.split('shardId-000000000000', HALF);
    g.put('new');
    g.mapping.start();
    await g.rest();
    expect(g.calls).toEqual([['new']]);
  });

  test('whose parents are past their retention are read at once', async () => {
    let now = 0;
    const log = new MemoryLog('raw', { retention: 60_000, clock: { now: () => now } });
    log.put({ partitionKey: 'k', data: Buffer.from('gone') });
    log.split('shardId-000000000000', HALF);
    now = 200_000;
    const g = given({ log, pace: FLAT_OUT });
    g.put('kept');
    g.mapping.start();
    await g.rest();
    expect(g.calls).toEqual([['kept']]);
  });

  test('can be offered out of order, to show that a function notices', async () => {
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const g = given({
      pace: FLAT_OUT,
      faults: { anyOrder: true },
      handler: (event) => (textsOf(event)[0] === 'parent' ? held : undefined),
    });
    g.put('parent');
    g.mapping.start();
    g.log.split('shardId-000000000000', HALF);
    g.log.put({ partitionKey: 'k', hashKey: LOW, data: Buffer.from('child') });
    await g.timing.settled();
    expect(g.calls).toEqual([['parent'], ['child']]);
    release();
    await g.rest();
  });
});
