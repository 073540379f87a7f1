// Batches of DynamoDB: what an answer left unprocessed is sent again until it is done.
import { Fault } from '../faults.ts';
import type { Item, Key } from '../ports.ts';
import { backOff, type Sleep } from './back-off.ts';
import type { Calls, DynamoApi } from './calls.ts';
import { toAttributes, toItem, toKey } from './items.ts';

const MAX_READS = 100;
const MAX_WRITES = 25;
/** Answers in a row without any progress before the caller has to know. With the back-off about 10 s. */
const MAX_STANDSTILLS = 10;

/** The last entry of each key; a batch that names a key twice is refused by the service. */
const distinct = <K extends Key>(keyed: readonly K[]): readonly K[] => [
  ...new Map(keyed.map((k) => [`${k.pk.length}:${k.pk}${k.sk}`, k])).values(),
];

type Batches<T> = {
  /** As the Fault shall name it. */
  readonly what: string;
  readonly size: number;
  /** @returns what was left unprocessed */
  readonly send: (batch: readonly T[]) => Promise<readonly T[]>;
  readonly sleep?: Sleep | undefined;
};

const sendAll = async <T>(all: readonly T[], { what, size, send, sleep }: Batches<T>): Promise<void> => {
  let left = all;
  let standstills = 0;
  while (left.length > 0) {
    const batch = left.slice(0, size);
    const unprocessed = await send(batch);
    left = [...unprocessed, ...left.slice(size)];
    standstills = unprocessed.length < batch.length ? 0 : standstills + 1;
    if (standstills > MAX_STANDSTILLS)
      throw new Fault('table.throttled', `${what}: ${left.length} items unprocessed after ${MAX_STANDSTILLS} tries`);
    if (unprocessed.length > 0) await backOff(standstills, sleep);
  }
};

export const batchGet = async (
  calls: Calls<DynamoApi>,
  table: string,
  keys: readonly Key[],
  sleep?: Sleep,
): Promise<readonly Item[]> => {
  const items: Item[] = [];
  await sendAll(distinct(keys).map(toKey), {
    what: `BatchGetItem ${table}`,
    size: MAX_READS,
    sleep,
    async send(batch) {
      const answer = await calls('BatchGetItem', {
        RequestItems: { [table]: { Keys: [...batch], ConsistentRead: true } },
        ReturnConsumedCapacity: 'TOTAL',
      });
      items.push(...(answer.Responses?.[table] ?? []).map(toItem));
      return answer.UnprocessedKeys?.[table]?.Keys ?? [];
    },
  });
  return items;
};

export const batchPut = (
  calls: Calls<DynamoApi>,
  table: string,
  items: readonly Item[],
  sleep?: Sleep,
): Promise<void> =>
  sendAll(distinct(items).map(toAttributes), {
    what: `BatchWriteItem ${table}`,
    size: MAX_WRITES,
    sleep,
    async send(batch) {
      const answer = await calls('BatchWriteItem', {
        RequestItems: { [table]: batch.map((Item) => ({ PutRequest: { Item } })) },
        ReturnConsumedCapacity: 'TOTAL',
      });
      return (answer.UnprocessedItems?.[table] ?? []).map((w) => w.PutRequest?.Item).filter((i) => i !== undefined);
    },
  });
