// metrics -> shards. Gives each stream the shards that its load needs, within bounds and with a pause between changes.
import { Logger } from '@aws-lambda-powertools/logger';
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import middy from '@middy/core';
import { dynamoTable } from '../../shared/aws/dynamo-table.ts';
import { settings } from '../../shared/aws/settings.ts';
import { streamLoads } from '../../shared/aws/stream-loads.ts';
import { streamScaler } from '../../shared/aws/stream-scaler.ts';
import { watch } from '../../shared/metrics/watch.ts';
import { systemClock } from '../../shared/ports.ts';
import { scale } from '../../shared/steps/scale/scale.ts';
import { scaleSettings } from '../../shared/steps/scale/settings.ts';
import { onSchedule } from '../../shared/trigger/schedule.ts';

const env = settings([
  'RAW_STREAM',
  'VALIDATED_STREAM',
  'ENRICHED_STREAM',
  'REFINED_STREAM',
  'LEDGER_TABLE',
  'GROUPS',
  'SCALE_MIN',
  'SCALE_MAX',
  'SCALE_PAUSE',
]);
const logger = new Logger();
const watching = watch('scale');
const streams = [env.RAW_STREAM, env.VALIDATED_STREAM, env.ENRICHED_STREAM, env.REFINED_STREAM];

export const handler = middy(
  onSchedule(
    scale({
      streams: streams.map((stream) => streamScaler({ stream })),
      loads: streamLoads(),
      table: dynamoTable({ table: env.LEDGER_TABLE, usage: watching.usage }),
      clock: systemClock,
      settings: scaleSettings({
        groups: env.GROUPS,
        min: env.SCALE_MIN,
        max: env.SCALE_MAX,
        pauseMinutes: env.SCALE_PAUSE,
      }),
      say: (message, fields) => logger.info(message, { ...fields }),
    }),
    logger,
    watching,
  ),
).use(injectLambdaContext(logger));
