// archive, results table -> a metric and a line of log. Once a day a sample of closed windows is computed again and compared with its rows.
import { Logger } from '@aws-lambda-powertools/logger';
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import middy from '@middy/core';
import { logStream } from '#log';
import { frames, pipeline } from '#pipeline';
import { dynamoTable } from '../../shared/aws/dynamo-table.ts';
import { s3Objects } from '../../shared/aws/s3-objects.ts';
import { settings } from '../../shared/aws/settings.ts';
import { agentLookup } from '../../shared/enrich/agent.ts';
import { geoFile } from '../../shared/enrich/geo.ts';
import { referenceLookup } from '../../shared/enrich/reference.ts';
import { rememberedTables } from '../../shared/enrich/remembered.ts';
import { watch } from '../../shared/metrics/watch.ts';
import { systemClock } from '../../shared/ports.ts';
import { verifySample } from '../../shared/steps/verify/sample.ts';
import { onSchedule } from '../../shared/trigger/schedule.ts';

const env = settings([
  'RAW_STREAM',
  'LEDGER_TABLE',
  'REFERENCE_TABLE',
  'RESULTS_TABLE',
  'DATA_BUCKET',
  'GROUPS',
  'RUN',
]);
const logger = new Logger();
const watching = watch('verify-sample');
const { usage } = watching;
/** What was decided a moment ago is on its way to the table. */
const ON_ITS_WAY = 3_000;

export const handler = middy(
  onSchedule(
    verifySample({
      raw: logStream({ stream: env.RAW_STREAM, usage }),
      objects: s3Objects({ bucket: env.DATA_BUCKET, usage }),
      table: dynamoTable({ table: env.LEDGER_TABLE, usage }),
      results: dynamoTable({ table: env.RESULTS_TABLE, usage }),
      clock: systemClock,
      run: env.RUN,
      groups: Number(env.GROUPS),
      pipeline,
      ...(frames !== null && { frames: frames(process.env, systemClock) }),
      lookups: {
        geo: geoFile(process.env.GEO_DATABASE),
        agent: agentLookup(),
        reference: referenceLookup({
          table: dynamoTable({ table: env.REFERENCE_TABLE, usage }),
          clock: systemClock,
          columns: pipeline.references,
          remembered: rememberedTables(pipeline.sources),
        }),
      },
      wait: () => new Promise((done) => setTimeout(done, ON_ITS_WAY)),
    }),
    logger,
    watching,
  ),
).use(injectLambdaContext(logger));
