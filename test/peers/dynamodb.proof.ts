// PROOF=peers: dynalite with our shim answers as DynamoDB Local does (Amazon's own, from Maven) to all that shared/aws/dynamo-table.ts
// sends: conditions with the item in the way, and the capacity that the cost figures are counted from.
import { join } from 'node:path';
import {
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  type PutItemCommandInput,
  QueryCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { localEnv } from '../../local/services/local-env.ts';
import { clientSettings } from '../../shared/aws/client.ts';
import { dynamoTable } from '../../shared/aws/dynamo-table.ts';
import { dynamoCallsBy } from '../../shared/aws/sdk/dynamodb.ts';
import type { Condition, Item, Scalar, Written } from '../../shared/ports.ts';
import { tableContract } from '../ports/table.contract.ts';
import { makeTable, openLocalWorld, type World } from '../ports/world.ts';
import { dynamoDbLocal } from './install.ts';
import { freePort, type Peer, startPeer } from './process.ts';

const NAME = 'peers';
let peer: Peer;
let theirs: DynamoDBClient;
let world: World;
let ours: DynamoDBClient;

beforeAll(async () => {
  const lib = dynamoDbLocal();
  const port = await freePort();
  const main = 'com.amazonaws.services.dynamodbv2.local.main.ServerRunner';
  const args = [`-Djava.library.path=${lib}`, '-cp', join(lib, '*'), main, '-inMemory', '-port', String(port)];
  peer = await startPeer('java', args, { port });
  const at = peer.endpoint;
  theirs = new DynamoDBClient(clientSettings('DYNAMODB', localEnv({ kinesis: at, dynamo: at, objects: at })));
  world = await openLocalWorld();
  ours = world.dynamo;
  for (const dynamo of [ours, theirs]) await makeTable({ dynamo }, NAME);
}, 300_000);
afterAll(async () => {
  theirs?.destroy();
  await Promise.all([world?.close(), peer?.stop()]);
});

type Case = readonly [what: string, before: Readonly<Record<string, Scalar>> | null, when: Condition];
const below = (value: string | number, field = 'v'): Condition => ({ kind: 'below', field, value });
const equals = (value: string | number, field = 'v'): Condition => ({ kind: 'equals', field, value });
const seq = (n: number) => String(n).padStart(56, '0');
const CASES: readonly Case[] = [
  ['absent, no item', null, { kind: 'absent' }],
  ['absent, an item', { v: 1, b: new Uint8Array([1, 2]) }, { kind: 'absent' }],
  ['below, no item', null, below(1)],
  ['below, no such field', { w: 1 }, below(1)],
  ['below, less', { v: 4 }, below(5)],
  ['below, equal', { v: 5 }, below(5)],
  ['below, greater', { v: 6 }, below(5)],
  ['below, negative and fraction', { v: -1.5 }, below(-1)],
  ['below, texts of one length', { v: seq(9) }, below(seq(10))],
  ['below, the same text', { v: seq(10) }, below(seq(10))],
  ['below, a shorter text', { v: '9' }, below('10')],
  ['below, text against number', { v: '4' }, below(5)],
  ['below, a field named as a reserved word', { size: 1 }, below(2, 'size')],
  ['equals, no item', null, equals(1)],
  ['equals, no such field', { w: 1 }, equals(1)],
  ['equals, the same', { v: 7, sent: false }, equals(7)],
  ['equals, another', { v: 8, sent: true }, equals(7)],
  ['equals, text', { v: 'a' }, equals('a')],
  ['equals, text against number', { v: '7' }, equals(7)],
];

const shown = (item: Item | undefined) =>
  item && Object.fromEntries(Object.entries(item).map(([k, v]) => [k, v instanceof Uint8Array ? [...v] : v]));
const plain = (w: Written) => (w.ok ? w : { ok: false, found: shown(w.found) });

describe('a condition, its refusal with the item in the way, and what is stored after it', () => {
  test.each(CASES)('%s: put and update', async (what, before, when) => {
    const answers = await Promise.all(
      [ours, theirs].map(async (client) => {
        const table = dynamoTable({ table: NAME, calls: dynamoCallsBy(client) });
        const out: unknown[] = [];
        for (const how of ['put', 'update'] as const) {
          const key = { pk: `${what} ${how}`, sk: 's' };
          if (before !== null) await table.put({ ...key, ...before });
          const written =
            how === 'put' ? await table.put({ ...key, v: 9 }, when) : await table.update(key, { u: true }, when);
          out.push(plain(written), shown(await table.get(key)));
        }
        return out;
      }),
    );
    expect(answers[0]).toEqual(answers[1]);
  });
});

describe('consumed capacity', () => {
  const item = (sk: string, bytes: number): PutItemCommandInput['Item'] => ({
    pk: { S: 'units' },
    sk: { S: sk },
    d: { B: new Uint8Array(bytes) },
  });
  const counted = { TableName: NAME, ReturnConsumedCapacity: 'TOTAL' } as const;
  const both = async (
    send: (
      client: DynamoDBClient,
    ) => Promise<{ ConsumedCapacity?: { CapacityUnits?: number | undefined } | undefined }>,
  ) => {
    const [a, b] = [await send(ours), await send(theirs)];
    expect(a.ConsumedCapacity?.CapacityUnits).toBe(b.ConsumedCapacity?.CapacityUnits);
    expect(a.ConsumedCapacity?.CapacityUnits).toBeGreaterThan(0);
  };

  test.each([1, 100, 1_000, 1_012, 1_013, 1_024, 2_048, 3_000, 11_264, 40_000, 399_000])(
    'of an item with %i bytes',
    async (bytes) => {
      await both((c) => c.send(new PutItemCommand({ ...counted, Item: item(`${bytes}`, bytes) })));
      await both((c) =>
        c.send(
          new GetItemCommand({ ...counted, Key: { pk: { S: 'units' }, sk: { S: `${bytes}` } }, ConsistentRead: true }),
        ),
      );
      const update = {
        Key: { pk: { S: 'units' }, sk: { S: `${bytes}` } },
        UpdateExpression: 'SET q = :q',
        ExpressionAttributeValues: { ':q': { S: seq(1) } },
      };
      await both((c) => c.send(new UpdateItemCommand({ ...counted, ...update })));
      // The larger of both sizes counts.
      await both((c) => c.send(new PutItemCommand({ ...counted, Item: item(`${bytes}`, 1) })));
    },
  );

  test('of a query', async () => {
    for (const dynamo of [ours, theirs])
      for (let i = 0; i < 20; i++)
        await dynamo.send(new PutItemCommand({ TableName: NAME, Item: { ...item(`q${i}`, 900), pk: { S: 'query' } } }));
    const query = {
      KeyConditionExpression: 'pk = :p',
      ExpressionAttributeValues: { ':p': { S: 'query' } },
      ConsistentRead: true,
    };
    await both((c) => c.send(new QueryCommand({ ...counted, ...query })));
    await both((c) => c.send(new QueryCommand({ ...counted, ...query, Limit: 1, ScanIndexForward: false })));
  });
});

describe('DynamoDB Local keeps the contract of our tables', () => {
  tableContract(
    async () => {
      await makeTable({ dynamo: theirs }, `${NAME}-contract`);
      return dynamoTable({ table: `${NAME}-contract`, calls: dynamoCallsBy(theirs) });
    },
    { comparesUtf8: true },
  );
});
