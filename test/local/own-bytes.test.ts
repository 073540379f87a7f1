import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { startDynamo } from '../../local/services/dynamo.ts';
import { ownBytes } from '../../local/services/own-bytes.ts';

test('a small buffer is copied out of the slab that Node cut it from, a whole one is left', () => {
  const small = Buffer.from('a key');
  expect(small.buffer.byteLength).toBeGreaterThan(1_000);
  expect(ownBytes(small).buffer.byteLength).toBe(5);
  expect(ownBytes(small)).toEqual(small);
  const whole = Buffer.alloc(9);
  expect(ownBytes(whole)).toBe(whole);
});

test('an item of the local DynamoDB holds no slab: a pipeline that runs here for hours keeps its memory', async () => {
  const dynamo = await startDynamo();
  try {
    await dynamo.call('CreateTable', {
      TableName: 'ledger',
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
    });
    const item = (n: number) => ({ TableName: 'ledger', Item: { pk: { S: `item ${n}` }, v: { N: String(n) } } });
    // A new table is there a moment after its making.
    for (let made = false; !made; )
      made = await dynamo.call('PutItem', item(0)).then(
        () => true,
        () => false,
      );
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const held = (): number => {
      collect();
      return process.memoryUsage().arrayBuffers;
    };
    const before = held();
    // Each item comes with a slab of its own, as it does among the other work of a pipeline.
    for (let n = 1; n <= 200; n++) {
      await dynamo.call('PutItem', item(n));
      Buffer.allocUnsafe(Buffer.poolSize / 2 - 1);
      Buffer.allocUnsafe(Buffer.poolSize / 2 - 1);
    }
    expect((held() - before) / 200).toBeLessThan(Buffer.poolSize / 16);
    const { Count } = (await dynamo.call('Scan', { TableName: 'ledger' })) as { Count: number };
    expect(Count).toBe(201);
  } finally {
    await dynamo.close();
  }
});
