// Messages: each once, none left out, one for a breach and one for its end.
import { alerts } from '../../../shared/destinations/alerts.ts';
import { memoryStream } from '../../../shared/memory/stream.ts';
import { memoryTable } from '../../../shared/memory/table.ts';
import type { Destination, RowOutcome, SinkRow } from '../../../shared/steps/sink/destination.ts';
import { STORED } from '../../../shared/steps/sink/destination.ts';
import { forward } from '../../../shared/steps/sink/forward.ts';
import {
  click,
  deliver,
  differs,
  type Given,
  GROUPS,
  given,
  marks,
  noWait,
  put,
  RUN,
  type Schedule,
  SHARD,
} from './given.ts';

const A = `${SHARD}/0`;
const TABLE = `CREATE TABLE tens (s TIMESTAMP(3), n BIGINT) WITH ('connector' = 'sqs', 'queue-url' = 'https://sqs.eu-north-1.amazonaws.com/123456789012/q');
INSERT INTO tens SELECT window_start, COUNT(*) FROM TABLE(TUMBLE(TABLE clicks, DESCRIPTOR(t), INTERVAL '10' SECOND))
GROUP BY window_start, window_end;`;

/** A queue that fails the entries that `fails` picks, and says so. */
const queue = (fails: (call: number, at: number) => boolean = () => false) => {
  const taken: string[] = [];
  let calls = 0;
  const destination: Destination = {
    name: 'the queue',
    most: { rows: 10, bytes: 1_000_000 },
    atOnce: 1,
    async write(rows) {
      calls++;
      return rows.map((r, i): RowOutcome => {
        if (fails(calls, i)) return { kind: 'retry', cause: 'InternalError' };
        taken.push(r.row === null ? 'end' : String(JSON.parse(r.row).s).slice(14, 19));
        return STORED;
      });
    },
  };
  return { destination, taken };
};
const sink = (g: Given, destination: Destination) =>
  forward({
    ...g.common((port) => port),
    stage: 'publish',
    tables: new Map(g.plan.tables.filter((t) => t.connector === 'sqs').map((t) => [t.name, t])),
    destination,
    from: memoryStream(g.refined),
    groups: GROUPS,
    patience: noWait,
  });

/** Three windows of one click each, decided one after the other. */
const three = async (): Promise<Given> => {
  const g = given(TABLE);
  const step = g.aggregate();
  const run = g.refine();
  for (const n of [1, 2, 3]) {
    const from = g.enriched.read(SHARD, null).records.length;
    await put(g.enriched, click(A, n, `00:${n}1`), ...marks(SHARD, n, `00:${n}9`));
    await deliver(step, g.enriched, { from });
    await run.settle();
  }
  await put(g.enriched, ...marks(SHARD, 9, '05:00'));
  await deliver(step, g.enriched, { from: g.enriched.read(SHARD, null).records.length - GROUPS });
  await run.settle();
  return g;
};
const ALL = ['00:10', '00:20', '00:30'];

/** Batches go to one sandbox and another by turns, and come again to both. */
const once: Schedule = async () => {
  const g = await three();
  const q = queue();
  const [one, two] = [sink(g, q.destination), sink(g, q.destination)];
  const count = g.refined.read(SHARD, null).records.length;
  for (let i = 0; i < count; i++) await deliver(i % 2 === 0 ? one : two, g.refined, { from: i, to: i + 1 });
  await deliver(one, g.refined);
  await deliver(two, g.refined, { from: 1 });
  return differs('messages', q.taken, ALL);
};

/** The second of three entries fails: at first, and to the end of an invocation. */
const partly: Schedule = async () => {
  const [briefly, long] = [await three(), await three()];
  const some = queue((call, at) => call === 1 && at === 1);
  await deliver(sink(briefly, some.destination), briefly.refined);
  const q = queue((call, at) => (call === 1 && at === 1) || call === 2);
  const { done } = await deliver(sink(long, q.destination), long.refined);
  await deliver(sink(long, q.destination), long.refined, { from: done });
  return [
    ...differs('messages', [...some.taken].sort(), ALL),
    ...differs('messages, the function begun again', [...new Set(q.taken)].sort(), ALL),
  ];
};

/** Every row is refused, and time runs short behind the first two; what the invocation answered is lost, so its batch comes whole again. */
const refusedInParts: Schedule = async () => {
  const g = await three();
  let left = 100;
  const destination: Destination = {
    name: 'the queue',
    most: { rows: 1, bytes: 1_000_000 },
    atOnce: 1,
    async write(rows) {
      left -= 45;
      return rows.map((): RowOutcome => ({ kind: 'reject', rule: 'destination.refused', cause: 'too long' }));
    },
  };
  const records = g.refined.read(SHARD, null).records;
  const batch = { stream: g.refined.name, shard: SHARD, records };
  await sink(g, destination)(batch, { remainingMs: () => left });
  const before = (await g.lines('rejected')).length;
  left = 10_000;
  await sink(g, destination)(batch, { remainingMs: () => left });
  const rows = new Set((await g.lines('rejected')).map((l) => `${l.shard} ${l.position}`));
  return [...differs('rows kept aside at first', before, 2), ...differs('rows kept aside', rows.size, 3)];
};

const row = (n: number, breaches: boolean): SinkRow => ({
  table: 't',
  key: '["k"]',
  id: `q|k|${n}`,
  source: '/q',
  time: '',
  version: String(n).padStart(4, '0'),
  row: breaches ? `{"s":"2026-01-05 09:00:${n}0"}` : null,
  early: false,
  arrival: 0,
});
/** Five windows: quiet, breach, breach, quiet, quiet; each comes again, and the first three once more at the end. */
const turns: Schedule = async () => {
  const q = queue();
  const told = alerts({ table: memoryTable('ledger'), run: RUN, destination: q.destination });
  const rows = [false, true, true, false, false].map((breaches, n) => row(n, breaches));
  for (const r of [...rows.flatMap((x) => [x, x]), ...rows.slice(0, 3)]) await told.write([r]);
  return differs('alerts', q.taken, ['00:10', 'end']);
};

export const messageSchedules = {
  'a message is sent once, whichever sandbox reads its batch': once,
  'entries that failed are sent again, alone': partly,
  'rows refused of a batch that was sent in part stay kept aside when the rest is': refusedInParts,
  'a breach is told once, and its end': turns,
} satisfies Readonly<Record<string, Schedule>>;
