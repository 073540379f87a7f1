// Destinations: the lake. Its rows are read by DuckDB, which shares no code with what writes them.
import { Fault } from '../../../shared/faults.ts';
import { memoryStream } from '../../../shared/memory/stream.ts';
import { rollUpLake } from '../../../shared/steps/roll-up-lake.ts';
import { writeLake } from '../../../shared/steps/write-lake.ts';
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
  plenty,
  put,
  type Schedule,
  SHARD,
  stoppingAt,
  stores,
  type Wrap,
  writes,
} from './given.ts';

const A = `${SHARD}/0`;
export const LAKE = `CREATE TABLE lake (n BIGINT, t TIMESTAMP(3)) WITH ('connector' = 'filesystem', 'path' = 's3://lake/lake', 'format' = 'parquet');
INSERT INTO lake SELECT n, t FROM clicks;`;
export const lakeOf = (g: Given) => ({
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
export const row = (g: Given, n: number, hour = '09') => {
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

/** A roll-up dies at each of its writes in turn; the next ones make good what it left. */
const diesAnywhere: Schedule = async () => {
  const problems: string[] = [];
  for (let skip = 0; skip < 6; skip++) {
    const g = given(LAKE);
    const { stage, rollUp, numbers } = lakeOf(g);
    await put(g.refined, row(g, 1), row(g, 2, '10'));
    await deliver(stage(), g.refined);
    const anyWrite = (name: string) => name === 'put' || name === 'update';
    await rollUp(failing(anyWrite, { times: 1, skip })).catch(() => undefined);
    await put(g.refined, row(g, 3));
    await deliver(stage(), g.refined, { from: 1 });
    await rollUp();
    await rollUp();
    problems.push(...differs(`rows after a death at write ${skip}`, await numbers(), [1, 2, 3]));
  }
  return problems;
};

/** Rows by revision, one that must go, one that is no event: each has its place, and no other is lost by it. */
const strange: Schedule = async () => {
  const g = given(LAKE);
  const { stage, rollUp, numbers } = lakeOf(g);
  const gone = { ...row(g, 2) };
  const event = JSON.parse(Buffer.from(gone.bytes).toString());
  await put(
    g.refined,
    row(g, 1),
    { ...gone, bytes: Buffer.from(JSON.stringify({ ...event, deleted: true })) },
    { ...row(g, 3), bytes: Buffer.from(JSON.stringify({ ...event, id: 'x', time: 'noon' })) },
    row(g, 4),
  );
  const broken = await deliver(stage(failing(stores('rejected/'), { times: 9 })), g.refined).catch(() => ({ done: 0 }));
  await deliver(stage(), g.refined, { from: broken.done });
  await rollUp();
  const rejected = (await g.lines('rejected')).map((l) => String(l.position).slice(0, 56));
  return [...differs('rows', await numbers(), [1, 4]), ...differs('rejected', rejected.map(Number), [3])];
};

/** An entry is gone before it was shown: the line stops, and says so. */
const hole: Schedule = async () => {
  const g = given(LAKE);
  const { stage, rollUp } = lakeOf(g);
  for (const n of [1, 2]) {
    await put(g.refined, row(g, n));
    await deliver(stage(), g.refined, { from: n - 1 });
  }
  const first = g.table.items().find((i) => i.pk.startsWith('led#') && i.sk.startsWith('e#'));
  if (first !== undefined) await g.table.delete({ pk: first.pk, sk: first.sk });
  const told = await rollUp().then(
    () => 'nothing',
    (error: unknown) => (error instanceof Fault ? error.code : String(error)),
  );
  return differs('told', told, 'ledger.gap');
};

export const lakeSchedules = {
  'each row of the lake is shown once': once,
  'two roll-ups at once show each row once': twoRollUps,
  'a roll-up may die at any write': diesAnywhere,
  'rows that must go and rows that are none leave the others of the lake alone': strange,
  'a hole in the entries of the lake is told': hole,
} satisfies Readonly<Record<string, Schedule>>;
