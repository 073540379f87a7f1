// enriched, refined -> staged rows. One ledger entry lists each batch, so that roll-up-lake shows every event once.
import { randomUUID } from 'node:crypto';
import { Logger } from '@aws-lambda-powertools/logger';
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import middy from '@middy/core';
import { pipeline } from '#pipeline';
import { dynamoTable } from '../../shared/aws/dynamo-table.ts';
import { kinesisStream } from '../../shared/aws/kinesis-stream.ts';
import { s3Objects } from '../../shared/aws/s3-objects.ts';
import { settings } from '../../shared/aws/settings.ts';
import { systemClock } from '../../shared/ports.ts';
import type { LakeReads } from '../../shared/steps/lake/tables.ts';
import { writeLake } from '../../shared/steps/write-lake.ts';
import { onKinesis } from '../../shared/trigger/kinesis.ts';

const env = settings(['ENRICHED_STREAM', 'REFINED_STREAM', 'LEDGER_TABLE', 'DATA_BUCKET', 'GROUPS', 'RUN']);
const logger = new Logger();

const from = (reads: LakeReads, stream: string) =>
  writeLake({
    plan: pipeline.plan,
    reads,
    from: kinesisStream({ stream }),
    table: dynamoTable({ table: env.LEDGER_TABLE }),
    objects: s3Objects({ bucket: env.DATA_BUCKET }),
    clock: systemClock,
    nonce: randomUUID,
    run: env.RUN,
    groups: Number(env.GROUPS),
  });
const enriched = from('enriched', env.ENRICHED_STREAM);
const refined = from('refined', env.REFINED_STREAM);

export const handler = middy(
  onKinesis((batch, budget) => (batch.stream === env.REFINED_STREAM ? refined : enriched)(batch, budget), logger),
).use(injectLambdaContext(logger));
