// Where the contracts of the AWS adapters run: on the services of this machine, unless MILLRACE_CONTRACT_ENDPOINT names another
// emulator's address, or is `aws` for the account that the environment gives.
import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { CreateStreamCommand, KinesisClient } from '@aws-sdk/client-kinesis';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { CreateQueueCommand, SQSClient } from '@aws-sdk/client-sqs';
import { startKinesis } from '../../local/kinesis/start.ts';
import { startDynamo } from '../../local/services/dynamo.ts';
import { localEnv } from '../../local/services/local-env.ts';
import { startObjects } from '../../local/services/objects.ts';
import { clientSettings } from '../../shared/aws/client.ts';
import type { Env } from '../../shared/aws/settings.ts';

export type World = {
  readonly kinesis: KinesisClient;
  readonly dynamo: DynamoDBClient;
  readonly s3: S3Client;
  readonly sqs: SQSClient;
  /** Whether names are new and nothing has to be waited for. */
  readonly local: boolean;
  close(): Promise<void>;
};

const clients = (env: Env) => ({
  kinesis: new KinesisClient(clientSettings('KINESIS', env)),
  dynamo: new DynamoDBClient(clientSettings('DYNAMODB', env)),
  s3: new S3Client({ ...clientSettings('S3', env), forcePathStyle: true }),
  sqs: new SQSClient(clientSettings('SQS', env)),
});

export const openWorld = async (where = process.env.MILLRACE_CONTRACT_ENDPOINT): Promise<World> => {
  if (where === 'aws') return { ...clients(process.env), local: false, close: async () => {} };
  if (where) {
    const env = localEnv({ kinesis: where, dynamo: where, objects: where });
    return { ...clients(env), local: false, close: async () => {} };
  }
  const [kinesis, dynamo, objects] = await Promise.all([startKinesis(), startDynamo(), startObjects()]);
  const made = clients(localEnv({ kinesis: kinesis.endpoint, dynamo: dynamo.endpoint, objects: objects.endpoint }));
  return {
    ...made,
    local: true,
    async close() {
      for (const client of Object.values(made)) client.destroy();
      await Promise.all([kinesis.close(), dynamo.close(), objects.close()]);
    },
  };
};

export const makeStream = (w: World, name: string, shards: number) =>
  w.kinesis.send(new CreateStreamCommand({ StreamName: name, ShardCount: shards }));

export const makeTable = (w: World, name: string) =>
  w.dynamo.send(
    new CreateTableCommand({
      TableName: name,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [
        { AttributeName: 'pk', AttributeType: 'S' },
        { AttributeName: 'sk', AttributeType: 'S' },
      ],
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
    }),
  );

export const makeBucket = (w: World, name: string) => w.s3.send(new CreateBucketCommand({ Bucket: name }));

export const makeQueue = async (w: World, name: string): Promise<string> =>
  (await w.sqs.send(new CreateQueueCommand({ QueueName: name }))).QueueUrl!;
