// refined -> event buses, topics, queues, delivery streams. Sends each row as a message, in the order of its key.
import { randomUUID } from 'node:crypto';
import { Logger } from '@aws-lambda-powertools/logger';
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import middy from '@middy/core';
import { logStream, onBatches } from '#log';
import { pipeline } from '#pipeline';
import { dynamoTable } from '../../shared/aws/dynamo-table.ts';
import { messageDestination } from '../../shared/aws/message-destination.ts';
import { s3Objects } from '../../shared/aws/s3-objects.ts';
import { settings } from '../../shared/aws/settings.ts';
import { alerts } from '../../shared/destinations/alerts.ts';
import { byName, MESSAGES, tablesOf } from '../../shared/destinations/tables-of.ts';
import { watch } from '../../shared/metrics/watch.ts';
import { systemClock } from '../../shared/ports.ts';
import { forward } from '../../shared/steps/sink/forward.ts';
import { routed } from '../../shared/steps/sink/route.ts';

const env = settings(['REFINED_STREAM', 'LEDGER_TABLE', 'DATA_BUCKET', 'GROUPS', 'RUN']);
const logger = new Logger();
const watching = watch('publish');
const { usage } = watching;
const table = dynamoTable({ table: env.LEDGER_TABLE, usage });
const tables = tablesOf(pipeline.plan, MESSAGES);
const destinations = new Map(
  tables.map((t) => {
    const destination = messageDestination(t);
    return [t.name, t.alert ? alerts({ table, run: env.RUN, destination }) : destination] as const;
  }),
);

export const handler = middy(
  onBatches(
    forward({
      stage: 'publish',
      tables: byName(tables),
      destination: routed('publish', destinations),
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
