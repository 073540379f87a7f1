// enriched or refined -> ledger. Folds a batch into partial results and commits it with one conditional write.

import { randomUUID } from 'node:crypto';
import { Logger } from '@aws-lambda-powertools/logger';
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import middy from '@middy/core';
import { logStream, onBatches } from '#log';
import { pipeline } from '#pipeline';
import { dynamoTable } from '../../shared/aws/dynamo-table.ts';
import { s3Objects } from '../../shared/aws/s3-objects.ts';
import { settings } from '../../shared/aws/settings.ts';
import { sqsWake } from '../../shared/aws/sqs-wake.ts';
import { referenceLookup } from '../../shared/enrich/reference.ts';
import { rememberedTables } from '../../shared/enrich/remembered.ts';
import { watch } from '../../shared/metrics/watch.ts';
import { systemClock } from '../../shared/ports.ts';
import { userFunctions } from '../../shared/query/user-functions.ts';
import { aggregate } from '../../shared/steps/aggregate/aggregate.ts';

const env = settings([
  'STAGE_NAME',
  'INPUT_STREAM',
  'LEDGER_TABLE',
  'REFERENCE_TABLE',
  'DATA_BUCKET',
  'REFINE_QUEUE_URL',
  'GROUPS',
  'RUN',
]);
const logger = new Logger();
const watching = watch(env.STAGE_NAME);
const { usage } = watching;

export const handler = middy(
  onBatches(
    aggregate({
      plan: pipeline.plan,
      reads: env.STAGE_NAME === 'aggregate-again' ? 'refined' : 'enriched',
      from: logStream({ stream: env.INPUT_STREAM, usage }),
      table: dynamoTable({ table: env.LEDGER_TABLE, usage }),
      objects: s3Objects({ bucket: env.DATA_BUCKET, usage }),
      wake: sqsWake({ queueUrl: env.REFINE_QUEUE_URL, usage }),
      clock: systemClock,
      nonce: randomUUID,
      run: env.RUN,
      groups: Number(env.GROUPS),
      functions: userFunctions(pipeline.plan.functions, pipeline.functions),
      lookup: referenceLookup({
        table: dynamoTable({ table: env.REFERENCE_TABLE }),
        clock: systemClock,
        columns: pipeline.references,
        remembered: rememberedTables(pipeline.sources),
      }),
    }),
    logger,
    watching,
  ),
).use(injectLambdaContext(logger));
