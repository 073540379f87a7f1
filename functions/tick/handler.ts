// schedule -> raw. A tick for each open raw shard; `validate` decides whether it moves time on.
import { Logger } from '@aws-lambda-powertools/logger';
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import middy from '@middy/core';
import { logStream } from '#log';
import { settings } from '../../shared/aws/settings.ts';
import { watch } from '../../shared/metrics/watch.ts';
import { tick } from '../../shared/steps/tick.ts';
import { onSchedule } from '../../shared/trigger/schedule.ts';

const env = settings(['RAW_STREAM']);
const logger = new Logger();
const watching = watch('tick');
const { usage } = watching;

export const handler = middy(
  onSchedule(tick({ raw: logStream({ stream: env.RAW_STREAM, usage }) }), logger, watching),
).use(injectLambdaContext(logger));
