// Batches of DynamoDB: what an answer left unprocessed is sent again until it is done.
import { BatchGetItemCommand, BatchWriteItemCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { Fault } from '../faults.ts';
import type { Item, Key } from '../ports.ts';
import { backOff } from './back-off.ts';
import { type Attributes, toAttributes, toItem, toKey } from './items.ts';

const MAX_WRITES = 25;
/** Answers in a row without any progress before the caller has to know. With the back-off about 15 s. */
const MAX_STANDSTILLS = 10;

/** The last entry of each key; a batch that names a key twice is refused by the service. */
const distinct = <K extends Key>(keyed: readonly K[]): readonly K[] => [
  ...new Map(keyed.map((k) => [`${k.pk.length}:${k.pk}${k.sk}`, k])).values(),
];

const untilDone = async <T>(
  what: string,
  todo: readonly T[],
  step: (todo: readonly T[]) => Promise<readonly T[]>,
): Promise<void> => {
  let left = todo;
  for (let standstills = 0, attempt = 0; left.length > 0; attempt += 1) {
    if (attempt > 0) await backOff(standstills);
    const before = left.length;
    left = await step(left);
    standstills = left.length < before ? 0 : standstills + 1;
    if (standstills > MAX_STANDSTILLS)
      throw new Fault('table.throttled', `${what}: ${left.length} items unprocessed after ${MAX_STANDSTILLS} tries`);
  }
};

export const batchGet = async (
  client: DynamoDBClient,
  table: string,
  keys: readonly Key[],
): Promise<readonly Item[]> => {
  const items: Item[] = [];
  await untilDone(`BatchGetItem ${table}`, distinct(keys).map(toKey), async (todo) => {
    const answer = await client.send(
      new BatchGetItemCommand({
        RequestItems: { [table]: { Keys: [...todo], ConsistentRead: true } },
        ReturnConsumedCapacity: 'TOTAL',
      }),
    );
    items.push(...(answer.Responses?.[table] ?? []).map(toItem));
    return answer.UnprocessedKeys?.[table]?.Keys ?? [];
  });
  return items;
};

export const batchPut = async (client: DynamoDBClient, table: string, items: readonly Item[]): Promise<void> => {
  await untilDone<Attributes>(`BatchWriteItem ${table}`, distinct(items).map(toAttributes), async (todo) => {
    const answer = await client.send(
      new BatchWriteItemCommand({
        RequestItems: { [table]: todo.slice(0, MAX_WRITES).map((Item) => ({ PutRequest: { Item } })) },
        ReturnConsumedCapacity: 'TOTAL',
      }),
    );
    const unprocessed = (answer.UnprocessedItems?.[table] ?? [])
      .map((w) => w.PutRequest?.Item)
      .filter((i) => i !== undefined);
    return [...unprocessed, ...todo.slice(MAX_WRITES)];
  });
};
