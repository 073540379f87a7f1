// staged rows -> the lake. Decides by one conditional write which batches make a file, then shows it.
import { randomUUID } from 'node:crypto';
import { Logger } from '@aws-lambda-powertools/logger';
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import middy from '@middy/core';
import { logStream } from '#log';
import { pipeline } from '#pipeline';
import { dynamoTable } from '../../shared/aws/dynamo-table.ts';
import { glueCatalog } from '../../shared/aws/glue-catalog.ts';
import { s3Objects } from '../../shared/aws/s3-objects.ts';
import { settings } from '../../shared/aws/settings.ts';
import { watch } from '../../shared/metrics/watch.ts';
import { systemClock } from '../../shared/ports.ts';
import { rollUpLake } from '../../shared/steps/roll-up-lake.ts';
import { onSchedule } from '../../shared/trigger/schedule.ts';

const env = settings(['ENRICHED_STREAM', 'REFINED_STREAM', 'LEDGER_TABLE', 'DATA_BUCKET', 'RUN']);
const database = process.env.CATALOG_DATABASE; // '': no catalog
const logger = new Logger();
const watching = watch('roll-up-lake');
const { usage } = watching;

export const handler = middy(
  onSchedule(
    rollUpLake({
      plan: pipeline.plan,
      streams: {
        enriched: logStream({ stream: env.ENRICHED_STREAM, usage }),
        refined: logStream({ stream: env.REFINED_STREAM, usage }),
      },
      table: dynamoTable({ table: env.LEDGER_TABLE, usage }),
      objects: s3Objects({ bucket: env.DATA_BUCKET, usage }),
      ...(database && { catalog: glueCatalog({ database, bucket: env.DATA_BUCKET, usage }) }),
      clock: systemClock,
      nonce: randomUUID,
      run: env.RUN,
    }),
    logger,
    watching,
  ),
).use(injectLambdaContext(logger));
