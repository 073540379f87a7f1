import { Agent } from 'node:http';
import { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import {
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startDynamo } from '../../local/services/dynamo.ts';
import type { AfterVerdict } from '../../local/services/hooks.ts';
import { startObjects } from '../../local/services/objects.ts';
import type { Served } from '../../local/services/serve.ts';

const settings = {
  region: 'us-east-1',
  credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  maxAttempts: 1,
};

/** The same calls by both ways must come to the same. */
describe.each([
  ['by HTTP', false],
  ['by the short way', true],
])('S3 %s', (_, shortCut) => {
  let served: Awaited<ReturnType<typeof startObjects>>;
  let s3: S3Client;
  beforeAll(async () => {
    served = await startObjects({ shortCut });
    s3 = new S3Client({ ...settings, endpoint: served.endpoint, forcePathStyle: true });
    await served.createBucket('bucket');
  });
  afterAll(() => served.close());

  test('keys, bytes and lists are as they were put', async () => {
    const keys = ["a b/c'd(1)*!.txt", 'day=2026-01-05/x', 'é'];
    for (const Key of keys)
      await s3.send(new PutObjectCommand({ Bucket: 'bucket', Key, Body: Buffer.from([0, 255, 10]) }));
    const { Contents } = await s3.send(new ListObjectsV2Command({ Bucket: 'bucket', Prefix: 'day=' }));
    expect(Contents?.map((c) => c.Key)).toEqual(['day=2026-01-05/x']);
    for (const Key of keys) {
      const { Body, ContentLength } = await s3.send(new GetObjectCommand({ Bucket: 'bucket', Key }));
      expect(ContentLength).toBe(3);
      expect([...((await Body?.transformToByteArray()) ?? [])]).toEqual([0, 255, 10]);
    }
    const head = await s3.send(new HeadObjectCommand({ Bucket: 'bucket', Key: 'é' }));
    expect(head.ContentLength).toBe(3);
    await expect(s3.send(new GetObjectCommand({ Bucket: 'bucket', Key: 'none' }))).rejects.toMatchObject({
      name: 'NoSuchKey',
    });
    const same = new PutObjectCommand({ Bucket: 'bucket', Key: 'é', Body: 'x', IfNoneMatch: '*' });
    await expect(s3.send(same)).rejects.toMatchObject({ name: 'PreconditionFailed' });
  });
});

describe('a fault takes the short way too', () => {
  let verdict: AfterVerdict = 'pass';
  let sockets = 0;
  let served: Served & { call(operation: string, body: object): Promise<unknown> };
  let dynamo: DynamoDBClient;
  beforeAll(async () => {
    class Counting extends Agent {
      addRequest(...call: unknown[]): void {
        sockets += 1;
        // @ts-expect-error Node's agent has it, its types do not
        super.addRequest(...call);
      }
    }
    served = await startDynamo({ shortCut: true, hooks: { after: () => verdict } });
    await served.call('CreateTable', {
      TableName: 'table',
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
    });
    dynamo = new DynamoDBClient({
      ...settings,
      endpoint: served.endpoint,
      requestHandler: new NodeHttpHandler({
        requestTimeout: 50,
        throwOnRequestTimeout: true,
        httpAgent: new Counting(),
      }),
    });
  });
  const put = (version: number) =>
    dynamo.send(
      new PutItemCommand({
        TableName: 'table',
        Item: { pk: { S: 'p' }, v: { N: String(version) } },
        ConditionExpression: 'attribute_not_exists(#v) OR #v < :v',
        ExpressionAttributeNames: { '#v': 'v' },
        ExpressionAttributeValues: { ':v': { N: String(version) } },
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      }),
    );

  test.each<[AfterVerdict, object]>([
    ['drop-answer', { code: 'ECONNRESET' }],
    ['hang', { name: 'TimeoutError' }],
    [{ error: 'ThrottlingException', status: 400 }, { name: 'ThrottlingException' }],
  ])('%j', async (given, error) => {
    verdict = given;
    await expect(put(1)).rejects.toMatchObject(error);
    expect(sockets).toBe(0);
  });

  test('a condition is judged by the values of its call, however often it was parsed before', async () => {
    verdict = 'pass';
    await put(5);
    await put(7);
    await expect(put(6)).rejects.toMatchObject({ name: 'ConditionalCheckFailedException', Item: { v: { N: '7' } } });
    await put(8);
  });

  test('a service that was closed is not there any more', async () => {
    await served.close();
    await expect(put(9)).rejects.toThrow();
    expect(sockets).toBe(1);
  });
});
