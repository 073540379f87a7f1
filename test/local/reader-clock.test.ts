import { expect, test } from 'vitest';
import type { ShardPosition } from '../../local/poller/stream-mapping.ts';
import { readerClock } from '../../local/start/reader-clock.ts';
import { packGroup } from '../../shared/lanes/block.ts';
import type { Inner } from '../../shared/lanes/inner.ts';
import { padSeq, position } from '../../shared/lanes/position.ts';
import { pointOf } from '../../shared/lanes/ring.ts';
import { MemoryLog } from '../../shared/memory/log.ts';

const given = () => {
  const log = new MemoryLog('enriched');
  let positions: readonly ShardPosition[] = [];
  const clock = readerClock(log, () => positions);
  const hashKey = pointOf(0, 4);
  return {
    log,
    clock,
    put: (...items: Inner[]) =>
      packGroup(items, hashKey)
        .map((data) => log.put({ partitionKey: 'k', hashKey, data }).seq)
        .at(-1) ?? '',
    /** The function has read so far. */
    read: (...at: readonly (readonly [shard: string, checkpoint: string | null])[]) => {
      positions = at.map(([shard, checkpoint]) => ({ shard, checkpoint, behind: 0 }));
    },
  };
};
const mark = (lane: string, clock: number): Inner => ({ kind: 'mark', lane, pos: position(padSeq('1'), 0), clock });

test('time is as far as the marks that were read, the least of the lanes that go on', () => {
  const { log, clock, put, read } = given();
  const [shard = ''] = log.shards().map((s) => s.id);
  read([shard, null]);
  const first = put(mark('a/0', 100), mark('b/0', 300));
  const second = put(mark('a/0', 200));
  const third = put({ kind: 'end', lane: 'a/0', next: [] });
  expect(clock()).toBeNull();
  read([shard, first]);
  expect(clock()).toBe(100);
  read([shard, second]);
  expect(clock()).toBe(200);
  read([shard, third]);
  expect(clock()).toBe(300);
});

test('a shard that was read to its end counts, its children do not before they are read', () => {
  const { log, clock, put, read } = given();
  const [shard = ''] = log.shards().map((s) => s.id);
  put(mark('a/0', 100));
  log.split(shard, 2n ** 127n);
  put(mark('a/0', 200));
  read([shard, null]);
  expect(clock()).toBeNull();
  read(...log.childrenOf(shard).map(({ id }) => [id, null] as const));
  expect(clock()).toBe(100);
});
