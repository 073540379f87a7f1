// refined -> endpoints of the user's. Posts each row, signed, in the order of its key.
import { randomUUID } from 'node:crypto';
import { Logger } from '@aws-lambda-powertools/logger';
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import middy from '@middy/core';
import { logStream, onBatches } from '#log';
import { pipeline } from '#pipeline';
import { dynamoTable } from '../../shared/aws/dynamo-table.ts';
import { s3Objects } from '../../shared/aws/s3-objects.ts';
import { secretValue } from '../../shared/aws/secret.ts';
import { settings } from '../../shared/aws/settings.ts';
import { alerts } from '../../shared/destinations/alerts.ts';
import { guardedPost } from '../../shared/destinations/guarded-post.ts';
import { byName, tablesOf, WEBHOOKS } from '../../shared/destinations/tables-of.ts';
import { readKeys, webhook } from '../../shared/destinations/webhook.ts';
import { watch } from '../../shared/metrics/watch.ts';
import { systemClock } from '../../shared/ports.ts';
import { forward } from '../../shared/steps/sink/forward.ts';
import { routed } from '../../shared/steps/sink/route.ts';

const env = settings([
  'WEBHOOK_SECRET',
  'WEBHOOK_PRIVATE',
  'REFINED_STREAM',
  'LEDGER_TABLE',
  'DATA_BUCKET',
  'GROUPS',
  'RUN',
]);
const logger = new Logger();
const watching = watch('call-webhook');
const { usage } = watching;
const table = dynamoTable({ table: env.LEDGER_TABLE, usage });
const tables = tablesOf(pipeline.plan, WEBHOOKS);
const secrets = secretValue({ secret: env.WEBHOOK_SECRET, parse: readKeys, clock: systemClock });
const open = env.WEBHOOK_PRIVATE === 'allowed';
/** Inside a network of one's own a receiver may know the function's name. */
const agent = open ? `millrace fn/${process.env.AWS_LAMBDA_FUNCTION_NAME}` : 'Millrace';
const post = guardedPost({ open, agent });
const endpoints = webhook({ tables, secrets, post, clock: systemClock });
const told = alerts({ table, run: env.RUN, destination: endpoints });

export const handler = middy(
  onBatches(
    forward({
      stage: 'call-webhook',
      tables: byName(tables),
      destination: routed('call-webhook', new Map(tables.map((t) => [t.name, t.alert ? told : endpoints]))),
      from: logStream({ stream: env.REFINED_STREAM, usage }),
      table,
      rejected: s3Objects({ bucket: env.DATA_BUCKET, usage }),
      clock: systemClock,
      nonce: randomUUID,
      run: env.RUN,
      groups: Number(env.GROUPS),
    }),
    logger,
    watching,
  ),
).use(injectLambdaContext(logger));
