// ledger -> refined, late, rejected. Merges partial results, closes windows on event time, decides, and only then sends.

import { randomUUID } from 'node:crypto';
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
import { userFunctions } from '../../shared/query/user-functions.ts';
import { refine } from '../../shared/steps/refine/refine.ts';
import { onWake } from '../../shared/trigger/schedule.ts';

const env = settings([
  'STAGE_NAME',
  'INPUT_STREAM',
  'RAW_STREAM',
  'REFINED_STREAM',
  'LEDGER_TABLE',
  'DATA_BUCKET',
  'GROUPS',
  'RUN',
]);
const logger = new Logger();
const watching = watch(env.STAGE_NAME);
const { usage } = watching;

export const handler = middy(
  onWake(
    refine({
      plan: pipeline.plan,
      reads: env.STAGE_NAME === 'refine-again' ? 'refined' : 'enriched',
      from: logStream({ stream: env.INPUT_STREAM, usage }),
      raw: logStream({ stream: env.RAW_STREAM, usage }),
      to: logStream({ stream: env.REFINED_STREAM, usage }),
      table: dynamoTable({ table: env.LEDGER_TABLE, usage }),
      objects: s3Objects({ bucket: env.DATA_BUCKET, usage }),
      clock: systemClock,
      nonce: randomUUID,
      run: env.RUN,
      groups: Number(env.GROUPS),
      functions: userFunctions(pipeline.plan.functions, pipeline.functions),
    }),
    logger,
    watching,
  ),
).use(injectLambdaContext(logger));
