// Data Firehose reads one of our streams: aggregates -> lines of JSON.
import { Logger } from '@aws-lambda-powertools/logger';
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import middy from '@middy/core';
import { type FirehoseRecord, firehoseTransform } from '../../shared/steps/firehose-transform.ts';

const logger = new Logger();

export const handler = middy(async ({ records }: { readonly records: readonly FirehoseRecord[] }) => ({
  records: firehoseTransform(records),
})).use(injectLambdaContext(logger));
