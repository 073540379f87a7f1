// What both proofs of change data say: histories in memory and on DynamoDB's interface, and each rule taken away.

import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { describe, expect, test } from 'vitest';
import { startDynamo } from '../../local/services/dynamo.ts';
import { dynamoTable } from '../../shared/aws/dynamo-table.ts';
import { dynamoCallsBy } from '../../shared/aws/sdk/dynamodb.ts';
import { play } from './play.ts';
import { RULES } from './rules.ts';
import { playWithout } from './take-away.ts';

const ON_DYNAMO = 30;
const TRIES = 3_000;

export const proveHistories = (kind: 'debezium' | 'dms', count: number): void => {
  test(`${count} histories`, { timeout: 600_000 }, async () => {
    for (let seed = 1; seed <= count; seed++) expect(await play(kind, seed)).toBeUndefined();
  });

  test(`${ON_DYNAMO} of them on a table of DynamoDB's interface`, { timeout: 300_000 }, async () => {
    const dynamo = await startDynamo();
    const client = new DynamoDBClient({
      endpoint: dynamo.endpoint,
      region: 'us-east-1',
      credentials: { accessKeyId: 'local', secretAccessKey: 'none' },
    });
    try {
      for (let seed = 1; seed <= ON_DYNAMO; seed++) {
        const name = `reference-${seed}`;
        await dynamo.call('CreateTable', {
          TableName: name,
          BillingMode: 'PAY_PER_REQUEST',
          AttributeDefinitions: ['pk', 'sk'].map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
          KeySchema: ['pk', 'sk'].map((AttributeName, i) => ({ AttributeName, KeyType: i === 0 ? 'HASH' : 'RANGE' })),
        });
        expect(await play(kind, seed, dynamoTable({ table: name, calls: dynamoCallsBy(client) }))).toBeUndefined();
      }
    } finally {
      client.destroy();
      await dynamo.close();
    }
  });

  describe('taken away, it is missed:', () => {
    const rules = RULES.filter((r) => r.of === kind || r.of === 'both');
    test.each(rules.map((r) => [r.rule, r.edits] as const))('%s', { timeout: 300_000 }, async (_, edits) => {
      expect(await playWithout(edits, kind, 1, TRIES)).toContain(kind);
    });
  });
};
