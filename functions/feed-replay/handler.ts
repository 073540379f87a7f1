// archive, raw of another stage -> validated. Feeds a replay: the past of a live stage through the `validate` of a second run.
import { Logger } from '@aws-lambda-powertools/logger';
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import middy from '@middy/core';
import { logStream } from '#log';
import { frames, pipeline } from '#pipeline';
import { dynamoTable } from '../../shared/aws/dynamo-table.ts';
import { kinesisReader } from '../../shared/aws/live-reader.ts';
import { s3Objects } from '../../shared/aws/s3-objects.ts';
import { settings } from '../../shared/aws/settings.ts';
import { watch } from '../../shared/metrics/watch.ts';
import { systemClock } from '../../shared/ports.ts';
import { judgeOf, longestDelay } from '../../shared/steps/judge.ts';
import { feedFor } from '../../shared/steps/replay/feed-for.ts';
import { secondFeeder } from '../../shared/steps/replay/second-feeder.ts';
import { onSchedule } from '../../shared/trigger/schedule.ts';

const env = settings([
  'RAW_STREAM',
  'VALIDATED_STREAM',
  'LEDGER_TABLE',
  'DATA_BUCKET',
  'LIVE_LEDGER',
  'LIVE_BUCKET',
  'LIVE_RUN',
  'GROUPS',
  'RUN',
]);
const logger = new Logger();
const watching = watch('feed-replay');
const { usage } = watching;
const wait = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));

export const handler = middy(
  onSchedule(
    feedFor({
      begin: secondFeeder({
        raw: logStream({ stream: env.RAW_STREAM, usage }),
        live: kinesisReader({ stream: env.RAW_STREAM, usage }),
        archive: s3Objects({ bucket: env.LIVE_BUCKET, usage }),
        liveTable: dynamoTable({ table: env.LIVE_LEDGER, usage }),
        liveRun: env.LIVE_RUN,
        validated: logStream({ stream: env.VALIDATED_STREAM, usage }),
        table: dynamoTable({ table: env.LEDGER_TABLE, usage }),
        rejected: s3Objects({ bucket: env.DATA_BUCKET, usage }),
        judge: judgeOf(pipeline),
        delay: longestDelay(pipeline.plan.tables),
        plan: pipeline.plan,
        sources: pipeline.sources,
        ...(frames !== null && { frames: frames(process.env, systemClock) }),
        clock: systemClock,
        wait,
        run: env.RUN,
        groups: Number(env.GROUPS),
      }),
      wait,
    }),
    logger,
    watching,
  ),
).use(injectLambdaContext(logger));
