// enriched -> refined. Runs the queries without windows: filter, project, look up, unnest.
import { Logger } from '@aws-lambda-powertools/logger';
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import middy from '@middy/core';
import { logStream, onBatches } from '#log';
import { pipeline } from '#pipeline';
import { dynamoTable } from '../../shared/aws/dynamo-table.ts';
import { s3Objects } from '../../shared/aws/s3-objects.ts';
import { settings } from '../../shared/aws/settings.ts';
import { referenceLookup } from '../../shared/enrich/reference.ts';
import { rememberedTables } from '../../shared/enrich/remembered.ts';
import { watch } from '../../shared/metrics/watch.ts';
import { systemClock } from '../../shared/ports.ts';
import { userFunctions } from '../../shared/query/user-functions.ts';
import { transform } from '../../shared/steps/transform.ts';

const env = settings([
  'ENRICHED_STREAM',
  'REFINED_STREAM',
  'LEDGER_TABLE',
  'REFERENCE_TABLE',
  'DATA_BUCKET',
  'GROUPS',
  'RUN',
]);
const logger = new Logger();
const watching = watch('transform');
const { usage } = watching;

export const handler = middy(
  onBatches(
    transform({
      plan: pipeline.plan,
      from: logStream({ stream: env.ENRICHED_STREAM, usage }),
      to: logStream({ stream: env.REFINED_STREAM, usage }),
      table: dynamoTable({ table: env.LEDGER_TABLE, usage }),
      rejected: s3Objects({ bucket: env.DATA_BUCKET, usage }),
      clock: systemClock,
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
