// How the adapters call a service, whoever carries the call: the SDK's client (sdk/) or our own small one (signed/). Inputs, outputs and
// the names of errors are the SDK's; an error has `name`, `message`, `$metadata.httpStatusCode` and the fields of its answer.
import type * as Watch from '@aws-sdk/client-cloudwatch';
import type * as Dynamo from '@aws-sdk/client-dynamodb';
import type * as Events from '@aws-sdk/client-eventbridge';
import type * as Firehose from '@aws-sdk/client-firehose';
import type * as Glue from '@aws-sdk/client-glue';
import type * as Kinesis from '@aws-sdk/client-kinesis';
import type * as Redshift from '@aws-sdk/client-redshift-data';
import type * as Secrets from '@aws-sdk/client-secrets-manager';
import type * as Sns from '@aws-sdk/client-sns';
import type * as Sqs from '@aws-sdk/client-sqs';
import type { Usage } from '../metrics/usage.ts';

export type CallOptions = {
  /** Asked before each try, when it is signed already: what it throws is the call's outcome, and nothing is sent. */
  readonly beforeSend?: () => void;
};

export type Operations = Readonly<Record<string, { readonly in: object; readonly out: object }>>;

export type Calls<A extends Operations> = <K extends keyof A & string>(
  operation: K,
  input: A[K]['in'],
  options?: CallOptions,
) => Promise<A[K]['out']>;

type Op<In extends object, Out extends object> = { readonly in: In; readonly out: Out };

export type DynamoApi = {
  readonly GetItem: Op<Dynamo.GetItemInput, Dynamo.GetItemOutput>;
  readonly BatchGetItem: Op<Dynamo.BatchGetItemInput, Dynamo.BatchGetItemOutput>;
  readonly Query: Op<Dynamo.QueryInput, Dynamo.QueryOutput>;
  readonly PutItem: Op<Dynamo.PutItemInput, Dynamo.PutItemOutput>;
  readonly UpdateItem: Op<Dynamo.UpdateItemInput, Dynamo.UpdateItemOutput>;
  readonly DeleteItem: Op<Dynamo.DeleteItemInput, Dynamo.DeleteItemOutput>;
  readonly BatchWriteItem: Op<Dynamo.BatchWriteItemInput, Dynamo.BatchWriteItemOutput>;
};

export type KinesisApi = {
  readonly PutRecords: Op<Kinesis.PutRecordsInput, Kinesis.PutRecordsOutput>;
  readonly ListShards: Op<Kinesis.ListShardsInput, Kinesis.ListShardsOutput>;
  readonly GetShardIterator: Op<Kinesis.GetShardIteratorInput, Kinesis.GetShardIteratorOutput>;
  readonly GetRecords: Op<Kinesis.GetRecordsInput, Kinesis.GetRecordsOutput>;
  readonly DescribeStreamSummary: Op<Kinesis.DescribeStreamSummaryInput, Kinesis.DescribeStreamSummaryOutput>;
  readonly UpdateShardCount: Op<Kinesis.UpdateShardCountInput, Kinesis.UpdateShardCountOutput>;
};

export type SqsApi = {
  readonly SendMessage: Op<Sqs.SendMessageRequest, Sqs.SendMessageResult>;
  readonly SendMessageBatch: Op<Sqs.SendMessageBatchRequest, Sqs.SendMessageBatchResult>;
};

export type SnsApi = { readonly PublishBatch: Op<Sns.PublishBatchInput, Sns.PublishBatchResponse> };
export type CloudWatchApi = { readonly GetMetricData: Op<Watch.GetMetricDataInput, Watch.GetMetricDataOutput> };
export type EventsApi = { readonly PutEvents: Op<Events.PutEventsRequest, Events.PutEventsResponse> };
export type FirehoseApi = {
  readonly PutRecordBatch: Op<Firehose.PutRecordBatchInput, Firehose.PutRecordBatchOutput>;
};
export type SecretsApi = {
  readonly GetSecretValue: Op<Secrets.GetSecretValueRequest, Secrets.GetSecretValueResponse>;
};
export type RedshiftApi = {
  readonly BatchExecuteStatement: Op<Redshift.BatchExecuteStatementInput, Redshift.BatchExecuteStatementOutput>;
  readonly DescribeStatement: Op<Redshift.DescribeStatementRequest, Redshift.DescribeStatementResponse>;
};
export type GlueApi = {
  readonly GetTable: Op<Glue.GetTableRequest, Glue.GetTableResponse>;
  readonly CreateTable: Op<Glue.CreateTableRequest, Glue.CreateTableResponse>;
  readonly UpdateTable: Op<Glue.UpdateTableRequest, Glue.UpdateTableResponse>;
  readonly CreatePartition: Op<Glue.CreatePartitionRequest, Glue.CreatePartitionResponse>;
  readonly UpdatePartition: Op<Glue.UpdatePartitionRequest, Glue.UpdatePartitionResponse>;
  readonly GetSchemaVersion: Op<Glue.GetSchemaVersionInput, Glue.GetSchemaVersionResponse>;
};

/** Objects are read whole, so a body is bytes and no stream. */
export type S3Api = {
  readonly GetObject: Op<
    { readonly Bucket: string; readonly Key: string; readonly Range?: string },
    { readonly Body: Uint8Array }
  >;
  readonly PutObject: Op<
    {
      readonly Bucket: string;
      readonly Key: string;
      readonly Body: Uint8Array;
      readonly ContentType?: string;
      readonly IfNoneMatch?: '*';
    },
    object
  >;
  readonly ListObjectsV2: Op<
    {
      readonly Bucket: string;
      readonly Prefix: string;
      readonly MaxKeys: number;
      readonly StartAfter?: string;
      readonly ContinuationToken?: string;
    },
    {
      readonly Contents: readonly { readonly Key: string; readonly Size: number }[];
      readonly NextContinuationToken?: string;
    }
  >;
  readonly DeleteObjects: Op<
    { readonly Bucket: string; readonly Keys: readonly string[] },
    { readonly Errors: readonly { readonly Key: string; readonly Code: string; readonly Message: string }[] }
  >;
};

type Capacity = { readonly CapacityUnits?: number | undefined };
const READS: readonly string[] = ['GetItem', 'BatchGetItem', 'Query'];

const unitsOf = (output: object): number => {
  const { ConsumedCapacity: consumed } = output as { readonly ConsumedCapacity?: Capacity | readonly Capacity[] };
  if (consumed === undefined) return 0;
  return [consumed].flat().reduce((sum, c) => sum + ((c as Capacity).CapacityUnits ?? 0), 0);
};

/** Counts calls, and the write units that their answers name; without `usage` nothing is counted. */
export const counted = <A extends Operations>(calls: Calls<A>, usage: Usage | undefined): Calls<A> => {
  if (usage === undefined) return calls;
  return async (operation, input, options) => {
    usage.calls++;
    const output = await calls(operation, input, options);
    if (!READS.includes(operation)) usage.writeUnits += unitsOf(output);
    return output;
  };
};
