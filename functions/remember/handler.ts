// validated -> reference table. Keeps the newest row per key of change data, for look-ups and joins.
import { Logger } from '@aws-lambda-powertools/logger';
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import middy from '@middy/core';
import { onBatches } from '#log';
import { pipeline } from '#pipeline';
import { dynamoTable } from '../../shared/aws/dynamo-table.ts';
import { s3Objects } from '../../shared/aws/s3-objects.ts';
import { settings } from '../../shared/aws/settings.ts';
import { watch } from '../../shared/metrics/watch.ts';
import { remember } from '../../shared/steps/remember.ts';

const env = settings(['REFERENCE_TABLE', 'DATA_BUCKET', 'RUN']);
const logger = new Logger();
const watching = watch('remember');
const { usage } = watching;

export const handler = middy(
  onBatches(
    remember({
      sources: pipeline.sources,
      reference: dynamoTable({ table: env.REFERENCE_TABLE, usage }),
      rejected: s3Objects({ bucket: env.DATA_BUCKET, usage }),
      run: env.RUN,
    }),
    logger,
    watching,
  ),
).use(injectLambdaContext(logger));
