// Questions to an account before a deploy: quotas and names. For commands; no function has it in its bundle.
import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { DescribeTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DescribeLimitsCommand, DescribeStreamSummaryCommand, KinesisClient } from '@aws-sdk/client-kinesis';
import { GetAccountSettingsCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { HeadBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { clientSettings } from './client.ts';
import { httpStatus, isNamed } from './sdk-errors.ts';

/** `mine`: this account's. `taken`: another's. */
type Owned = 'free' | 'mine' | 'taken';

/** A person waits for the answers: one more try is enough. */
const QUICK = { maxAttempts: 2 };

/** undefined instead of what is thrown, when it says that the thing is not there. */
const unless = async <T>(isGone: (error: unknown) => boolean, ask: () => Promise<T>): Promise<T | undefined> => {
  try {
    return await ask();
  } catch (error) {
    if (isGone(error)) return undefined;
    throw error;
  }
};

export const accountFacts = () => {
  const lambda = new LambdaClient({ ...clientSettings('LAMBDA'), ...QUICK });
  const kinesis = new KinesisClient({ ...clientSettings('KINESIS'), ...QUICK });
  const cloudFormation = new CloudFormationClient({ ...clientSettings('CLOUDFORMATION'), ...QUICK });
  const dynamo = new DynamoDBClient({ ...clientSettings('DYNAMODB'), ...QUICK });
  const s3 = new S3Client({
    ...clientSettings('S3'),
    ...QUICK,
    followRegionRedirects: true,
    forcePathStyle: clientSettings('S3').endpoint !== undefined,
  });
  const notFound = (error: unknown): boolean => isNamed(error, 'ResourceNotFoundException');
  return {
    async concurrency() {
      const { AccountLimit: limit } = await lambda.send(new GetAccountSettingsCommand({}));
      const all = limit?.ConcurrentExecutions ?? 0;
      return { all, unreserved: limit?.UnreservedConcurrentExecutions ?? all };
    },
    async shards() {
      const { ShardLimit = 0, OpenShardCount = 0 } = await kinesis.send(new DescribeLimitsCommand({}));
      return { limit: ShardLimit, open: OpenShardCount };
    },
    stack: (name: string) =>
      unless(
        (error) => isNamed(error, 'ValidationError') && /does not exist/i.test((error as Error).message),
        async () =>
          (await cloudFormation.send(new DescribeStacksCommand({ StackName: name }))).Stacks?.[0]?.StackStatus,
      ),
    async bucket(name: string): Promise<Owned> {
      try {
        await s3.send(new HeadBucketCommand({ Bucket: name }));
        return 'mine';
      } catch (error) {
        if (httpStatus(error) === 404) return 'free';
        if (httpStatus(error) === 403) return 'taken';
        throw error;
      }
    },
    stream: (name: string) =>
      unless(notFound, async () => {
        const answer = await kinesis.send(new DescribeStreamSummaryCommand({ StreamName: name }));
        return answer.StreamDescriptionSummary?.OpenShardCount ?? 0;
      }),
    async table(name: string) {
      return (await unless(notFound, () => dynamo.send(new DescribeTableCommand({ TableName: name })))) !== undefined;
    },
  };
};
