// enriched, refined -> staged rows. One ledger entry lists each batch, so that roll-up-lake shows every event once.
import { randomUUID } from 'node:crypto';
import { Logger } from '@aws-lambda-powertools/logger';
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import middy from '@middy/core';
import { logStream, onBatches } from '#log';
import { pipeline } from '#pipeline';
import { dynamoTable } from '../../shared/aws/dynamo-table.ts';
import { s3Objects } from '../../shared/aws/s3-objects.ts';
import { settings } from '../../shared/aws/settings.ts';
import { watch } from '../../shared/metrics/watch.ts';
import { systemClock } from '../../shared/ports.ts';
import type { LakeReads } from '../../shared/steps/lake/tables.ts';
import { writeLake } from '../../shared/steps/write-lake.ts';

const env = settings(['ENRICHED_STREAM', 'REFINED_STREAM', 'LEDGER_TABLE', 'DATA_BUCKET', 'GROUPS', 'RUN']);
const logger = new Logger();
const watching = watch('write-lake');
const { usage } = watching;

const from = (reads: LakeReads, stream: string) =>
  writeLake({
    plan: pipeline.plan,
    reads,
    from: logStream({ stream, usage }),
    table: dynamoTable({ table: env.LEDGER_TABLE, usage }),
    objects: s3Objects({ bucket: env.DATA_BUCKET, usage }),
    clock: systemClock,
    nonce: randomUUID,
    run: env.RUN,
    groups: Number(env.GROUPS),
  });
const enriched = from('enriched', env.ENRICHED_STREAM);
const refined = from('refined', env.REFINED_STREAM);

export const handler = middy(
  onBatches(
    (batch, budget) => (batch.stream === env.REFINED_STREAM ? refined : enriched)(batch, budget),
    logger,
    watching,
  ),
).use(injectLambdaContext(logger));
