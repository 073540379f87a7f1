// Destinations: the results table and the lake.
import { memoryStream } from '../../../shared/memory/stream.ts';
import { rollUpLake } from '../../../shared/steps/roll-up-lake.ts';
import { writeLake } from '../../../shared/steps/write-lake.ts';
import { writeTable } from '../../../shared/steps/write-table.ts';
import { seconds } from '../../../shared/time.ts';
import { lakeRows } from '../../steps/duck.ts';
import {
  asItIs,
  at,
  click,
  deliver,
  differs,
  failing,
  type Given,
  GROUPS,
  given,
  marks,
  plenty,
  put,
  RUN,
  type Schedule,
  SHARD,
  stoppingAt,
  stores,
  type Wrap,
  writes,
} from './given.ts';

const A = `${SHARD}/0`;
const TABLE = `CREATE TABLE tens (s TIMESTAMP(3), n BIGINT, PRIMARY KEY (s) NOT ENFORCED)
WITH ('connector' = 'dynamodb', 'millrace.lateness' = '60 s');
INSERT INTO tens SELECT window_start, COUNT(*) FROM TABLE(TUMBLE(TABLE clicks, DESCRIPTOR(t), INTERVAL '10' SECOND))
GROUP BY window_start, window_end;`;

const sink = (g: Given, wrap: Wrap = asItIs) =>
  writeTable({ tables: g.plan.tables, results: wrap(g.table), rejected: g.objects, run: RUN });
const countIn = (g: Given): unknown => {
  const item = g.table.items().find((i) => i.pk.startsWith('tens#'));
  return item === undefined ? undefined : JSON.parse(item.row as string).n;
};

/** A row of one click and its revision of two; the clock of the second decision stands back. */
const revised = async (): Promise<Given> => {
  const g = given(TABLE);
  const step = g.aggregate();
  const run = g.refine();
  await put(g.enriched, click(A, 1, '00:01'), ...marks(SHARD, 1, '00:20'));
  await deliver(step, g.enriched);
  await run.settle();
  g.clock.advance(-seconds(20));
  const from = g.enriched.read(SHARD, null).records.length;
  await put(g.enriched, click(A, 2, '00:02'), ...marks(SHARD, 2, '00:21'));
  await deliver(step, g.enriched, { from });
  await run.settle();
  return g;
};

/** Batches, and records of one batch, in any order: zombies and rewinds bring them so. */
const newest: Schedule = async () => {
  const [one, two] = [await revised(), await revised()];
  await deliver(sink(one), one.refined, { from: 1 });
  await deliver(sink(one), one.refined, { to: 1 });
  const records = two.refined.read(SHARD, null).records.toReversed();
  await sink(two)({ stream: 'refined', shard: SHARD, records }, plenty);
  return [...differs('two batches', countIn(one), 2), ...differs('one batch', countIn(two), 2)];
};

const undone: Schedule = async () => {
  const g = await revised();
  const { done } = await deliver(sink(g, failing(writes('tens#'), { times: 1 })), g.refined);
  await deliver(sink(g), g.refined, { from: done });
  return differs('the row', countIn(g), 2);
};

const LAKE = `CREATE TABLE lake (n BIGINT, t TIMESTAMP(3)) WITH ('connector' = 'filesystem', 'path' = 's3://lake/lake', 'format' = 'parquet');
INSERT INTO lake SELECT n, t FROM clicks;`;
const lakeOf = (g: Given) => ({
  stage: (wrap: Wrap = asItIs) =>
    writeLake({ ...g.common(wrap), reads: 'refined', from: memoryStream(g.refined), groups: GROUPS }),
  rollUp: (wrap: Wrap = asItIs) =>
    rollUpLake({
      ...g.common(wrap),
      streams: { enriched: memoryStream(g.enriched), refined: memoryStream(g.refined) },
    })(at('00:00'), plenty),
  numbers: async () => (await lakeRows(g.objects, 'lake', 'SELECT n FROM $files ORDER BY ALL')).map((r) => Number(r.n)),
});

/** Row n as transform writes it. */
const row = (g: Given, n: number, hour = '09') => {
  const id = g.plan.queries[0]?.id ?? '';
  const t = `2026-01-05T${hour}:00:01.000Z`;
  const event = { specversion: '1.0', id: `${id}|${n}`, source: `/millrace/${id}`, type: 'lake', time: t };
  const data = { n, t: '2026-01-05 09:00:01.000' };
  return { ...click(A, n, '00:01'), bytes: Buffer.from(JSON.stringify({ ...event, data })) };
};

/** A batch comes twice, a second sandbox has an old head, and a roll-up dies behind its decision. */
const once: Schedule = async () => {
  const g = given(LAKE);
  const { stage, rollUp, numbers } = lakeOf(g);
  const [first, second] = [stage(), stage()];
  await put(g.refined, row(g, 1));
  await deliver(first, g.refined);
  await deliver(second, g.refined);
  await put(g.refined, row(g, 2));
  await deliver(first, g.refined);
  await put(g.refined, row(g, 3));
  await deliver(second, g.refined, { from: 1 });
  await rollUp(failing(stores('lake/'))).catch(() => undefined);
  await rollUp();
  await rollUp();
  return differs('rows', await numbers(), [1, 2, 3]);
};

/** Both found the same entry new; another, of the next hour, came before one of them decides. */
const twoRollUps: Schedule = async () => {
  const g = given(LAKE);
  const { stage, rollUp, numbers } = lakeOf(g);
  await put(g.refined, row(g, 1));
  await deliver(stage(), g.refined);
  const stop = stoppingAt(writes('man#'));
  const slow = rollUp(stop.wrap);
  await stop.reached;
  await put(g.refined, row(g, 2, '10'));
  await deliver(stage(), g.refined);
  await rollUp();
  stop.go();
  await slow;
  await rollUp();
  return differs('rows', await numbers(), [1, 2]);
};

export const sinkSchedules = {
  'an older revision does not write over a newer one': newest,
  'a row whose write failed comes again': undone,
  'each row of the lake is shown once': once,
  'two roll-ups at once show each row once': twoRollUps,
} satisfies Readonly<Record<string, Schedule>>;
