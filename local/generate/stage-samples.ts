// Writes events/ for the functions behind `validate`: what their streams and queues hold when sample traffic has gone through the real
// functions here. A new function gets its sample by running it
// again, then `npm run format`; with --all the others are written anew: `node local/generate/stage-samples.ts [--all]`
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { END_OF_TIME } from '../../shared/time.ts';
import { kinesisEvent } from '../poller/event.ts';
import { startHere } from '../run/here.ts';
import { inputEvents } from '../run/input.ts';
import { endOfInput, load } from '../run/load.ts';
import { loadPipeline, loadReferences } from '../run/load-pipeline.ts';
import { play } from '../run/play.ts';
import { LOCAL_ACCOUNT, streamArn } from '../template/intrinsics.ts';
import { readTemplate } from '../template/read-template.ts';
import type { FunctionTemplate } from '../template/template.ts';
import { DEFAULTS, generate } from './generate.ts';
import { sampleEvents } from './sample-events.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const PARAMS = { deaggregate: 'enriched' };
const REGION = 'us-east-1';
/** Records of a sample, and how large they may be together. */
const MOST = { records: 4, bytes: 12_000 };
const LEAST = 600;
const NOW = DEFAULTS.start + 3_600_000;

const written = sampleEvents();

/** Sample traffic through all functions. @returns the records of each stream */
const streamsOf = async () => {
  const { compiled, path, pipeline } = await loadPipeline(join(ROOT, 'pipeline'), ROOT);
  const here = await startHere({ root: ROOT, params: PARAMS, keepAll: true });
  const dir = mkdtempSync(join(tmpdir(), 'millrace-samples-'));
  const file = join(dir, 'in.ndjson');
  writeFileSync(file, [...generate({ kind: 'shop', seed: 1, events: 80, rate: 0.2 })].join('\n'));
  try {
    await loadReferences(here, compiled);
    const raw = here.stream('RawStream');
    const { arrival } = await load(
      raw,
      inputEvents({ path: file, table: null, type: null }, pipeline, NOW, { untyped: 0 }),
      NOW,
    );
    endOfInput(raw, arrival, END_OF_TIME);
    const player = play({ here, root: ROOT, pipeline: path, faults: null, log: () => {} });
    player.start(false);
    await player.drain(() => {});
    await player.stop();
    return new Map(
      here.kinesis.kinesis.names().map((name) => {
        const log = here.kinesis.kinesis.log(name);
        const [shard] = log.shards();
        return [
          name,
          { shard: shard?.id ?? '', records: shard === undefined ? [] : log.read(shard.id, null).records },
        ] as const;
      }),
    );
  } finally {
    await here.close();
    rmSync(dir, { recursive: true });
  }
};

const streams = await streamsOf();
const template = readTemplate({ root: ROOT, params: PARAMS, env: {} });

const eventFor = (fn: FunctionTemplate): unknown => {
  const [trigger] = fn.triggers;
  switch (trigger?.kind) {
    case 'stream': {
      const { shard, records } = streams.get(trigger.stream) ?? { shard: '', records: [] };
      let bytes = 0;
      const some = records
        .filter((r) => r.data.length > LEAST) // controls alone say little
        .slice(0, MOST.records)
        .filter((r, i) => {
          bytes += r.data.length;
          return i === 0 || bytes <= MOST.bytes;
        });
      const roleArn = `arn:aws:iam::${LOCAL_ACCOUNT}:role/${fn.fullName}`;
      return kinesisEvent(some, { shard, arn: streamArn(REGION, trigger.stream), region: REGION, roleArn });
    }
    case 'queue': {
      const text = JSON.stringify(written.refine);
      return JSON.parse(text.replaceAll('millrace-dev-refine', trigger.queue));
    }
    case 'schedule':
      return JSON.parse(JSON.stringify(written.tick).replaceAll('millrace-dev-tick', fn.fullName));
    default:
      return undefined;
  }
};

for (const fn of template.functions) {
  const file = join(ROOT, 'events', `${fn.name}.json`);
  if (Object.hasOwn(written, fn.name) || (existsSync(file) && !process.argv.includes('--all'))) continue;
  const event = eventFor(fn);
  if (event === undefined) continue;
  writeFileSync(file, `${JSON.stringify(event, null, 2)}\n`);
  process.stdout.write(`events/${fn.name}.json written\n`);
}
