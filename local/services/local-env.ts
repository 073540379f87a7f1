// The environment in which the SDK's clients talk to the services of this machine.
export type Endpoints = {
  readonly kinesis: string;
  readonly dynamo: string;
  readonly objects: string;
  readonly secrets?: string;
  /** Where destinations of the pipeline need them. */
  readonly events?: string;
  readonly firehose?: string;
  readonly redshift?: string;
  readonly glue?: string;
};

/** Fixed names and keys that open nothing: the services here ask for a signature and do not check it. */
export const localEnv = ({
  kinesis,
  dynamo,
  objects,
  secrets,
  events,
  firehose,
  redshift,
  glue,
}: Endpoints): Readonly<Record<string, string>> => ({
  AWS_REGION: 'us-east-1',
  AWS_ACCESS_KEY_ID: 'local',
  AWS_SECRET_ACCESS_KEY: 'local',
  AWS_ENDPOINT_URL_KINESIS: kinesis,
  AWS_ENDPOINT_URL_DYNAMODB: dynamo,
  AWS_ENDPOINT_URL_S3: objects,
  AWS_ENDPOINT_URL_SQS: objects,
  AWS_ENDPOINT_URL_SNS: objects,
  ...(secrets !== undefined && { AWS_ENDPOINT_URL_SECRETS_MANAGER: secrets }),
  ...(events !== undefined && { AWS_ENDPOINT_URL_EVENTBRIDGE: events }),
  ...(firehose !== undefined && { AWS_ENDPOINT_URL_FIREHOSE: firehose }),
  ...(redshift !== undefined && { AWS_ENDPOINT_URL_REDSHIFT_DATA: redshift }),
  ...(glue !== undefined && { AWS_ENDPOINT_URL_GLUE: glue }),
});
