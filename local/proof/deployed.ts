// Looks at a deployed stage from outside: `present API` sends an event and waits for its row and its archived bytes, `absent` checks that
// nothing of the stage is there. Talks to the endpoint that AWS_ENDPOINT_URL names.
import { strict as assert } from 'node:assert';
import { hash, randomBytes } from 'node:crypto';
import { request } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { DynamoDBClient, ListTablesCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import { KinesisClient, ListStreamsCommand } from '@aws-sdk/client-kinesis';
import { LambdaClient, ListEventSourceMappingsCommand, ListFunctionsCommand } from '@aws-sdk/client-lambda';
import { HeadBucketCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { PutSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { ListQueuesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { NodeHttpHandler } from '@smithy/node-http-handler';

const STAGE = 'millrace-proof';
const BUCKET = `${STAGE}-data`;
const endpoint = process.env.AWS_ENDPOINT_URL ?? '';
const settings = { endpoint, region: 'us-east-1', requestHandler: new NodeHttpHandler() };
const dynamo = new DynamoDBClient(settings);
const kinesis = new KinesisClient(settings);
const lambda = new LambdaClient(settings);
const objects = new S3Client({ ...settings, forcePathStyle: true });
const queues = new SQSClient(settings);
const secrets = new SecretsManagerClient(settings);

/** The address that the framework prints leads to AWS; the emulator tells APIs apart by the Host header, which fetch does not send. */
const post = (api: string, path: string, headers: Record<string, string>, body: string) =>
  new Promise<{ status: number; body: string }>((resolve, reject) => {
    const { hostname, port } = new URL(endpoint);
    const host = `${api}.execute-api.localhost:${port}`;
    const sent = request({ hostname, port, path, method: 'POST', headers: { ...headers, host } }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString() }));
    });
    sent.on('error', reject);
    sent.end(body);
  });

const newId = (kind: string): string => `${kind}-${randomBytes(32).toString('base64url')}`;

const PATIENCE = 75_000;
const until = async <T>(what: string, look: () => Promise<T | undefined>): Promise<T> => {
  const end = Date.now() + PATIENCE;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (Date.now() > end) throw new Error(`${what} did not come within ${PATIENCE / 1000} s`);
    await wait(250);
  }
};

/** Three failed payments of one minute, and one behind it that closes the minute: an alert. */
const payments = (now: number): string => {
  const minute = Math.floor(now / 60_000) * 60_000 - 120_000;
  const at = [minute + 1_000, minute + 2_000, minute + 3_000, now];
  const common = { store: 'oslo', provider: 'card', outcome: 'failed', amount: 9.9 };
  const rows = at.map((ms) => ({
    payment_id: newId('p'),
    order_id: 'o-1',
    ...common,
    paid_at: new Date(ms).toISOString(),
  }));
  return rows.map((row) => JSON.stringify(row)).join('\n');
};

const archived = async (): Promise<number> =>
  (await objects.send(new ListObjectsV2Command({ Bucket: BUCKET, Prefix: 'archive/' }))).KeyCount ?? 0;
const alerts = async () => {
  const { Items = [] } = await dynamo.send(new ScanCommand({ TableName: `${STAGE}-results` }));
  return Items.filter((item) => JSON.stringify(item).includes('payment_alerts'));
};

const present = async (api: string): Promise<void> => {
  const key = newId('key');
  const list = { keys: [{ id: 'proof', sha256: hash('sha256', key) }] };
  await secrets.send(new PutSecretValueCommand({ SecretId: `${STAGE}-api-keys`, SecretString: JSON.stringify(list) }));
  const type = { 'content-type': 'application/x-ndjson' };
  const body = payments(Date.now());
  const refused = await post(api, '/events/payment.v1', type, body);
  assert.equal(refused.status, 401, `without a key: ${refused.status} ${refused.body}`);
  const objectsBefore = await archived();
  // A key that is new is known to every copy of the function within a minute.
  const taken = await until('an answer to the new key', async () => {
    const answer = await post(api, '/events/payment.v1', { ...type, 'x-api-key': key }, body);
    return answer.status === 401 ? undefined : answer;
  });
  assert.equal(taken.status, 202, taken.body);
  console.log(`taken: ${taken.body}`);
  const objectsNow = await until('an archived object', async () => {
    const n = await archived();
    return n > objectsBefore ? n : undefined;
  });
  console.log(`${objectsNow} archived objects`);
  const [row] = await until('a row of payment_alerts', async () => {
    const rows = await alerts();
    return rows.length > 0 ? rows : undefined;
  });
  console.log(`row: ${JSON.stringify(row)}`);
};

const absent = async (): Promise<void> => {
  const mine = (names: readonly (string | undefined)[]) => names.filter((name) => name?.includes(STAGE));
  const left = [
    ...mine((await dynamo.send(new ListTablesCommand())).TableNames ?? []),
    ...mine((await kinesis.send(new ListStreamsCommand())).StreamNames ?? []),
    ...mine(((await lambda.send(new ListFunctionsCommand())).Functions ?? []).map((f) => f.FunctionName)),
    ...mine(
      ((await lambda.send(new ListEventSourceMappingsCommand())).EventSourceMappings ?? []).map((m) => m.FunctionArn),
    ),
    ...mine((await queues.send(new ListQueuesCommand())).QueueUrls ?? []),
  ];
  const bucket = await objects.send(new HeadBucketCommand({ Bucket: BUCKET })).then(
    () => [BUCKET],
    () => [],
  );
  assert.deepEqual([...left, ...bucket], [], 'left of the stage');
  console.log('nothing of the stage is there');
};

const [, , what, api = ''] = process.argv;
await (what === 'present' ? present(api) : absent());
