// Rows that a table sent after the instant to which it is brought back, and that its successor never decides: they must not stand.
import { memoryStream } from '../../../shared/memory/stream.ts';
import type { Item } from '../../../shared/ports.ts';
import { refine, SETTLE } from '../../../shared/steps/refine/refine.ts';
import {
  click,
  deliver,
  differs,
  type Given,
  given,
  marks,
  plenty,
  put,
  rowsOn,
  type Schedule,
  SHARD,
  sends,
  stoppingAt,
  type Wrap,
  writes,
} from './given.ts';
import { A, backIn, functions, on } from './restore.ts';

const SINGLES = `CREATE TABLE singles (k STRING, s TIMESTAMP(3), n BIGINT, PRIMARY KEY (k, s) NOT ENFORCED)
WITH ('connector' = 'dynamodb', 'millrace.lateness' = '60 s');
INSERT INTO singles SELECT k, window_start, COUNT(*) FROM TABLE(TUMBLE(TABLE clicks, DESCRIPTOR(t), INTERVAL '10' SECOND))
GROUP BY k, window_start, window_end HAVING COUNT(*) < 2;`;
const SUMS = `CREATE TABLE sums (k STRING, m BIGINT, PRIMARY KEY (k) NOT ENFORCED)
WITH ('connector' = 'dynamodb', 'millrace.ttl' = '1 h');
INSERT INTO sums SELECT k, SUM(n) FROM clicks GROUP BY k;`;

const count = (g: Given) => deliver(functions(g).count('enriched'), g.enriched);
const decide = (g: Given) => functions(g).decide('enriched');

/** A window had one click when it was decided, after the instant; a late one came before the table that was brought back decides it. */
const sentOnce = async (old: (g: Given) => Promise<() => Promise<unknown>>): Promise<readonly [Given, Given]> => {
  const g = given(SINGLES);
  const instant: readonly Item[] = [];
  await put(g.enriched, click(A, 1, '00:01'), ...marks(SHARD, 1, '00:16'));
  await count(g);
  const goOn = await old(g);
  await put(g.enriched, click(A, 2, '00:02'), ...marks(SHARD, 2, '00:17'));
  const h = on(g, await backIn(g, instant));
  await goOn();
  await count(h);
  await decide(h);
  return [g, h];
};

const neverAgain: Schedule = async () => {
  let sent: readonly string[] = [];
  const [g] = await sentOnce(async (before) => {
    await decide(before);
    sent = rowsOn(before.refined);
    return async () => undefined;
  });
  return [...differs('sent after the instant', sent.length, 1), ...differs('rows', rowsOn(g.refined), [])];
};

/** What stands is taken back by the first decision alone. */
const onlyOnce: Schedule = async () => {
  const g = given(SINGLES);
  await put(g.enriched, click(A, 1, '00:01'), ...marks(SHARD, 1, '00:16'));
  await count(g);
  await decide(g);
  const h = on(g, await backIn(g, []));
  await count(h);
  await decide(h);
  await put(g.enriched, click(A, 2, '00:31'), ...marks(SHARD, 2, '00:46'));
  await count(h);
  await decide(h);
  return differs('rows', rowsOn(g.refined), [
    'singles {"k":"k","s":"2026-01-05 09:00:00.000","n":1}',
    'singles {"k":"k","s":"2026-01-05 09:00:30.000","n":1}',
  ]);
};

const refining = (g: Given, wrap: Wrap) => {
  const [from, raw, to] = [memoryStream(g.enriched), memoryStream(g.raw), wrap(memoryStream(g.refined))];
  return refine({ ...g.common(wrap), reads: 'enriched', from, raw, to })([SETTLE], plenty);
};

/** A run of the old table stops at a call, and goes on when another table is in use. */
const outlives = async (picks: Parameters<typeof stoppingAt>[0]): Promise<readonly string[]> => {
  const [g] = await sentOnce(async (before) => {
    const stop = stoppingAt(picks);
    const run = refining(before, stop.wrap).catch(() => undefined);
    await stop.reached;
    return () => {
      stop.go();
      return run;
    };
  });
  return rowsOn(g.refined);
};
const decidesTooLate: Schedule = async () => differs('rows', await outlives(writes('man#')), []);
const sendsTooLate: Schedule = async () => differs('rows', await outlives(sends), []);

/** The sum goes up and down again: who sees both at once has nothing to say. */
const upAndDown: Schedule = async () => {
  const g = given(SUMS);
  await put(g.enriched, click(A, 1, '00:01', { n: 1 }));
  await count(g);
  await decide(g);
  const instant = g.table.items();
  await put(g.enriched, click(A, 2, '00:02', { n: 4 }));
  await count(g);
  await decide(g);
  const sent = rowsOn(g.refined);
  await put(g.enriched, click(A, 3, '00:03', { n: -4 }));
  const h = on(g, await backIn(g, instant));
  await count(h);
  await decide(h);
  return [
    ...differs('sent after the instant', sent, ['sums {"k":"k","m":5}']),
    ...differs('rows', rowsOn(g.refined), ['sums {"k":"k","m":1}']),
  ];
};

export const takenBackSchedules = {
  'a row that was sent after the instant and is never decided again is taken back': neverAgain,
  'rows are taken back by the first decision after a restore alone': onlyOnce,
  'a run of a table that was given up decides nothing': decidesTooLate,
  'what a table that was given up has decided and not sent is taken back too': sendsTooLate,
  'a running key that comes back to what it was at the instant is sent once more': upAndDown,
} satisfies Readonly<Record<string, Schedule>>;
