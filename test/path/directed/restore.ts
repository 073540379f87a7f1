// A table that is brought back while what was sent since its instant stands on the streams and in the lake.
import { bringBack } from '../../../local/restore/bring-back.ts';
import { MemoryLog } from '../../../shared/memory/log.ts';
import { memoryStream } from '../../../shared/memory/stream.ts';
import { type MemoryTable, memoryTable } from '../../../shared/memory/table.ts';
import type { Source } from '../../../shared/pipeline.ts';
import type { Item } from '../../../shared/ports.ts';
import { aggregate } from '../../../shared/steps/aggregate/aggregate.ts';
import type { Reads } from '../../../shared/steps/aggregate/name.ts';
import { judgeOf, longestDelay } from '../../../shared/steps/judge.ts';
import { refine, SETTLE } from '../../../shared/steps/refine/refine.ts';
import { validate } from '../../../shared/steps/validate.ts';
import { minutes } from '../../../shared/time.ts';
import {
  at,
  CLICK,
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
  rowsOn,
  type Schedule,
  SHARD,
  sends,
  type Wrap,
} from './given.ts';
import { LAKE, lakeOf, row } from './lake.ts';

export const A = `${SHARD}/0`;
const TENS = `CREATE TABLE tens (s TIMESTAMP(3), n BIGINT, t TIMESTAMP(3), WATERMARK FOR t AS t) WITH ('connector' = 'kinesis');
INSERT INTO tens SELECT window_start, COUNT(*), window_time FROM TABLE(TUMBLE(TABLE clicks, DESCRIPTOR(t), INTERVAL '10' SECOND))
GROUP BY window_start, window_end, window_time;`;
const TWENTIES = `CREATE TABLE twenties (s TIMESTAMP(3), n BIGINT) WITH ('connector' = 'kinesis');
INSERT INTO twenties SELECT window_start, SUM(n) FROM TABLE(TUMBLE(TABLE tens, DESCRIPTOR(t), INTERVAL '20' SECOND))
GROUP BY window_start, window_end;`;

/** The table as of `items`, under a new name; the one in use until now is still there. */
export const backIn = async (g: Given, items: readonly Item[]): Promise<MemoryTable> => {
  const into = memoryTable('brought back');
  const { table, objects, clock, refined } = g;
  const newer = { table, items: () => table.items() };
  const records = () => refined.read(SHARD, null).records.map(({ data }) => data);
  await bringBack({ items, newer, refined: records, into, objects, run: RUN, now: clock.now() });
  return into;
};
export const on = (g: Given, table: MemoryTable): Given => ({ ...g, common: (wrap) => ({ ...g.common(wrap), table }) });

export const functions = (g: Given, raw = g.raw) => {
  const from = (reads: Reads) => memoryStream(reads === 'enriched' ? g.enriched : g.refined);
  return {
    count: (reads: Reads) => aggregate({ ...g.common((port) => port), reads, from: from(reads) }),
    decide: (reads: Reads, wrap: Wrap = (port) => port) => {
      const to = wrap(memoryStream(g.refined));
      const step = refine({ ...g.common((port) => port), reads, from: from(reads), raw: memoryStream(raw), to });
      return step([SETTLE], plenty);
    },
  };
};

/** A row was decided before the instant, and sent after it; the table that is brought back sends it once more. */
const decidedNotSent: Schedule = async () => {
  const g = given(TENS + TWENTIES);
  const before = functions(g);
  await put(g.enriched, click(A, 1, '00:01'), ...marks(SHARD, 1, '00:16'));
  await deliver(before.count('enriched'), g.enriched);
  await before.decide('enriched', failing(sends)).catch(() => undefined);
  const wasSent = rowsOn(g.refined);
  const instant = g.table.items();
  await before.decide('enriched');
  const sentSince = rowsOn(g.refined);

  const after = functions(on(g, await backIn(g, instant)));
  await after.decide('enriched');
  await put(g.enriched, ...marks(SHARD, 2, '00:41'));
  await deliver(after.count('enriched'), g.enriched);
  await after.decide('enriched');
  await deliver(after.count('refined'), g.refined);
  await after.decide('refined');
  const rows = rowsOn(g.refined).filter((r) => r.startsWith('twenties '));
  return [
    ...differs('sent before the instant', wasSent.length, 0),
    ...differs('sent after it', sentSince.length, 1),
    ...differs('rows', rows, ['twenties {"s":"2026-01-05 09:00:00.000","n":1}']),
  ];
};

const WEB: Source = {
  name: 'web',
  adapter: 'http',
  types: ['click.v1'],
  deduplicate: minutes(10),
  transport: 5_000,
  ticks: true,
  producer: 'any',
};

/** Two copies of an event, one in each shard. One passed after the instant, when the other shard was not read yet; then that one comes first. */
const otherCopyFirst: Schedule = async () => {
  const g = given(TENS);
  const raw = new MemoryLog('raw', { clock: g.clock, shards: 2 });
  const shards = raw.shards();
  for (const [i, { startHash }] of shards.entries())
    for (const [id, time] of [
      ['a', '00:01'],
      [`later ${i}`, '00:30'],
    ] as const) {
      const t = new Date(at(time)).toISOString();
      const event = { specversion: '1.0', id, source: '/web', type: 'click.v1', time: t, data: { k: 'k', n: 1, t } };
      raw.put({ partitionKey: 'k', hashKey: startHash, data: Buffer.from(JSON.stringify(event)) }, at(time));
    }
  const readAll = async (h: Given, order: readonly { readonly id: string }[]): Promise<void> => {
    const [{ plan }, streams] = [h, { raw: memoryStream(raw), validated: memoryStream(h.validated) }];
    const judge = judgeOf({ plan, types: { 'click.v1': CLICK } });
    const deps = { ...h.common((port) => port), ...streams, delay: longestDelay(plan.tables), sources: [WEB], judge };
    for (const { id } of order) await deliver(validate(deps), raw, { shard: id });
  };
  const instant = g.table.items();
  await readAll(g, shards.slice(0, 1));

  const h = on(g, await backIn(g, instant));
  await readAll(h, shards.toReversed());
  for (const { partitionKey, data } of g.validated.read(SHARD, null).records) g.enriched.put({ partitionKey, data });
  const { count, decide } = functions(h, raw);
  await deliver(count('enriched'), g.enriched);
  await decide('enriched');
  const rows = rowsOn(g.refined);
  return differs('rows', rows, ['tens {"s":"2026-01-05 09:00:00.000","n":1,"t":"2026-01-05 09:00:09.999"}']);
};

/** A decision before the instant, and one after it; the table that is brought back makes that one anew, for a query over queries too. */
const sameNumbers: Schedule = async () => {
  const g = given(TENS + TWENTIES);
  const before = functions(g);
  const count = async (f: ReturnType<typeof functions>) => {
    await deliver(f.count('enriched'), g.enriched);
    await f.decide('enriched');
    await deliver(f.count('refined'), g.refined);
    await f.decide('refined');
  };
  await put(g.enriched, click(A, 1, '00:01'), ...marks(SHARD, 1, '00:16'));
  await count(before);
  const instant = g.table.items();
  await put(g.enriched, click(A, 2, '00:21'), ...marks(SHARD, 2, '00:51'));
  await deliver(before.count('enriched'), g.enriched);
  await before.decide('enriched');
  await count(functions(on(g, await backIn(g, instant))));
  return differs(
    'rows',
    rowsOn(g.refined).filter((r) => r.startsWith('twenties ')),
    ['twenties {"s":"2026-01-05 09:00:00.000","n":1}', 'twenties {"s":"2026-01-05 09:00:20.000","n":1}'],
  );
};

/** After the instant two versions had a row each; the first version after it has both. */
const otherVersions: Schedule = async () => {
  const g = given(LAKE);
  const { stage, rollUp } = lakeOf(g);
  let instant: readonly Item[] = [];
  for (const n of [1, 2, 3]) {
    await put(g.refined, row(g, n));
    await deliver(stage(), g.refined, { from: n - 1 });
    await rollUp();
    if (n === 1) instant = g.table.items();
  }
  const after = lakeOf(on(g, await backIn(g, instant)));
  await deliver(after.stage(), g.refined, { from: 1 });
  await after.rollUp();
  return differs('rows', await after.numbers(), [1, 2, 3]);
};

export const restoreSchedules = {
  'what was decided before the instant and sent after it counts once': decidedNotSent,
  'numbers of decisions that were given up are not given out again': sameNumbers,
  'a copy that is read first after a restore does not pass beside the one that passed before': otherCopyFirst,
  'rows of the lake that were shown after the instant are shown once': otherVersions,
} satisfies Readonly<Record<string, Schedule>>;
