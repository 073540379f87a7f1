// MILLRACE_TABLE=dynalite: the contract of a table on the other service of this machine.
import { afterAll, beforeAll } from 'vitest';
import { type LocalDynamo, startDynamo } from '../../local/services/dynamo.ts';
import { localEnv } from '../../local/services/local-env.ts';
import { dynamoTable } from '../../shared/aws/dynamo-table.ts';
import { dynamoCalls } from '../../shared/aws/signed/dynamodb.ts';
import { tableContract } from './table.contract.ts';

const KEYS = ['pk', 'sk'];
let dynamo: LocalDynamo;
beforeAll(async () => {
  dynamo = await startDynamo({ engine: 'dynalite' });
});
afterAll(() => dynamo.close());

tableContract(
  async () => {
    await dynamo.call('CreateTable', {
      TableName: 'contract',
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: KEYS.map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
      KeySchema: KEYS.map((AttributeName, i) => ({ AttributeName, KeyType: i === 0 ? 'HASH' : 'RANGE' })),
    });
    const env = localEnv({ kinesis: '', dynamo: dynamo.endpoint, objects: '' });
    return dynamoTable({ table: 'contract', calls: dynamoCalls({ env }) });
  },
  { comparesUtf8: false },
);
