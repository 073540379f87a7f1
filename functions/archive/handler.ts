// raw -> S3. The bytes as they came, ticks too, and the family of the shards, for replay.
import { Logger } from '@aws-lambda-powertools/logger';
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import middy from '@middy/core';
import { logStream, onBatches } from '#log';
import { s3Objects } from '../../shared/aws/s3-objects.ts';
import { settings } from '../../shared/aws/settings.ts';
import { watch } from '../../shared/metrics/watch.ts';
import { archive } from '../../shared/steps/archive.ts';

const env = settings(['RAW_STREAM', 'DATA_BUCKET', 'RUN']);
const logger = new Logger();
const watching = watch('archive');
const { usage } = watching;

export const handler = middy(
  onBatches(
    archive({
      raw: logStream({ stream: env.RAW_STREAM, usage }),
      objects: s3Objects({ bucket: env.DATA_BUCKET, usage }),
      run: env.RUN,
    }),
    logger,
    watching,
  ),
).use(injectLambdaContext(logger));
