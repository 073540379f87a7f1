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
import type { Calls, DynamoApi, KinesisApi, S3Api, SqsApi } from '../../shared/aws/calls.ts';
import { clientSettings } from '../../shared/aws/client.ts';
import type { ClientOptions } from '../../shared/aws/connection.ts';
import { dynamoCallsBy } from '../../shared/aws/sdk/dynamodb.ts';
import { kinesisCallsBy } from '../../shared/aws/sdk/kinesis.ts';
import { s3CallsBy } from '../../shared/aws/sdk/s3.ts';
import { sqsCallsBy } from '../../shared/aws/sdk/sqs.ts';
import type { Env } from '../../shared/aws/settings.ts';
import { dynamoCalls } from '../../shared/aws/signed/dynamodb.ts';
import { kinesisCalls } from '../../shared/aws/signed/kinesis.ts';
import { s3Calls } from '../../shared/aws/signed/s3.ts';
import { sqsCalls } from '../../shared/aws/signed/sqs.ts';
import type { StreamRecord } from '../../shared/trigger/batch.ts';

/** Who carries the calls of the adapters: the SDK's clients, or our own. */
export type Carrier = 'sdk' | 'signed';
export const CARRIERS: readonly Carrier[] = ['signed', 'sdk'];

export type World = {
  readonly kinesis: KinesisClient;
  readonly dynamo: DynamoDBClient;
  readonly s3: S3Client;
  readonly sqs: SQSClient;
  /** For the adapters, by the carrier that was asked for. */
  readonly calls: {
    readonly kinesis: Calls<KinesisApi>;
    readonly dynamo: Calls<DynamoApi>;
    readonly s3: Calls<S3Api>;
    readonly sqs: Calls<SqsApi>;
  };
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
  /** Our own without. */
  readonly carrier?: Carrier;
  /** Tries of a client; what it does by itself without. */
  readonly maxAttempts?: number;
  readonly functionName?: string;
};

const clients = (env: Env, more: { readonly maxAttempts?: number } = {}) => ({
  kinesis: new KinesisClient({ ...clientSettings('KINESIS', env), ...more }),
  dynamo: new DynamoDBClient({ ...clientSettings('DYNAMODB', env), ...more }),
  s3: new S3Client({ ...clientSettings('S3', env), forcePathStyle: true, ...more }),
  sqs: new SQSClient({ ...clientSettings('SQS', env), ...more }),
});

const callsOf = (carrier: Carrier, sdk: ReturnType<typeof clients>, options: ClientOptions): World['calls'] =>
  carrier === 'sdk'
    ? {
        kinesis: kinesisCallsBy(sdk.kinesis),
        dynamo: dynamoCallsBy(sdk.dynamo),
        s3: s3CallsBy(sdk.s3),
        sqs: sqsCallsBy(sdk.sqs),
      }
    : {
        kinesis: kinesisCalls(options),
        dynamo: dynamoCalls(options),
        s3: s3Calls(options),
        sqs: sqsCalls(options),
      };

/** The services of this machine, with clients. */
export const openLocalWorld = async (options: WorldOptions = {}): Promise<LocalWorld> => {
  const { maxAttempts, functionName, carrier = 'signed' } = options;
  const [kinesis, dynamo, objects] = await Promise.all([
    startKinesis(options),
    startDynamo(options),
    startObjects(options),
  ]);
  const env = {
    ...localEnv({ kinesis: kinesis.endpoint, dynamo: dynamo.endpoint, objects: objects.endpoint }),
    ...(functionName && { AWS_LAMBDA_FUNCTION_NAME: functionName }),
  };
  const tries = maxAttempts === undefined ? {} : { maxAttempts };
  const made = clients(env, tries);
  return {
    ...made,
    calls: callsOf(carrier, made, { env, ...tries }),
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

export const openWorld = async (carrier: Carrier, where = process.env.MILLRACE_CONTRACT_ENDPOINT): Promise<World> => {
  if (!where) return openLocalWorld({ carrier });
  const env = where === 'aws' ? process.env : localEnv({ kinesis: where, dynamo: where, objects: where });
  const made = clients(env);
  return { ...made, calls: callsOf(carrier, made, { env }), local: false, close: async () => {} };
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
