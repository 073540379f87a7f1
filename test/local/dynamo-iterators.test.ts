import { createRequire } from 'node:module';
import { expect, test } from 'vitest';
import { startDynamo } from '../../local/services/dynamo.ts';

const require = createRequire(import.meta.url);
type Closes = { readonly prototype: { close(): Promise<void> } };

test('reads of the local DynamoDB close what they open, so that a pipeline can run here for days', async () => {
  const { AbstractIterator } = createRequire(require.resolve('dynalite'))('abstract-level') as Record<string, Closes>;
  // All kinds of iterators have it from one class.
  const prototype = Object.getPrototypeOf((AbstractIterator as Closes).prototype) as Closes['prototype'];
  const close = prototype.close;
  let closed = 0;
  prototype.close = function (this: unknown) {
    closed++;
    return close.call(this);
  };
  const dynamo = await startDynamo({ engine: 'dynalite' });
  try {
    const keys = ['pk', 'sk'];
    await dynamo.call('CreateTable', {
      TableName: 'ledger',
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: keys.map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
      KeySchema: keys.map((AttributeName, i) => ({ AttributeName, KeyType: i === 0 ? 'HASH' : 'RANGE' })),
    });
    const query = {
      TableName: 'ledger',
      KeyConditionExpression: 'pk = :p',
      ExpressionAttributeValues: { ':p': { S: 'a' } },
      Limit: 1,
    };
    // A new table is there a moment after its making.
    while (
      await dynamo.call('Query', query).then(
        () => false,
        () => true,
      )
    );
    await dynamo.call('PutItem', { TableName: 'ledger', Item: { pk: { S: 'a' }, sk: { S: '1' } } });
    const before = closed;
    for (let i = 0; i < 20; i++) await dynamo.call('Query', query);
    expect(closed - before).toBeGreaterThanOrEqual(20);
  } finally {
    prototype.close = close;
    await dynamo.close();
  }
});
