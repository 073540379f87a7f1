// the lake -> the lake. Writes the small files of a partition as few, decides, and shows readers the new ones.
import { Logger } from '@aws-lambda-powertools/logger';
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import middy from '@middy/core';
import { pipeline } from '#pipeline';
import { dynamoTable } from '../../shared/aws/dynamo-table.ts';
import { glueCatalog } from '../../shared/aws/glue-catalog.ts';
import { s3Objects } from '../../shared/aws/s3-objects.ts';
import { settings } from '../../shared/aws/settings.ts';
import { watch } from '../../shared/metrics/watch.ts';
import { systemClock } from '../../shared/ports.ts';
import { compactLake } from '../../shared/steps/compact-lake.ts';
import { onSchedule } from '../../shared/trigger/schedule.ts';

const env = settings(['LEDGER_TABLE', 'DATA_BUCKET', 'RUN']);
const database = process.env.CATALOG_DATABASE; // '': no catalog
const logger = new Logger();
const watching = watch('compact-lake');
const { usage } = watching;

export const handler = middy(
  onSchedule(
    compactLake({
      plan: pipeline.plan,
      table: dynamoTable({ table: env.LEDGER_TABLE, usage }),
      objects: s3Objects({ bucket: env.DATA_BUCKET, usage }),
      ...(database && { catalog: glueCatalog({ database, bucket: env.DATA_BUCKET, usage }) }),
      clock: systemClock,
      run: env.RUN,
    }),
    logger,
    watching,
  ),
).use(injectLambdaContext(logger));
