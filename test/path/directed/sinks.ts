import { writeTable } from '../../../shared/steps/write-table.ts';
import { seconds } from '../../../shared/time.ts';
import {
  asItIs,
  click,
  deliver,
  differs,
  failing,
  type Given,
  given,
  marks,
  plenty,
  put,
  RUN,
  type Schedule,
  SHARD,
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

export const sinkSchedules = {
  'an older revision does not write over a newer one': newest,
  'a row whose write failed comes again': undone,
} satisfies Readonly<Record<string, Schedule>>;
