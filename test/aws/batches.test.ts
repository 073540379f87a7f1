import { expect, test } from 'vitest';
import type { Calls, DynamoApi } from '../../shared/aws/calls.ts';
import { batchGet, batchPut } from '../../shared/aws/dynamo-batches.ts';
import type { Fault } from '../../shared/faults.ts';

type Sent = { readonly RequestItems: { readonly t: readonly object[] & { readonly Keys?: readonly object[] } } };
/** A DynamoDB that does only so much of each batch, in turn, and all of it once the list is at its end. */
const lazy = (...done: readonly number[]) => {
  const sizes: number[] = [];
  const calls = async (_: string, input: Sent) => {
    const asked = input.RequestItems.t;
    const all = asked.Keys ?? asked;
    const n = done[sizes.length] ?? all.length;
    sizes.push(all.length);
    const left = all.slice(n);
    if (asked.Keys)
      return { Responses: { t: all.slice(0, n) }, UnprocessedKeys: left.length > 0 ? { t: { Keys: left } } : {} };
    return { UnprocessedItems: left.length > 0 ? { t: left } : {} };
  };
  return { sizes, calls: calls as unknown as Calls<DynamoApi> };
};
const items = (count: number) => Array.from({ length: count }, (_, i) => ({ pk: 'p', sk: String(i) }));

/** Takes no time, and counts. */
const sleeper = () => {
  let naps = 0;
  const sleep = async () => {
    naps += 1;
  };
  return { sleep, naps: () => naps };
};

test('what a write of many left out is sent again, with what was not sent yet', async () => {
  const { calls, sizes } = lazy(20, 0, 5);
  const { sleep, naps } = sleeper();
  await batchPut(calls, 't', items(30), sleep);
  expect([sizes, naps()]).toEqual([[25, 10, 10, 5], 3]);
});

test('a write that leaves nothing out does not wait', async () => {
  const { calls, sizes } = lazy();
  const { sleep, naps } = sleeper();
  await batchPut(calls, 't', items(60), sleep);
  expect([sizes, naps()]).toEqual([[25, 25, 10], 0]);
});

test('what a read of many left out is asked for again, and comes once', async () => {
  const { calls, sizes } = lazy(3, 0);
  const found = await batchGet(calls, 't', items(10), sleeper().sleep);
  expect(found.length).toBe(10);
  expect(sizes).toEqual([10, 7, 7]);
});

test('a table that does nothing at all is throttled, in the end', async () => {
  const { calls, sizes } = lazy(...Array.from({ length: 50 }, () => 0));
  const error: Fault = await batchPut(calls, 't', items(1), sleeper().sleep).then(
    () => expect.fail('stored'),
    (e) => e,
  );
  expect([error.code, error.message]).toEqual([
    'table.throttled',
    'BatchWriteItem t: 1 items unprocessed after 10 tries',
  ]);
  expect(sizes.length).toBe(11);
});
