// refined -> results. Writes each row by its key, the newest revision wins.
import { Logger } from '@aws-lambda-powertools/logger';
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import middy from '@middy/core';
import { pipeline } from '#pipeline';
import { dynamoTable } from '../../shared/aws/dynamo-table.ts';
import { s3Objects } from '../../shared/aws/s3-objects.ts';
import { settings } from '../../shared/aws/settings.ts';
import { writeTable } from '../../shared/steps/write-table.ts';
import { onKinesis } from '../../shared/trigger/kinesis.ts';

const env = settings(['RESULTS_TABLE', 'DATA_BUCKET', 'RUN']);
const logger = new Logger();

export const handler = middy(
  onKinesis(
    writeTable({
      tables: pipeline.plan.tables,
      results: dynamoTable({ table: env.RESULTS_TABLE }),
      rejected: s3Objects({ bucket: env.DATA_BUCKET }),
      run: env.RUN,
    }),
    logger,
  ),
).use(injectLambdaContext(logger));
