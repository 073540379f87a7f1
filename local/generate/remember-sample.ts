// Writes events/remember.json: what `validated` holds when the changes of events/validate-dms.json have gone through
// the real `validate` of test/pipelines/sources. `node local/generate/remember-sample.ts`, then `npm run format`
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { kinesisEvent } from '../poller/event.ts';
import { startHere } from '../run/here.ts';
import { loadPipeline } from '../run/load-pipeline.ts';
import { functionPool } from '../sandbox/pool.ts';
import { LOCAL_ACCOUNT, streamArn } from '../template/intrinsics.ts';
import { DEFAULTS } from './generate.ts';

const REGION = 'us-east-1';
const ROOT = resolve(import.meta.dirname, '../..');
const { path } = await loadPipeline(join(ROOT, 'test/pipelines/sources'), ROOT);
const here = await startHere({ root: ROOT, keepAll: true, clock: { now: () => DEFAULTS.start } });
try {
  const fn = here.template.functions.find((f) => f.name === 'validate');
  if (fn === undefined) throw new Error('serverless.yml has no function validate');
  const pool = functionPool(fn, { root: ROOT, pipeline: path, aws: here.aws, log: () => {} });
  await pool.invoke(JSON.parse(readFileSync(join(ROOT, 'events/validate-dms.json'), 'utf8')));
  const log = here.stream('ValidatedStream');
  const [shard] = log.shards();
  if (shard === undefined) throw new Error('validated has no shard');
  const stream = here.name('ValidatedStream');
  const event = kinesisEvent(log.read(shard.id, null).records, {
    shard: shard.id,
    arn: streamArn(REGION, stream),
    region: REGION,
    roleArn: `arn:aws:iam::${LOCAL_ACCOUNT}:role/millrace-dev-remember`,
  });
  writeFileSync(join(ROOT, 'events/remember.json'), `${JSON.stringify(event, null, 2)}\n`);
} finally {
  await here.close();
}
