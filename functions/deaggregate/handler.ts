// any stream -> single. One record for each event, for consumers outside that cannot take aggregates apart.
import { Logger } from '@aws-lambda-powertools/logger';
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import middy from '@middy/core';
import { logStream, onBatches } from '#log';
import { settings } from '../../shared/aws/settings.ts';
import { watch } from '../../shared/metrics/watch.ts';
import { deaggregate } from '../../shared/steps/deaggregate.ts';

const env = settings(['OUTPUT_STREAM']);
const logger = new Logger();
const watching = watch('deaggregate');
const { usage } = watching;

export const handler = middy(
  onBatches(deaggregate({ to: logStream({ stream: env.OUTPUT_STREAM, usage }) }), logger, watching),
).use(injectLambdaContext(logger));
