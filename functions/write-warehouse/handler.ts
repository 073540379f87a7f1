// refined -> PostgreSQL, Aurora, Redshift. Writes each row by its key, a batch in one statement; the newest revision wins.
import { setTimeout } from 'node:timers/promises';
import { Logger } from '@aws-lambda-powertools/logger';
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import middy from '@middy/core';
import { onBatches } from '#log';
import { pipeline } from '#pipeline';
import { redshiftData } from '../../shared/aws/redshift-data.ts';
import { s3Objects } from '../../shared/aws/s3-objects.ts';
import { secretValue } from '../../shared/aws/secret.ts';
import { settings } from '../../shared/aws/settings.ts';
import { postgres } from '../../shared/destinations/postgres.ts';
import { postgresConnection, readLogin } from '../../shared/destinations/postgres-connection.ts';
import { redshift, redshiftPlace } from '../../shared/destinations/redshift.ts';
import { byName, REDSHIFT, shared, tablesOf, WAREHOUSE } from '../../shared/destinations/tables-of.ts';
import { watch } from '../../shared/metrics/watch.ts';
import { systemClock } from '../../shared/ports.ts';
import { routed } from '../../shared/steps/sink/route.ts';
import { upsert } from '../../shared/steps/sink/upsert.ts';

const env = settings(['WAREHOUSE_SECRET', 'DATA_BUCKET', 'RUN']);
const logger = new Logger();
const watching = watch('write-warehouse');
const name = process.env.AWS_LAMBDA_FUNCTION_NAME;
const login = secretValue({ secret: env.WAREHOUSE_SECRET, parse: readLogin, clock: systemClock });
const rejected = s3Objects({ bucket: env.DATA_BUCKET, usage: watching.usage });
const tables = tablesOf(pipeline.plan, WAREHOUSE);
const databases = shared(
  tables,
  (t) => t.options.url ?? '',
  (url, mine) => postgres(postgresConnection({ url, login, ...(name && { name }) }), mine, url),
);
const ofRedshift = tablesOf(pipeline.plan, REDSHIFT);
const warehouses = shared(
  ofRedshift,
  (t) => `${t.options.hostname} ${t.options['database-name']}`,
  (place, mine) =>
    redshift({
      api: redshiftData({ ...redshiftPlace(place), secret: env.WAREHOUSE_SECRET }),
      tables: mine,
      stage: rejected,
      prefix: `${env.RUN}/redshift/`,
      clock: systemClock,
      wait: setTimeout,
      name: place,
    }),
);

export const handler = middy(
  onBatches(
    upsert({
      stage: 'write-warehouse',
      tables: byName([...tables, ...ofRedshift]),
      destination: routed('the warehouse', new Map([...databases, ...warehouses])),
      rejected,
      run: env.RUN,
    }),
    logger,
    watching,
  ),
).use(injectLambdaContext(logger));
