// refined -> Kafka topics of the user's. Appends each row as a record, in the order of its key.
import { randomUUID } from 'node:crypto';
import { Logger } from '@aws-lambda-powertools/logger';
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import middy from '@middy/core';
import { logStream, onBatches } from '#log';
import { pipeline } from '#pipeline';
import { dynamoTable } from '../../shared/aws/dynamo-table.ts';
import { s3Objects } from '../../shared/aws/s3-objects.ts';
import { settings } from '../../shared/aws/settings.ts';
import { byName, TOPICS, tablesOf } from '../../shared/destinations/tables-of.ts';
import { kafkaTopic } from '../../shared/kafka/topic.ts';
import { watch } from '../../shared/metrics/watch.ts';
import { systemClock } from '../../shared/ports.ts';
import { forward } from '../../shared/steps/sink/forward.ts';
import { routed } from '../../shared/steps/sink/route.ts';

const env = settings(['REFINED_STREAM', 'LEDGER_TABLE', 'DATA_BUCKET', 'GROUPS', 'RUN']);
const logger = new Logger();
const watching = watch('write-topic');
const { usage } = watching;
const tables = tablesOf(pipeline.plan, TOPICS);

export const handler = middy(
  onBatches(
    forward({
      stage: 'write-topic',
      tables: byName(tables),
      destination: routed('write-topic', new Map(tables.map((t) => [t.name, kafkaTopic(t)]))),
      from: logStream({ stream: env.REFINED_STREAM, usage }),
      table: dynamoTable({ table: env.LEDGER_TABLE, usage }),
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
