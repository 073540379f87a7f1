// What a stream forgets is given back: a pipeline that runs here for days holds no more than its retention.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { blob } from '../../local/kinesis/validate.ts';
import { manualClock } from '../../shared/memory/clock.ts';
import { MemoryLog } from '../../shared/memory/log.ts';
import { minutes } from '../../shared/time.ts';

test.each([
  ['most of them', 100, 1],
  ['a few of many', 30, 200],
])('the bytes of records beyond the retention are collected: %s', async (_, gone, kept) => {
  setFlagsFromString('--expose-gc');
  const gc = runInNewContext('gc') as () => void;
  const clock = manualClock();
  const log = new MemoryLog('raw', { clock, retention: minutes(3) });
  const put = (): WeakRef<Uint8Array> => {
    const data = new Uint8Array(1_000);
    log.put({ partitionKey: 'k', data });
    return new WeakRef(data);
  };
  const old = Array.from({ length: gone }, put);
  clock.advance(minutes(4));
  const fresh = Array.from({ length: kept }, put);
  log.trim();
  await new Promise((done) => setImmediate(done));
  gc();
  const held = (all: readonly WeakRef<Uint8Array>[]): number => all.filter((r) => r.deref() !== undefined).length;
  expect([held(old), held(fresh)]).toEqual([0, kept]);
});

test('a record that was put keeps its own bytes alone, not those beside it in a pool', () => {
  for (const text of ['', 'a', 'ab', 'abc', 'x'.repeat(3_000)]) {
    const bytes = blob({ Data: Buffer.from(text).toString('base64') }, 'Data');
    expect([bytes.toString(), bytes.buffer.byteLength]).toEqual([text, text.length]);
  }
});
