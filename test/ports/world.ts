// Where the contracts of the AWS adapters run: on the services of this machine, unless MILLRACE_CONTRACT_ENDPOINT names another
// emulator's address, or is `aws` for the account that the environment gives.
import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { CreateStreamCommand, KinesisClient } from '@aws-sdk/client-kinesis';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { CreateQueueCommand, SQSClient } from '@aws-sdk/client-sqs';
import { startKinesis } from '../../local/kinesis/start.ts';
import { startDynamo } from '../../local/services/dynamo.ts';
import type { Hooks } from '../../local/services/hooks.ts';
import { localEnv } from '../../local/services/local-env.ts';
import type { Meter } from '../../local/services/meter.ts';
import { startObjects } from '../../local/services/objects.ts';
import { clientSettings } from '../../shared/aws/client.ts';
import type { Env } from '../../shared/aws/settings.ts';
import type { StreamRecord } from '../../shared/trigger/batch.ts';

export type World = {
  readonly kinesis: KinesisClient;
  readonly dynamo: DynamoDBClient;
  readonly s3: S3Client;
  readonly sqs: SQSClient;
  /** Whether names are new and nothing has to be waited for. */
  readonly local: boolean;
  close(): Promise<void>;
};

export type LocalWorld = World & {
  /** What a stream holds, by shard and in order. */
  records(stream: string): readonly StreamRecord[];
  makeStream(name: string, shards: number): void;
  makeBucket(name: string): Promise<void>;
  makeQueue(name: string): Promise<string>;
  sqsCall(operation: string, body: object): Promise<unknown>;
};

export type WorldOptions = {
  readonly hooks?: Hooks;
  readonly meter?: Meter;
  /** Tries of the SDK; what it does by itself without. */
  readonly maxAttempts?: number;
  readonly functionName?: string;
};

const clients = (env: Env, more: { readonly maxAttempts?: number } = {}) => ({
  kinesis: new KinesisClient({ ...clientSettings('KINESIS', env), ...more }),
  dynamo: new DynamoDBClient({ ...clientSettings('DYNAMODB', env), ...more }),
  s3: new S3Client({ ...clientSettings('S3', env), forcePathStyle: true, ...more }),
  sqs: new SQSClient({ ...clientSettings('SQS', env), ...more }),
});

/** The services of this machine, with clients. */
export const openLocalWorld = async (options: WorldOptions = {}): Promise<LocalWorld> => {
  const { maxAttempts, functionName } = options;
  const [kinesis, dynamo, objects] = await Promise.all([
    startKinesis(options),
    startDynamo(options),
    startObjects(options),
  ]);
  const made = clients(
    {
      ...localEnv({ kinesis: kinesis.endpoint, dynamo: dynamo.endpoint, objects: objects.endpoint }),
      ...(functionName && { AWS_LAMBDA_FUNCTION_NAME: functionName }),
    },
    maxAttempts === undefined ? {} : { maxAttempts },
  );
  return {
    ...made,
    local: true,
    records(stream) {
      const log = kinesis.kinesis.log(stream);
      return log.shards().flatMap((s) => log.read(s.id, null).records);
    },
    makeStream(name, shards) {
      kinesis.kinesis.create(name, { shards });
    },
    makeBucket: objects.createBucket,
    makeQueue: objects.createQueue,
    sqsCall: objects.sqs,
    async close() {
      for (const client of Object.values(made)) client.destroy();
      await Promise.all([kinesis.close(), dynamo.close(), objects.close()]);
    },
  };
};

export const openWorld = async (where = process.env.MILLRACE_CONTRACT_ENDPOINT): Promise<World> => {
  if (!where) return openLocalWorld();
  const env = where === 'aws' ? process.env : localEnv({ kinesis: where, dynamo: where, objects: where });
  return { ...clients(env), local: false, close: async () => {} };
};

export const makeStream = (w: World, name: string, shards: number) =>
  w.kinesis.send(new CreateStreamCommand({ StreamName: name, ShardCount: shards }));

export const makeTable = (w: Pick<World, 'dynamo'>, name: string) =>
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
