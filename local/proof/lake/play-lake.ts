// A lake for other readers: shop events through the real functions under seeded faults, then compacted while calls fail. What readers by
// the catalog see is copied to DIR/before and DIR/after, what the input says to DIR/expected.json.
//   node local/proof/lake/play-lake.ts DIR [--seed N] [--events N]
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { glueCatalog } from '../../../shared/aws/glue-catalog.ts';
import { manualClock } from '../../../shared/memory/clock.ts';
import type { Objects } from '../../../shared/ports.ts';
import { compactLake } from '../../../shared/steps/compact-lake.ts';
import { END_OF_TIME, hours, minutes } from '../../../shared/time.ts';
import { generate } from '../../generate/generate.ts';
import { seededFaults } from '../../run/faults/seeded.ts';
import { startHere } from '../../run/here.ts';
import { inputEvents } from '../../run/input.ts';
import { endOfInput, load } from '../../run/load.ts';
import { loadPipeline, loadReferences } from '../../run/load-pipeline.ts';
import { play } from '../../run/play.ts';
import { objectsHere, tableHere, withEnv } from '../../run/ports-here.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { seed: { type: 'string', default: '7' }, events: { type: 'string', default: '8000' } },
});
const [out = ''] = positionals;
const seed = Number(values.seed);
const root = resolve(import.meta.dirname, '../../..');
const TABLE = 'order_events';
const DDL = `
CREATE TABLE ${TABLE} (order_id STRING, store STRING, quantity INT, total DECIMAL(12, 2), ordered_at TIMESTAMP(3),
  WATERMARK FOR ordered_at AS ordered_at - INTERVAL '10' SECOND)
WITH ('connector' = 'filesystem', 'path' = 's3://lake/${TABLE}', 'format' = 'parquet', 'millrace.type' = 'order.v1');
`;

mkdirSync(out, { recursive: true });
const dir = join(out, 'pipeline');
cpSync(join(root, 'pipeline/schemas'), join(dir, 'schemas'), { recursive: true });
writeFileSync(join(dir, 'tables.sql'), DDL);
const input = join(out, 'in.ndjson');
const lines = [...generate({ kind: 'shop', seed, events: Number(values.events), rate: 0.3, disorder: 5_000 })];
writeFileSync(input, lines.join('\n'));

type Order = { readonly type: string; readonly data: { readonly order_id: string; readonly total: number } };
const orders = lines.map((line) => JSON.parse(line) as Order).filter((e) => e.type === 'order.v1');
const cents = orders.reduce((sum, { data }) => sum + Math.round(data.total * 100), 0);
const expected = { rows: orders.length, cents, ids: new Set(orders.map((o) => o.data.order_id)).size };

/** Of 100 calls so many fail, half of them once they are done. */
const FAILING = 4;
let state = seed;
const dice = (): number => {
  state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
  return (state >>> 8) % 200;
};
let struck = 0;
const failing = <T extends object>(port: T): T =>
  new Proxy(port, {
    get(target, name) {
      const method: unknown = Reflect.get(target, name);
      if (typeof method !== 'function') return method;
      return async (...args: unknown[]) => {
        const drawn = dice();
        if (drawn < FAILING) throw new Error(`the proof refuses call ${++struck}`);
        const answer: unknown = await method.apply(target, args);
        if (drawn < 2 * FAILING) throw new Error(`the proof loses the answer of call ${++struck}`);
        return answer;
      };
    },
  });

const { compiled, path, pipeline } = await loadPipeline(dir, root);
const faults = seededFaults(seed);
const now = Date.parse('2026-02-01T00:00:00Z');
const here = await startHere({
  root,
  params: { catalog: 'on' },
  shards: 3,
  keepAll: true,
  hooks: faults.hooks,
  clock: faults.clocks.arrivals,
});
try {
  await loadReferences(here, compiled);
  const raw = here.stream('RawStream');
  const { arrival } = await load(
    raw,
    inputEvents({ path: input, table: null, type: null }, pipeline, now, { untyped: 0 }),
    now,
  );
  endOfInput(raw, arrival, END_OF_TIME);
  const player = play({ here, root, pipeline: path, faults, log: () => {} });
  player.start(false);
  await player.drain(() => {});
  await faults.end();
  await player.stop();

  const [objects, table] = [objectsHere(here), tableHere(here, 'LedgerTable')];
  const database = 'millrace_dev';
  const bucket = here.name('DataBucket');
  const foldersOf = (): readonly string[] =>
    [...(here.glue?.locations(database, TABLE).values() ?? [])].map((l) => l.slice(`s3://${bucket}/`.length));
  const copied = async (to: string, from: Objects): Promise<number> => {
    const keys: string[] = [];
    for (const folder of foldersOf()) keys.push(...(await from.list(folder)).map((f) => f.key));
    for (const key of keys) {
      mkdirSync(dirname(join(out, to, key)), { recursive: true });
      writeFileSync(join(out, to, key), (await from.get(key)) ?? new Uint8Array());
    }
    return keys.length;
  };
  const before = await copied('before', objects);

  const clock = manualClock(Date.now() + hours(3));
  const compact = withEnv(here.aws, () =>
    compactLake({
      plan: pipeline.plan,
      table: failing(table),
      objects: failing(objects),
      catalog: failing(glueCatalog({ database, bucket, clock })),
      clock,
      run: '1',
    }),
  );
  let failed = 0;
  for (let round = 0; round < 12; round++) {
    await compact(0, { remainingMs: () => minutes(15) }).catch(() => void failed++);
    clock.advance(minutes(40));
  }
  const after = await copied('after', objects);
  const partitions = foldersOf().length;
  writeFileSync(join(out, 'expected.json'), JSON.stringify(expected));
  process.stdout.write(
    `${expected.rows} orders in ${partitions} hours: ${before} files, then ${after}; ${struck} calls failed, ${failed} of 12 runs\n`,
  );
  if (after !== partitions || before <= after || struck === 0)
    throw new Error('the lake was not compacted under faults');
} finally {
  await here.close();
}
