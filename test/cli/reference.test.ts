import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startDynamo } from '../../local/services/dynamo.ts';
import { dynamoTable } from '../../shared/aws/dynamo-table.ts';

const run = promisify(execFile);
const root = new URL('../../', import.meta.url).pathname;
let dynamo: Awaited<ReturnType<typeof startDynamo>>;

beforeAll(async () => {
  dynamo = await startDynamo();
  await dynamo.call('CreateTable', {
    TableName: 'reference',
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [
      { AttributeName: 'pk', AttributeType: 'S' },
      { AttributeName: 'sk', AttributeType: 'S' },
    ],
    KeySchema: [
      { AttributeName: 'pk', KeyType: 'HASH' },
      { AttributeName: 'sk', KeyType: 'RANGE' },
    ],
  });
});
afterAll(() => dynamo.close());

test('millrace reference puts the rows of the CSV files into the table of a stage', async () => {
  const env = {
    ...process.env,
    AWS_ENDPOINT_URL_DYNAMODB: dynamo.endpoint,
    AWS_ACCESS_KEY_ID: 'none',
    AWS_SECRET_ACCESS_KEY: 'none',
  };
  const { stderr } = await run(
    process.execPath,
    [`${root}local/cli/millrace.mjs`, 'reference', '--table', 'reference', '--region', 'eu-west-1'],
    { cwd: root, env },
  );
  expect(stderr).toContain('20 rows of reference/products.csv are in reference');
  Object.assign(process.env, {
    AWS_ENDPOINT_URL_DYNAMODB: dynamo.endpoint,
    AWS_REGION: 'eu-west-1',
    AWS_ACCESS_KEY_ID: 'none',
    AWS_SECRET_ACCESS_KEY: 'none',
  });
  expect(await dynamoTable({ table: 'reference' }).get({ pk: 'products#mug-01', sk: '-' })).toMatchObject({
    'c.category': 'kitchen',
  });
});
