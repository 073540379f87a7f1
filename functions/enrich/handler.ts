// validated -> enriched. Adds fields: geo, user agent, reference rows, the user's own functions.
import { Logger } from '@aws-lambda-powertools/logger';
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import middy from '@middy/core';
import { logStream, onBatches } from '#log';
import { pipeline } from '#pipeline';
import { dynamoTable } from '../../shared/aws/dynamo-table.ts';
import { s3Objects } from '../../shared/aws/s3-objects.ts';
import { settings } from '../../shared/aws/settings.ts';
import { agentLookup } from '../../shared/enrich/agent.ts';
import { geoFile } from '../../shared/enrich/geo.ts';
import { referenceLookup } from '../../shared/enrich/reference.ts';
import { rememberedTables } from '../../shared/enrich/remembered.ts';
import { watch } from '../../shared/metrics/watch.ts';
import { systemClock } from '../../shared/ports.ts';
import { enrich } from '../../shared/steps/enrich.ts';

const env = settings([
  'VALIDATED_STREAM',
  'ENRICHED_STREAM',
  'LEDGER_TABLE',
  'REFERENCE_TABLE',
  'DATA_BUCKET',
  'GROUPS',
  'RUN',
]);
const logger = new Logger();
const watching = watch('enrich');
const { usage } = watching;
const geo = geoFile(process.env.GEO_DATABASE);
if (geo === undefined && pipeline.enrichments.some((e) => e.kind === 'geo'))
  logger.info('GEO_DATABASE names no .mmdb file: geo enrichments add nothing'); // a look-up adds what it can

export const handler = middy(
  onBatches(
    enrich({
      from: logStream({ stream: env.VALIDATED_STREAM, usage }),
      to: logStream({ stream: env.ENRICHED_STREAM, usage }),
      table: dynamoTable({ table: env.LEDGER_TABLE, usage }),
      rejected: s3Objects({ bucket: env.DATA_BUCKET, usage }),
      clock: systemClock,
      run: env.RUN,
      groups: Number(env.GROUPS),
      enrichments: pipeline.enrichments,
      lookups: {
        geo,
        agent: agentLookup(),
        reference: referenceLookup({
          table: dynamoTable({ table: env.REFERENCE_TABLE, usage }),
          clock: systemClock,
          columns: pipeline.references,
          remembered: rememberedTables(pipeline.sources),
        }),
      },
    }),
    logger,
    watching,
  ),
).use(injectLambdaContext(logger));
