// A whole table of DynamoDB, for commands that copy it: a scan is billed for all it reads.
import { CreateTableCommand, DynamoDBClient, ScanCommand, waitUntilTableExists } from '@aws-sdk/client-dynamodb';
import type { Item } from '../ports.ts';
import { clientSettings } from './client.ts';
import { type Attributes, toItem } from './items.ts';

/** Every item, strongly consistent page by page; not of one instant when somebody writes meanwhile. */
export const scanTable = (table: string): AsyncGenerator<Item> =>
  pagesOf(new DynamoDBClient(clientSettings('DYNAMODB')), table);

async function* pagesOf(client: DynamoDBClient, table: string): AsyncGenerator<Item> {
  let from: Attributes | undefined;
  do {
    const page = await client.send(
      new ScanCommand({ TableName: table, ConsistentRead: true, ...(from && { ExclusiveStartKey: from }) }),
    );
    for (const attributes of page.Items ?? []) yield toItem(attributes);
    from = page.LastEvaluatedKey;
  } while (from !== undefined);
}

const MOST_SECONDS = 300;

/** An empty table with the keys that all of ours have, paid by request. @throws when there is one of that name */
export const createTable = async (table: string): Promise<void> => {
  const client = new DynamoDBClient(clientSettings('DYNAMODB'));
  const keys = ['pk', 'sk'] as const;
  await client.send(
    new CreateTableCommand({
      TableName: table,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: keys.map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
      KeySchema: keys.map((AttributeName, i) => ({ AttributeName, KeyType: i === 0 ? 'HASH' : 'RANGE' })),
    }),
  );
  await waitUntilTableExists({ client, maxWaitTime: MOST_SECONDS }, { TableName: table });
};
