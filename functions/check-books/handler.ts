// ledger, stores -> a metric and a line of log. Checks once an hour that every event left by a named door.
import { Logger } from '@aws-lambda-powertools/logger';
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import middy from '@middy/core';
import { logStream } from '#log';
import { pipeline } from '#pipeline';
import { dynamoTable } from '../../shared/aws/dynamo-table.ts';
import { s3Objects } from '../../shared/aws/s3-objects.ts';
import { settings } from '../../shared/aws/settings.ts';
import { watch } from '../../shared/metrics/watch.ts';
import { systemClock } from '../../shared/ports.ts';
import { checkBooks } from '../../shared/steps/check-books.ts';
import { onSchedule } from '../../shared/trigger/schedule.ts';

const env = settings(['RAW_STREAM', 'LEDGER_TABLE', 'DATA_BUCKET', 'RUN']);
const logger = new Logger();
const watching = watch('check-books');
const { usage } = watching;

export const handler = middy(
  onSchedule(
    checkBooks({
      plan: pipeline.plan,
      raw: logStream({ stream: env.RAW_STREAM, usage }),
      table: dynamoTable({ table: env.LEDGER_TABLE, usage }),
      objects: s3Objects({ bucket: env.DATA_BUCKET, usage }),
      clock: systemClock,
      run: env.RUN,
    }),
    logger,
    watching,
  ),
).use(injectLambdaContext(logger));
