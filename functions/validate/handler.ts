// raw -> validated. Stamps positions and keeps the events their schema allows; the others go to `rejected`, with the reason.

import { Logger } from '@aws-lambda-powertools/logger';
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import middy from '@middy/core';
import { logStream, onBatches } from '#log';
import { frames, pipeline } from '#pipeline';
import { dynamoTable } from '../../shared/aws/dynamo-table.ts';
import { s3Objects } from '../../shared/aws/s3-objects.ts';
import { settings } from '../../shared/aws/settings.ts';
import { watch } from '../../shared/metrics/watch.ts';
import { systemClock } from '../../shared/ports.ts';
import { judgeOf, longestDelay } from '../../shared/steps/judge.ts';
import { validate } from '../../shared/steps/validate.ts';

const env = settings(['RAW_STREAM', 'VALIDATED_STREAM', 'LEDGER_TABLE', 'DATA_BUCKET', 'GROUPS', 'RUN']);
const logger = new Logger();
const watching = watch('validate');
const { usage } = watching;

export const handler = middy(
  onBatches(
    validate({
      raw: logStream({ stream: env.RAW_STREAM, usage }),
      validated: logStream({ stream: env.VALIDATED_STREAM, usage }),
      table: dynamoTable({ table: env.LEDGER_TABLE, usage }),
      rejected: s3Objects({ bucket: env.DATA_BUCKET, usage }),
      judge: judgeOf(pipeline), // schemas and plan, compiled from pipeline/ at build time
      delay: longestDelay(pipeline.plan.tables),
      sources: pipeline.sources,
      ...(frames !== null && { frames: frames(process.env, systemClock) }),
      clock: systemClock,
      run: env.RUN,
      groups: Number(env.GROUPS),
    }),
    logger,
    watching,
  ),
).use(injectLambdaContext(logger));
