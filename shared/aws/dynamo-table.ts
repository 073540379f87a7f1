// The port Table on DynamoDB.
import type { QueryOutput } from '@aws-sdk/client-dynamodb';
import { dynamoCalls } from '#aws/dynamodb';
import { refuseUnwritable, refuseWideGet } from '../item-size.ts';
import type { Usage } from '../metrics/usage.ts';
import type { Condition, Item, Table, Written } from '../ports.ts';
import { type Calls, counted, type DynamoApi } from './calls.ts';
import { batchGet, batchPut } from './dynamo-batches.ts';
import { sortRange } from './dynamo-range.ts';
import { type Attributes, expressionFields, toAttributes, toExpression, toItem, toKey } from './items.ts';
import { faulting, isNamed } from './sdk-errors.ts';

const CODES = { throttled: 'table.throttled', unavailable: 'table.unavailable' } as const;
const COUNTED = { ReturnConsumedCapacity: 'TOTAL' } as const;

/** Fields of a command that writes under a condition; the item in the way comes back with the refusal. */
const conditional = (
  when: Condition | undefined,
  names: Readonly<Record<string, string>> = {},
  values: Attributes = {},
) => {
  if (!when) return expressionFields(names, values);
  const e = toExpression(when);
  return {
    ConditionExpression: e.text,
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD' as const,
    ...expressionFields({ ...names, ...e.names }, { ...values, ...e.values }),
  };
};

const written = async (send: () => Promise<unknown>): Promise<Written> => {
  try {
    await send();
    return { ok: true };
  } catch (error) {
    if (!isNamed(error, 'ConditionalCheckFailedException')) throw error;
    const { Item } = error as { readonly Item?: Attributes };
    return Item ? { ok: false, found: toItem(Item) } : { ok: false };
  }
};

export type DynamoTableOptions = {
  readonly table: string;
  readonly calls?: Calls<DynamoApi>;
  /** Counts the calls of the calls that are made here. */
  readonly usage?: Usage;
};

export const dynamoTable = ({ table, usage, calls = counted(dynamoCalls(), usage) }: DynamoTableOptions): Table => {
  const call = <T>(operation: string, send: () => Promise<T>): Promise<T> =>
    faulting(`${operation} ${table}`, CODES, send);

  return {
    name: table,
    get: (key) =>
      call('GetItem', async () => {
        const input = { TableName: table, Key: toKey(key), ConsistentRead: true, ...COUNTED };
        const { Item } = await calls('GetItem', input);
        return Item && toItem(Item);
      }),
    getMany: (keys) =>
      call('BatchGetItem', () => {
        refuseWideGet(keys);
        return batchGet(calls, table, keys);
      }),
    put: (item, when) =>
      call('PutItem', () => {
        refuseUnwritable(item);
        const input = { TableName: table, Item: toAttributes(item), ...COUNTED, ...conditional(when) };
        return written(() => calls('PutItem', input));
      }),
    update: (key, set, when) =>
      call('UpdateItem', () => {
        refuseUnwritable({ ...set, ...key });
        const fields = Object.entries(set);
        const names = Object.fromEntries(fields.map(([name], i) => [`#f${i}`, name]));
        const values = toAttributes(Object.fromEntries(fields.map(([, v], i) => [`:f${i}`, v])));
        const input = {
          TableName: table,
          Key: toKey(key),
          ...COUNTED,
          ...(fields.length > 0 && { UpdateExpression: `SET ${fields.map((_, i) => `#f${i} = :f${i}`).join(', ')}` }),
          ...conditional(when, names, values),
        };
        return written(() => calls('UpdateItem', input));
      }),
    delete: (key) =>
      call('DeleteItem', async () => {
        await calls('DeleteItem', { TableName: table, Key: toKey(key), ...COUNTED });
      }),
    query: (pk, { after, prefix = '', newestFirst = false, limit = Number.POSITIVE_INFINITY } = {}) =>
      call('Query', async () => {
        const range = sortRange(after, prefix);
        const items: Item[] = [];
        let start: Attributes | undefined;
        if (!range || limit <= 0) return items;
        do {
          const page: QueryOutput = await calls('Query', {
            TableName: table,
            KeyConditionExpression: `pk = :pk${range.text}`,
            ExpressionAttributeValues: { ':pk': { S: pk }, ...range.values },
            ScanIndexForward: !newestFirst,
            ConsistentRead: true,
            ...COUNTED,
            ...(limit !== Number.POSITIVE_INFINITY && { Limit: limit - items.length + (range.holdsAfter ? 1 : 0) }),
            ...(start && { ExclusiveStartKey: start }),
          });
          items.push(...(page.Items ?? []).map(toItem).filter((item) => item.sk !== after));
          start = page.LastEvaluatedKey;
        } while (start && items.length < limit);
        return items.slice(0, limit);
      }),
    putMany: (items) =>
      call('BatchWriteItem', () => {
        for (const item of items) refuseUnwritable(item);
        return batchPut(calls, table, items);
      }),
  };
};
