import { setImmediate } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { expect, test } from 'vitest';
import { startDynamo } from '../../local/services/dynamo.ts';
import { startObjects } from '../../local/services/objects.ts';
import { ownBytes } from '../../local/services/own-bytes.ts';

test('a small buffer is copied out of the slab that Node cut it from, a whole one is left', () => {
  const small = Buffer.from('a key');
  expect(small.buffer.byteLength).toBeGreaterThan(1_000);
  expect(ownBytes(small).buffer.byteLength).toBe(5);
  expect(ownBytes(small)).toEqual(small);
  const whole = Buffer.alloc(9);
  expect(ownBytes(whole)).toBe(whole);
});

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;
/** Bytes of buffers that something still holds: the least of some looks, since the collector sweeps buffers beside us. */
const held = async (): Promise<number> => {
  let least = Number.POSITIVE_INFINITY;
  for (let look = 0; look < 20; look++) {
    collect();
    await setImmediate();
    least = Math.min(least, process.memoryUsage().arrayBuffers);
  }
  return least;
};
/** Fills a slab, as the other work of a pipeline does, so that what comes next is cut from another. */
const fillSlab = (): void => {
  for (let i = 0; i < 2; i++) Buffer.allocUnsafe(Buffer.poolSize / 2 - 1);
};

test('an item of the local DynamoDB holds no slab: a pipeline that runs here for hours keeps its memory', async () => {
  const dynamo = await startDynamo({ engine: 'dynalite' });
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
    const before = await held();
    for (let n = 1; n <= 200; n++) {
      await dynamo.call('PutItem', item(n));
      fillSlab();
    }
    expect(((await held()) - before) / 200).toBeLessThan(Buffer.poolSize / 16);
    const { Count } = (await dynamo.call('Scan', { TableName: 'ledger' })) as { Count: number };
    expect(Count).toBe(201);
  } finally {
    await dynamo.close();
  }
});

test('an object of the local S3 holds no slab either', async () => {
  const objects = await startObjects({ shortCut: true });
  try {
    await objects.createBucket('data');
    const client = new S3Client({
      endpoint: objects.endpoint,
      region: 'us-east-1',
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
      forcePathStyle: true,
    });
    const put = (n: number) => client.send(new PutObjectCommand({ Bucket: 'data', Key: `k${n}`, Body: `body ${n}` }));
    for (let n = 0; n < 20; n++) await put(n);
    const before = await held();
    for (let n = 20; n < 220; n++) {
      await put(n);
      fillSlab();
    }
    expect(((await held()) - before) / 200).toBeLessThan(Buffer.poolSize / 16);
  } finally {
    await objects.close();
  }
});
