// refined -> results. Writes each row by its key, the newest revision wins.
import { Logger } from '@aws-lambda-powertools/logger';
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import middy from '@middy/core';
import { onBatches } from '#log';
import { pipeline } from '#pipeline';
import { dynamoTable } from '../../shared/aws/dynamo-table.ts';
import { s3Objects } from '../../shared/aws/s3-objects.ts';
import { settings } from '../../shared/aws/settings.ts';
import { watch } from '../../shared/metrics/watch.ts';
import { writeTable } from '../../shared/steps/write-table.ts';

const env = settings(['RESULTS_TABLE', 'DATA_BUCKET', 'RUN']);
const logger = new Logger();
const watching = watch('write-table');
const { usage } = watching;

export const handler = middy(
  onBatches(
    writeTable({
      tables: pipeline.plan.tables,
      results: dynamoTable({ table: env.RESULTS_TABLE, usage }),
      rejected: s3Objects({ bucket: env.DATA_BUCKET, usage }),
      run: env.RUN,
    }),
    logger,
    watching,
  ),
).use(injectLambdaContext(logger));
