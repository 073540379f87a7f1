// A deploy that adds a query in the middle.
import { unpackInner } from '../../../shared/lanes/block.ts';
import { memoryStream } from '../../../shared/memory/stream.ts';
import { compileSql } from '../../../shared/query/compile.ts';
import { aggregate } from '../../../shared/steps/aggregate/aggregate.ts';
import { refine, SETTLE } from '../../../shared/steps/refine/refine.ts';
import { transform } from '../../../shared/steps/transform.ts';
import { days, minutes } from '../../../shared/time.ts';
import {
  asItIs,
  CLICKS,
  click,
  deliver,
  differs,
  type Given,
  given,
  mark,
  marks,
  plenty,
  put,
  rowsOn,
  type Schedule,
  SHARD,
} from './given.ts';

const A = `${SHARD}/0`;
const TENS = `CREATE TABLE tens (s TIMESTAMP(3), n BIGINT, t TIMESTAMP(3), WATERMARK FOR t AS t) WITH ('connector' = 'kinesis');
INSERT INTO tens SELECT window_start, COUNT(*), window_time FROM TABLE(TUMBLE(TABLE clicks, DESCRIPTOR(t), INTERVAL '10' SECOND))
GROUP BY window_start, window_end, window_time;`;
const TWENTIES = `CREATE TABLE twenties (s TIMESTAMP(3), n BIGINT) WITH ('connector' = 'kinesis');
INSERT INTO twenties SELECT window_start, SUM(n) FROM TABLE(TUMBLE(TABLE tens, DESCRIPTOR(t), INTERVAL '20' SECOND))
GROUP BY window_start, window_end;`;
const BIG = `CREATE TABLE big (n BIGINT, t TIMESTAMP(3), WATERMARK FOR t AS t) WITH ('connector' = 'kinesis');
INSERT INTO big SELECT n, t FROM clicks;`;
const BIG_TENS = `CREATE TABLE big_tens (s TIMESTAMP(3), n BIGINT) WITH ('connector' = 'kinesis');
INSERT INTO big_tens SELECT window_start, COUNT(*) FROM TABLE(TUMBLE(TABLE big, DESCRIPTOR(t), INTERVAL '10' SECOND))
GROUP BY window_start, window_end;`;

/**
 * The functions on `refined` had only queries over queries, whose snapshot knows no lane of `raw`. A deploy adds a query over a topic
 * of transform, and a decision is made before anything of it was read.
 */
const firstOverTopic: Schedule = async () => {
  const g = given(TENS + TWENTIES);
  const [first, again] = [g.refine(), g.refine('refined')];
  let read = 0;
  const counted = async (n: number, clock: string, time: string): Promise<void> => {
    const from = g.enriched.read(SHARD, null).records.length;
    await put(g.enriched, click(A, n, time), ...marks(SHARD, n, clock));
    await deliver(g.aggregate(), g.enriched, { from });
    await first.settle();
    await deliver(g.aggregate('refined'), g.refined, { from: read });
    read = g.refined.read(SHARD, null).records.length;
    await again.settle();
  };
  await counted(1, '00:21', '00:01');
  g.clock.advance(minutes(6));
  await counted(2, '00:41', '00:22');

  const files = [CLICKS + TENS + TWENTIES, BIG, BIG_TENS].map((text, i) => ({
    path: i === 0 ? 'q.sql' : `q${i}.sql`,
    text,
  }));
  const { plan } = compileSql(files, { types: ['click.v1'] });
  const deps = { ...g.common(asItIs), plan };
  const stream = { reads: 'refined', from: memoryStream(g.refined) } as const;
  const decide = refine({ ...deps, ...stream, raw: memoryStream(g.raw), to: memoryStream(g.refined) });
  const again2 = aggregate({ ...deps, ...stream });
  await put(g.enriched, click(A, 3, '00:42'), ...marks(SHARD, 3, '01:01'));
  await deliver(g.aggregate(), g.enriched, { from: g.enriched.read(SHARD, null).records.length - 4 });
  await first.settle();
  await deliver(again2, g.refined, { from: read });
  read = g.refined.read(SHARD, null).records.length;
  await decide([SETTLE], plenty);
  const from = g.enriched.read(SHARD, null).records.length;
  await put(g.enriched, click(A, 4, '01:05'), ...marks(SHARD, 4, '01:20'));
  await deliver(transform({ ...deps, from: memoryStream(g.enriched), to: memoryStream(g.refined) }), g.enriched, {
    from,
  });
  await deliver(again2, g.refined, { from: read });
  await decide([SETTLE], plenty);
  const rows = rowsOn(g.refined).filter((r) => r.startsWith('big_tens '));
  return differs('rows', rows, ['big_tens {"s":"2026-01-05 09:01:00.000","n":1}']);
};

const EACH = `CREATE TABLE each_k (s TIMESTAMP(3), n BIGINT) WITH ('connector' = 'kinesis');
INSERT INTO each_k SELECT window_start, COUNT(*) FROM TABLE(TUMBLE(TABLE clicks, DESCRIPTOR(t), INTERVAL '10' SECOND))
GROUP BY window_start, window_end;`;
const withEach = () => {
  const files = [
    { path: 'q.sql', text: CLICKS + TENS },
    { path: 'each.sql', text: EACH },
  ];
  return compileSql(files, { types: ['click.v1'] }).plan;
};
/** `table start count`, `partial` where it says so, of everything that was sent. */
const sent = (g: Given, table: string): readonly string[] =>
  g.refined
    .read(SHARD, null)
    .records.flatMap((r) => {
      const unpacked = unpackInner(r.data);
      return unpacked.ok ? unpacked.items : [];
    })
    .flatMap((i) => (i.kind === 'event' ? [JSON.parse(Buffer.from(i.bytes).toString())] : []))
    .filter((row) => row.type === table)
    .map(({ data, partial }) => `${data.s.slice(11, 19)} ${data.n}${partial === true ? ' partial' : ''}`)
    .sort();

/** An hour of clicks from 9 on, as minutes and seconds; marks follow. */
const batchOf = (g: Given, plan: Given['plan']) => {
  const step = aggregate({ ...g.common(asItIs), plan, reads: 'enriched', from: memoryStream(g.enriched) });
  return async (n: number, clock: string, ...times: readonly string[]): Promise<void> => {
    const from = g.enriched.read(SHARD, null).records.length;
    await put(g.enriched, ...times.map((t, i) => click(A, n * 10 + i, t)), ...marks(SHARD, n * 10 + 9, clock));
    await deliver(step, g.enriched, { from });
  };
};
const deciding = (g: Given, plan: Given['plan']) => {
  const streams = {
    reads: 'enriched',
    from: memoryStream(g.enriched),
    raw: memoryStream(g.raw),
    to: memoryStream(g.refined),
  } as const;
  const step = refine({ ...g.common(asItIs), plan, ...streams });
  return () => step([SETTLE], plenty);
};

/** Half a window came before the deploy; a later one came after it, an hour is long enough. */
const added: Schedule = async () => {
  const g = given(TENS);
  const plan = withEach();
  const [before, decideBefore] = [batchOf(g, g.plan), deciding(g, g.plan)];
  await before(1, '00:03', '00:01');
  await decideBefore();
  const [after, decide] = [batchOf(g, plan), deciding(g, plan)];
  await after(2, '00:04', '00:03');
  await decide();
  await after(3, '00:20', '00:18');
  await decide();
  await after(4, '30:20', '30:01');
  await decide();
  await after(5, '31:00');
  await decide();
  return differs('each_k', sent(g, 'each_k'), ['09:00:00 1 partial', '09:00:10 1 partial', '09:30:00 1']);
};

/** The new plan knows no `each_k`; a run of the old one decides once more, in the middle and at the end. */
const leftOut: Schedule = async () => {
  const g = given(TENS);
  const plan = withEach();
  const [before, decideBefore] = [batchOf(g, plan), deciding(g, plan)];
  await before(1, '00:20', '00:01', '00:12');
  await decideBefore();
  await batchOf(g, g.plan)(2, '00:40', '00:18');
  await decideBefore();
  return differs('each_k', sent(g, 'each_k'), ['09:00:00 1', '09:00:10 1 partial']);
};

/** Raw was split days ago, when no query with windows was there to count its end. */
const firstOfAll: Schedule = async () => {
  const g = given(BIG, { retention: days(1) });
  const head = g.head();
  await deliver(head, g.raw);
  g.raw.put({ partitionKey: 'tick', data: new Uint8Array() });
  await deliver(head, g.raw);
  g.raw.updateShardCount(2);
  const children = g.raw.shards().filter((s) => !s.closed);
  for (const s of children) {
    g.raw.put({ partitionKey: 'tick', hashKey: s.startHash, data: new Uint8Array() });
    await deliver(head, g.raw, { shard: s.id });
  }
  await put(g.enriched, ...marks(SHARD, 1, '00:01'));
  await deliver(g.aggregate(), g.enriched);
  g.clock.advance(days(3));

  const plan = withEach();
  const step = aggregate({ ...g.common(asItIs), plan, reads: 'enriched', from: memoryStream(g.enriched) });
  const from = g.enriched.read(SHARD, null).records.length;
  const [low, high] = children.map((s) => s.id) as [string, string];
  const halves = [0, 1].flatMap((group) => [
    mark(`${low}/${group}`, 9, '00:40'),
    mark(`${high}/${group + 2}`, 9, '00:40'),
  ]);
  await put(g.enriched, click(`${low}/0`, 5, '00:11'), ...halves);
  await deliver(step, g.enriched, { from });
  await deciding(g, plan)();
  return differs('each_k', sent(g, 'each_k').length, 1);
};

export const deploySchedules = {
  'the first query of all waits for no shard whose end is long past': firstOfAll,
  'rows of a query that was added are marked until all that they count was shown to it': added,
  'rows of a query that a run of the plan before left out are marked': leftOut,
  'the first query over a topic waits for the raw shards that there are': firstOverTopic,
} satisfies Readonly<Record<string, Schedule>>;
