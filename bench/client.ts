// Goal 7: what a call to AWS costs the function that makes it, by the SDK and by our own client: CPU of the caller, the HTTP exchange with a
// server in another process included. Both by the same adapters' calls, in turn, over kept connections.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Calls, DynamoApi, KinesisApi, S3Api } from '../shared/aws/calls.ts';
import { dynamoCalls as sdkDynamo } from '../shared/aws/sdk/dynamodb.ts';
import { kinesisCalls as sdkKinesis } from '../shared/aws/sdk/kinesis.ts';
import { s3Calls as sdkS3 } from '../shared/aws/sdk/s3.ts';
import { dynamoCalls } from '../shared/aws/signed/dynamodb.ts';
import { exchangeWith } from '../shared/aws/signed/exchange.ts';
import { kinesisCalls } from '../shared/aws/signed/kinesis.ts';
import { s3Calls } from '../shared/aws/signed/s3.ts';
import { cpuRounds } from './cpu-rounds.ts';
import { type Bench, timesLess } from './goal.ts';

const CALLS = 40;
const ROUNDS = 15;
const RECORDS = 8;

/** Answers every call with what fits it, and tells its port. */
const SERVER = `
const { createServer } = require('node:http');
const item = JSON.stringify({ Item: { pk: { S: 'p' }, sk: { S: 's' }, v: { N: '1' }, p: { B: Buffer.alloc(9500, 7).toString('base64') } } });
const records = JSON.stringify({ FailedRecordCount: 0, Records: Array.from({ length: ${RECORDS} }, (_, i) => ({ SequenceNumber: '4965' + i, ShardId: 'shardId-000000000000' })) });
const answers = { GetItem: item, UpdateItem: '{"ConsumedCapacity":{"TableName":"t","CapacityUnits":1}}', PutItem: '{"ConsumedCapacity":{"TableName":"t","CapacityUnits":10}}', PutRecords: records };
const server = createServer({ keepAliveTimeout: 60000 }, (message, response) => {
  message.resume().on('end', () => {
    const target = (message.headers['x-amz-target'] || '').split('.').pop();
    response.writeHead(200, { 'content-type': 'application/x-amz-json-1.0' });
    response.end(target === '' ? '' : answers[target]);
  });
}).listen(0, '127.0.0.1', () => process.send(server.address().port));
process.on('disconnect', () => process.exit());
`;

const bytes = (count: number) => Buffer.alloc(count, 7);
const key = { pk: { S: 'led#1' }, sk: { S: 'e#000000000001' } };

export const clientBench: Bench = async (tell) => {
  const server = spawn(process.execPath, ['-e', SERVER], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const [port] = (await once(server, 'message')) as [number];
  try {
    const endpoint = `http://127.0.0.1:${port}`;
    const env = {
      AWS_ENDPOINT_URL: endpoint,
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE',
      AWS_SECRET_ACCESS_KEY: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
      AWS_SESSION_TOKEN: 'x'.repeat(800), // as long as Lambda's
    };
    const raw = exchangeWith(new URL(endpoint));
    const headers = { host: new URL(endpoint).host, 'x-amz-target': 'DynamoDB_20120810.UpdateItem' };
    const cases: readonly [string, (d: Calls<DynamoApi>, k: Calls<KinesisApi>, s: Calls<S3Api>) => Promise<unknown>][] =
      [
        [
          'UpdateItem',
          (d) =>
            d('UpdateItem', {
              TableName: 't',
              Key: key,
              UpdateExpression: 'SET #f0 = :f0',
              ConditionExpression: '#when = :when',
              ExpressionAttributeNames: { '#f0': 'sent', '#when': 'id' },
              ExpressionAttributeValues: { ':f0': { BOOL: true }, ':when': { S: 'x' } },
              ReturnConsumedCapacity: 'TOTAL',
            }),
        ],
        [
          'PutItem of 9.5 KB',
          (d) =>
            d('PutItem', {
              TableName: 't',
              Item: { ...key, v: { N: '1' }, p: { B: bytes(9_500) } },
              ConditionExpression: 'attribute_not_exists(pk)',
              ReturnConsumedCapacity: 'TOTAL',
            }),
        ],
        ['GetItem of 9.5 KB', (d) => d('GetItem', { TableName: 't', Key: key, ConsistentRead: true })],
        [
          `PutRecords of ${RECORDS} x 50 KB`,
          (_, k) =>
            k('PutRecords', {
              StreamName: 's',
              Records: Array.from({ length: RECORDS }, (_, i) => ({
                PartitionKey: 'a',
                ExplicitHashKey: String(i),
                Data: bytes(50_000),
              })),
            }),
        ],
        ['PutObject of 200 KB', (_, __, s) => s('PutObject', { Bucket: 'b', Key: 'k', Body: bytes(200_000) })],
      ];
    const ours = [dynamoCalls({ env }), kinesisCalls({ env }), s3Calls({ env })] as const;
    const theirs = [sdkDynamo({ env }), sdkKinesis({ env }), sdkS3({ env })] as const;
    const goals = [];
    for (const [what, call] of cases) {
      tell(what);
      const times = (one: () => Promise<unknown>) => async () => {
        for (let i = 0; i < CALLS; i++) await one();
        return CALLS;
      };
      const cpu = await cpuRounds(
        {
          ours: times(() => call(...ours)),
          peer: times(() => call(...theirs)),
          floor: times(() => raw({ method: 'POST', path: '/', headers, body: bytes(200) }, 5_000)),
        },
        { rounds: ROUNDS },
      );
      const peer = { name: 'AWS SDK', figure: cpu.peer, unit: 'µs/call' };
      const note = `node:http alone, 200 B: ${Math.round(cpu.floor)} µs`;
      goals.push({ ...timesLess('7', `CPU of a call: ${what}`, cpu.ours, peer), note });
    }
    return { goals };
  } finally {
    server.disconnect();
  }
};
