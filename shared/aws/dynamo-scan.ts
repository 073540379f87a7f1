// All items of a table whose pk begins so. A scan reads the whole table, and is billed for it: for operators' commands, never for functions.
import { DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import type { Item } from '../ports.ts';
import { clientSettings } from './client.ts';
import { type Attributes, toItem } from './items.ts';
import { faulting } from './sdk-errors.ts';

const CODES = { throttled: 'table.throttled', unavailable: 'table.unavailable' } as const;

/** @returns a reader of pages of items; strongly consistent */
export const dynamoScan = (table: string) => {
  const client = new DynamoDBClient(clientSettings('DYNAMODB'));
  return async function* (prefix: string): AsyncGenerator<readonly Item[]> {
    let start: Attributes | undefined;
    do {
      const page = await faulting(`Scan ${table}`, CODES, () =>
        client.send(
          new ScanCommand({
            TableName: table,
            ConsistentRead: true,
            FilterExpression: 'begins_with(pk, :p)',
            ExpressionAttributeValues: { ':p': { S: prefix } },
            ...(start && { ExclusiveStartKey: start }),
          }),
        ),
      );
      yield (page.Items ?? []).map(toItem);
      start = page.LastEvaluatedKey;
    } while (start !== undefined);
  };
};
