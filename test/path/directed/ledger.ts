// The ledger: floors, gaps, rows that fail.
import { ledger } from '../../../shared/steps/ledger/ledger.ts';
import { days, minutes } from '../../../shared/time.ts';
import {
  click,
  deliver,
  differs,
  failing,
  type Given,
  given,
  marks,
  put,
  rowsOn,
  type Schedule,
  SHARD,
  sends,
  stoppingAt,
  stores,
  writes,
} from './given.ts';

const COUNT = `CREATE TABLE tens (s TIMESTAMP(3), n BIGINT) WITH ('connector' = 'kinesis');
INSERT INTO tens SELECT window_start, COUNT(*) FROM TABLE(TUMBLE(TABLE clicks, DESCRIPTOR(t), INTERVAL '10' SECOND))
GROUP BY window_start, window_end;`;
const ten = (time: string, n: number): string => `tens {"s":"2026-01-05 09:${time}.000","n":${n}}`;
const A = `${SHARD}/0`;
const FN = 'aggregate/enriched';
const book = (g: Given) =>
  ledger({ table: g.table, objects: g.objects, clock: g.clock, nonce: g.nonce, run: '1', fn: FN });

/** The table deletes the entries up to one number, as their time to live says. */
export const expire = async (g: Given, upTo = Number.POSITIVE_INFINITY): Promise<void> => {
  for (const { pk, sk, n } of g.table.items())
    if (pk.startsWith('led#') && sk.startsWith('e#') && (n as number) <= upTo) await g.table.delete({ pk, sk });
};

/** Counts events, decides, and makes a snapshot six minutes later. */
const withSnapshot = async (): Promise<Given> => {
  const g = given(COUNT);
  const run = g.refine();
  await put(g.enriched, click(A, 1, '00:01'), ...marks(SHARD, 1, '00:02'));
  await deliver(g.aggregate(), g.enriched);
  await run.settle();
  g.clock.advance(minutes(6));
  await put(g.enriched, click(A, 2, '00:03'), ...marks(SHARD, 2, '00:04'));
  await deliver(g.aggregate(), g.enriched);
  await run.settle();
  return g;
};

const floors: Schedule = async () => {
  const g = await withSnapshot();
  await expire(g);
  // Everything comes again, with something new behind it.
  await put(g.enriched, click(A, 3, '00:05'), ...marks(SHARD, 3, '00:30'));
  await deliver(g.aggregate(), g.enriched);
  await g.refine().settle();
  return differs('rows', rowsOn(g.refined), [ten('00:00', 3)]);
};

const olderFloor: Schedule = async () => {
  const g = given(COUNT);
  const floor = (n: number) => ({ shard: SHARD, n, lanes: new Map(), through: String(n).padStart(56, '0') });
  await book(g).putFloor(floor(5));
  await book(g).putFloor(floor(3));
  return differs('the floor', (await book(g).newest(SHARD))?.n, 5);
};

/** A sandbox slept while another decided and made a snapshot; what it would read next has expired. */
const gap: Schedule = async () => {
  const g = given(COUNT);
  const [sleeper, other] = [g.refine(), g.refine()];
  const step = g.aggregate();
  await put(g.enriched, click(A, 1, '00:01'), ...marks(SHARD, 1, '00:02'));
  await deliver(step, g.enriched);
  await sleeper.settle();
  g.clock.advance(minutes(6));
  await put(g.enriched, click(A, 2, '00:03'), ...marks(SHARD, 2, '00:04'));
  await deliver(step, g.enriched);
  await put(g.enriched, click(A, 3, '00:04'), ...marks(SHARD, 3, '00:05'));
  await deliver(step, g.enriched);
  await other.settle();
  await expire(g, 2);
  await put(g.enriched, ...marks(SHARD, 4, '00:30'));
  await deliver(step, g.enriched);
  await sleeper.settle();
  return differs('rows', rowsOn(g.refined), [ten('00:00', 3)]);
};

const failsHalf: Schedule = async () => {
  const g = given(`${COUNT}
CREATE TABLE sums (n BIGINT, v BIGINT) WITH ('connector' = 'kinesis');
INSERT INTO sums SELECT COUNT(*), SUM(CAST(x AS BIGINT)) FROM TABLE(TUMBLE(TABLE clicks, DESCRIPTOR(t), INTERVAL '10' SECOND))
GROUP BY window_start, window_end;`);
  await put(
    g.enriched,
    click(A, 1, '00:01', { x: '7' }),
    click(A, 2, '00:02', { x: 'seven' }),
    ...marks(SHARD, 2, '00:30'),
  );
  await deliver(g.aggregate(), g.enriched);
  await g.refine().settle();
  return [
    ...differs('rows', rowsOn(g.refined), ['sums {"n":1,"v":7}', ten('00:00', 2)]),
    ...differs('rejected', (await g.lines('rejected')).length, 1),
  ];
};

/** A put of an entry is answered by nothing, and the sandbox dies; the successor reads the newest entry. */
const lateInEntry: Schedule = async () => {
  const g = given(COUNT);
  await put(g.enriched, ...marks(SHARD, 1, '00:30'));
  await deliver(g.aggregate(), g.enriched);
  await put(g.enriched, click(A, 2, '00:01'), ...marks(SHARD, 2, '00:31'));
  // After the entry was put nothing else can be written any more: the sandbox is gone.
  let gone = false;
  const dies = failing(
    (method, args) => {
      if (gone) return true;
      gone = writes('led#')(method, args);
      return gone;
    },
    { after: true },
  );
  await deliver(g.aggregate('enriched', dies), g.enriched, { from: 4 }).catch(() => undefined);
  await deliver(g.aggregate(), g.enriched, { from: 4 });
  await g.refine().settle();
  return differs('late', (await g.lines('late')).length, 1);
};

/** Two sandboxes fold different batches into one number; the loser's object must not stand for the winner's. */
const objects: Schedule = async () => {
  const g = given(`CREATE TABLE tens (x STRING, n BIGINT) WITH ('connector' = 'kinesis');
INSERT INTO tens SELECT x, COUNT(*) FROM TABLE(TUMBLE(TABLE clicks, DESCRIPTOR(t), INTERVAL '10' SECOND)) GROUP BY x, window_start, window_end;`);
  const { hash } = await import('node:crypto');
  const wide = (from: number, n: number) =>
    Array.from({ length: n }, (_, i) => click(A, from + i, '00:01', { x: hash('sha512', String(from + i)) }));
  await put(g.enriched, ...wide(1, 400));
  await put(g.enriched, ...wide(401, 400), ...marks(SHARD, 801, '00:30'));
  const stop = stoppingAt(stores('/p/'));
  const slow = deliver(g.aggregate('enriched', stop.wrap), g.enriched, { to: 1 });
  await stop.reached;
  await deliver(g.aggregate(), g.enriched);
  stop.go();
  await slow;
  await g.refine().settle();
  return differs('rows', rowsOn(g.refined).length, 800);
};

/** The table deletes what is over in any order: an old entry still stands when the newest is gone. */
const oldEntryStands: Schedule = async () => {
  const g = await withSnapshot();
  g.clock.advance(days(40));
  for (const { pk, sk, n } of g.table.items())
    if (pk.startsWith('led#') && sk.startsWith('e#') && n !== 1) await g.table.delete({ pk, sk });
  await put(g.enriched, click(A, 3, '00:05'), ...marks(SHARD, 3, '00:30'));
  await deliver(g.aggregate(), g.enriched);
  await g.refine().settle();
  return differs('rows', rowsOn(g.refined), [ten('00:00', 3)]);
};

/** The sandbox dies behind the decision that names a snapshot; then the entries expire. */
const floorFirst: Schedule = async () => {
  const g = given(COUNT);
  const dying = failing(sends);
  const run = g.refine('enriched', dying);
  await put(g.enriched, click(A, 1, '00:01'), ...marks(SHARD, 1, '00:02'));
  await deliver(g.aggregate(), g.enriched);
  await run.settle();
  g.clock.advance(minutes(6));
  await put(g.enriched, click(A, 2, '00:03'), ...marks(SHARD, 2, '00:17'));
  await deliver(g.aggregate(), g.enriched);
  await run.settle().catch(() => undefined);
  await expire(g);
  await put(g.enriched, click(A, 3, '00:15'), ...marks(SHARD, 3, '00:30'));
  await deliver(g.aggregate(), g.enriched);
  await g.refine().settle();
  return differs('rows', rowsOn(g.refined), [ten('00:00', 2), ten('00:10', 1)]);
};

/** Nothing comes for weeks after the last decision: its entries go into a snapshot before they expire. */
const lastEntries: Schedule = async () => {
  const g = await withSnapshot();
  const run = g.refine();
  await put(g.enriched, click(A, 3, '00:05'), ...marks(SHARD, 3, '00:06'));
  await deliver(g.aggregate(), g.enriched);
  await run.settle();
  g.clock.advance(minutes(10));
  await run.wake();
  await expire(g);
  const from = g.enriched.read(SHARD, null).records.length;
  await put(g.enriched, ...marks(SHARD, 4, '00:30'));
  await deliver(g.aggregate(), g.enriched, { from });
  await g.refine().settle();
  return differs('rows', rowsOn(g.refined), [ten('00:00', 3)]);
};

export const ledgerSchedules = {
  'an expired entry that still stands hides no floor': oldEntryStands,
  'floors stand before the snapshot that needs them': floorFirst,
  'the last entries before a silence come into a snapshot': lastEntries,
  'an idle shard goes on where it stood after its entries expired': floors,
  'an older snapshot does not move a floor back': olderFloor,
  'a memory whose next entries expired starts from the snapshot': gap,
  'a row that one aggregate cannot take counts in none': failsHalf,
  'a late event outlives the sandbox that counted it': lateInEntry,
  'a loser’s object does not stand for the winner’s': objects,
} satisfies Readonly<Record<string, Schedule>>;
