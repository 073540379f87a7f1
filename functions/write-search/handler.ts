// refined -> OpenSearch. Indexes each row by its key with its revision as version; the newest wins.
import { Logger } from '@aws-lambda-powertools/logger';
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import middy from '@middy/core';
import { onBatches } from '#log';
import { pipeline } from '#pipeline';
import { s3Objects } from '../../shared/aws/s3-objects.ts';
import { settings } from '../../shared/aws/settings.ts';
import { signedRequest } from '../../shared/aws/signed-request.ts';
import { search } from '../../shared/destinations/search.ts';
import { byName, SEARCH, shared, tablesOf } from '../../shared/destinations/tables-of.ts';
import { watch } from '../../shared/metrics/watch.ts';
import { routed } from '../../shared/steps/sink/route.ts';
import { upsert } from '../../shared/steps/sink/upsert.ts';

const env = settings(['DATA_BUCKET', 'RUN']);
const logger = new Logger();
const watching = watch('write-search');
const tables = tablesOf(pipeline.plan, SEARCH);
/** Collections of OpenSearch Serverless are called so, and sign as a service of their own. */
const isCollection = (host: string): boolean => /\.aoss\.amazonaws\.com$/.test(new URL(host).hostname);
const destinations = shared(
  tables,
  (t) => t.options.hosts ?? '',
  (host, mine) => search(signedRequest({ host, service: isCollection(host) ? 'aoss' : 'es' }), mine, host),
);

export const handler = middy(
  onBatches(
    upsert({
      stage: 'write-search',
      tables: byName(tables),
      destination: routed('search', destinations),
      rejected: s3Objects({ bucket: env.DATA_BUCKET, usage: watching.usage }),
      run: env.RUN,
    }),
    logger,
    watching,
  ),
).use(injectLambdaContext(logger));
