// Decisions: two runs at once, deaths on the way, memories, snapshots, chains.
import { hash } from 'node:crypto';
import { unpackJson } from '../../../shared/fold/pack.ts';
import { RING } from '../../../shared/lanes/ring.ts';
import { minutes, seconds } from '../../../shared/time.ts';
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
  twoContents,
  writes,
} from './given.ts';
import { expire } from './ledger.ts';

/** @param lateness in seconds */
const count = (lateness = 0, having = ''): string => `
CREATE TABLE tens (s TIMESTAMP(3), n BIGINT, t TIMESTAMP(3), WATERMARK FOR t AS t) WITH ('connector' = 'kinesis', 'millrace.lateness' = '${lateness} s');
INSERT INTO tens SELECT window_start, COUNT(*), window_time FROM TABLE(TUMBLE(TABLE clicks, DESCRIPTOR(t), INTERVAL '10' SECOND))
GROUP BY window_start, window_end, window_time ${having};`;
const TWENTIES = `
CREATE TABLE twenties (s TIMESTAMP(3), n BIGINT) WITH ('connector' = 'kinesis');
INSERT INTO twenties SELECT window_start, SUM(n) FROM TABLE(TUMBLE(TABLE tens, DESCRIPTOR(t), INTERVAL '20' SECOND))
GROUP BY window_start, window_end;`;
const counts = (g: Given, table = 'tens'): readonly string[] =>
  rowsOn(g.refined)
    .filter((r) => r.startsWith(`${table} `))
    .map((r) => {
      const { s, n } = JSON.parse(r.slice(table.length + 1)) as { s: string; n: number };
      return `${s.slice(14, 19)} ${n}`;
    });
const A = `${SHARD}/0`;

/** Puts clicks and marks as one batch, and counts it. */
const batch = async (g: Given, n: number, clock: string, ...times: readonly string[]): Promise<void> => {
  const from = g.enriched.read(SHARD, null).records.length;
  await put(g.enriched, ...times.map((t, i) => click(A, n * 10 + i, t)), ...marks(SHARD, n * 10 + 9, clock));
  await deliver(g.aggregate(), g.enriched, { from });
};

const tombstone: Schedule = async () => {
  const g = given(count(60, 'HAVING COUNT(*) < 2'));
  const run = g.refine();
  await batch(g, 1, '00:20', '00:01');
  await run.settle();
  const before = counts(g);
  await batch(g, 2, '00:21', '00:02');
  await run.settle();
  return [...differs('at first', before, ['00:00 1']), ...differs('revised', counts(g), [])];
};

const leaves: Schedule = async () => {
  const g = given(count());
  const run = g.refine();
  await batch(g, 1, '00:02', '00:01');
  await run.settle();
  g.clock.advance(minutes(6));
  await batch(g, 2, '00:20');
  await run.settle();
  const name = g.objects.keys().find((k) => k.includes('/snap/')) ?? '';
  const snapshot = unpackJson((await g.objects.get(name)) ?? new Uint8Array()) as {
    p: Record<string, { p: { k: unknown[] } }>;
  };
  return differs(
    'keys held',
    Object.values(snapshot.p).flatMap((q) => q.p.k),
    [],
  );
};

/** Rows and marks of one decision: the chain needs no other. */
const oneDecision: Schedule = async () => {
  const g = given(count() + TWENTIES);
  await batch(g, 1, '00:50', '00:01');
  await g.refine().settle();
  await deliver(g.aggregate('refined'), g.refined);
  await g.refine('refined').settle();
  return differs('the chain', counts(g, 'twenties'), ['00:00 1']);
};

const ownWatermark: Schedule = async () => {
  const g = given(`${count() + TWENTIES}
CREATE TABLE slow_clicks (n BIGINT, t TIMESTAMP(3), WATERMARK FOR t AS t - INTERVAL '10' MINUTE)
WITH ('connector' = 'kinesis', 'millrace.type' = 'click.v1');
CREATE TABLE slow (s TIMESTAMP(3), n BIGINT, t TIMESTAMP(3), WATERMARK FOR t AS t) WITH ('connector' = 'kinesis');
CREATE TABLE slower (s TIMESTAMP(3), n BIGINT) WITH ('connector' = 'kinesis');
INSERT INTO slow SELECT window_start, COUNT(*), window_time FROM TABLE(TUMBLE(TABLE slow_clicks, DESCRIPTOR(t), INTERVAL '10' SECOND))
GROUP BY window_start, window_end, window_time;
INSERT INTO slower SELECT window_start, SUM(n) FROM TABLE(TUMBLE(TABLE slow, DESCRIPTOR(t), INTERVAL '20' SECOND))
GROUP BY window_start, window_end;`);
  await batch(g, 1, '00:50', '00:01');
  await g.refine().settle();
  await deliver(g.aggregate('refined'), g.refined);
  await g.refine('refined').settle();
  return [
    ...differs('the fast chain', counts(g, 'twenties'), ['00:00 1']),
    ...differs('the slow chain', counts(g, 'slower'), []),
  ];
};

/** Refine has read the parent; then parent and children commit; then it reads the children. */
const barrier: Schedule = async () => {
  const g = given(count());
  const step = g.aggregate();
  await put(g.enriched, click(A, 1, '00:01'), ...marks(SHARD, 1, '00:02'));
  await deliver(step, g.enriched);
  const before = g.enriched.read(SHARD, null).records.length;
  await put(g.enriched, click(A, 2, '00:03'));
  const [left, right] = g.enriched.split(SHARD, RING / 2n).map((s) => s.id) as [string, string];
  await put(g.enriched, ...marks(SHARD, 3, '00:30'));
  await g.refine().settle();
  const stop = stoppingAt((method, args) => method === 'query' && String(args[0]).endsWith(left));
  const slow = g.refine('enriched', stop.wrap).settle();
  await stop.reached;
  await deliver(step, g.enriched, { from: before });
  for (const shard of [left, right]) await deliver(step, g.enriched, { shard });
  stop.go();
  await slow;
  await g.refine().settle();
  return differs('rows', counts(g), ['00:00 2']);
};

const ahead: Schedule = async () => {
  const g = given(count());
  const stop = stoppingAt((method, args) => writes('man#')(method, args) && (args[0] as { v?: unknown }).v === 2);
  const [sleeper, other] = [g.refine(), g.refine('enriched', stop.wrap)];
  await batch(g, 1, '00:30', '00:01');
  await other.settle();
  await sleeper.wake();
  await batch(g, 2, '00:31');
  const deciding = other.settle();
  await stop.reached;
  await batch(g, 3, '00:32', '00:02');
  await sleeper.wake();
  stop.go();
  await deciding;
  await batch(g, 4, '00:33');
  await sleeper.settle();
  return differs('late', (await g.lines('late')).length, 1);
};

/** Two runs find different counts due under the same number. */
const twoRuns: Schedule = async () => {
  const g = given(count(60));
  const stop = stoppingAt(writes('man#'));
  await batch(g, 1, '00:20', '00:01');
  const slow = g.refine('enriched', stop.wrap).settle();
  await stop.reached;
  await batch(g, 2, '00:21', '00:02');
  await g.refine().settle();
  stop.go();
  await slow;
  await g.refine().settle();
  return [...differs('rows', counts(g), ['00:00 2']), ...twoContents(g.refined)];
};

/** The manifest's put fails before its effect, and nobody knows. */
const notDecided: Schedule = async () => {
  const g = given(count(60));
  await batch(g, 1, '00:20', '00:01');
  await g.refine('enriched', failing(writes('man#'), { times: 1 })).settle();
  await batch(g, 2, '00:21', '00:02');
  await g.refine().settle();
  return [...differs('rows', counts(g), ['00:00 2']), ...twoContents(g.refined)];
};

/** The sandbox dies behind its decision, before it sent rows or late events. */
const diedSending: Schedule = async () => {
  const g = given(count());
  await batch(g, 1, '00:20', '00:01');
  await g
    .refine('enriched', failing(sends))
    .settle()
    .catch(() => undefined);
  await g.refine().settle();
  const rows = counts(g);
  await batch(g, 2, '00:21', '00:02');
  await g
    .refine('enriched', failing(stores('late/')))
    .settle()
    .catch(() => undefined);
  await g.refine().settle();
  return [...differs('rows', rows, ['00:00 1']), ...differs('late', (await g.lines('late')).length, 1)];
};

/** One run is about to say `sent`; another sends the same, decides the next, and dies before it sends that. */
const sentOfOther: Schedule = async () => {
  const g = given(count());
  const stop = stoppingAt(writes('man#', 'update'));
  await batch(g, 1, '00:20', '00:01');
  const slow = g.refine('enriched', stop.wrap).settle();
  await stop.reached;
  await batch(g, 2, '00:30', '00:12');
  await g
    .refine('enriched', failing(sends, { skip: 1 }))
    .settle()
    .catch(() => undefined);
  stop.go();
  await slow;
  await g.refine().settle();
  return differs('rows', counts(g), ['00:00 1', '00:10 1']);
};

/** So many rows that they lie in an object; who loses the decision stores its rows last. */
const outbox: Schedule = async () => {
  const g =
    given(`CREATE TABLE each_x (x STRING, n BIGINT) WITH ('connector' = 'kinesis', 'millrace.lateness' = '60 s');
INSERT INTO each_x SELECT x, COUNT(*) FROM TABLE(TUMBLE(TABLE clicks, DESCRIPTOR(t), INTERVAL '10' SECOND)) GROUP BY x, window_start, window_end;`);
  const all = (n: number) =>
    Array.from({ length: 400 }, (_, i) => click(A, n + i, '00:01', { x: hash('sha512', String(i)) }));
  await put(g.enriched, ...all(1), ...marks(SHARD, 500, '00:20'));
  await deliver(g.aggregate(), g.enriched);
  const stop = stoppingAt(stores('/out/'));
  const slow = g.refine('enriched', stop.wrap).settle();
  await stop.reached;
  const from = g.enriched.read(SHARD, null).records.length;
  await put(g.enriched, ...all(501), ...marks(SHARD, 999, '00:21'));
  await deliver(g.aggregate(), g.enriched, { from });
  await g
    .refine('enriched', failing(sends))
    .settle()
    .catch(() => undefined);
  stop.go();
  await slow;
  await g.refine().settle();
  const rows = rowsOn(g.refined);
  return [
    ...differs('rows', rows.length, 400),
    ...differs('counted twice', rows.filter((r) => r.endsWith('"n":2}')).length, 400),
  ];
};

/** A snapshot, then a decision without one; a cold start in the middle of a window. */
const coldStart: Schedule = async () => {
  const g = given(count());
  const run = g.refine();
  await batch(g, 1, '00:01', '00:00');
  await run.settle();
  g.clock.advance(minutes(6));
  await batch(g, 2, '00:02', '00:01');
  await run.settle();
  await batch(g, 3, '00:03', '00:02');
  await run.settle();
  await batch(g, 4, '00:30');
  await g.refine().settle();
  return differs('rows', counts(g), ['00:00 3']);
};

/** Two runs make a snapshot of one version; the loser stores its own last, and the entries expire. */
const twoSnapshots: Schedule = async () => {
  const g = given(count());
  const stop = stoppingAt(stores('/snap/'));
  const [winner, loser] = [g.refine(), g.refine('enriched', stop.wrap)];
  await batch(g, 1, '00:01', '00:00');
  await winner.settle();
  await loser.wake();
  g.clock.advance(minutes(6));
  await batch(g, 2, '00:02', '00:01');
  const slow = loser.settle();
  await stop.reached;
  await batch(g, 3, '00:03', '00:02');
  await winner.settle();
  stop.go();
  await slow;
  await expire(g);
  await batch(g, 4, '00:30');
  await g.refine().settle();
  return differs('rows', counts(g), ['00:00 3']);
};

/** A late event and nothing due: it is told within a minute, without any other. */
const forced: Schedule = async () => {
  const g = given(count());
  const run = g.refine();
  await batch(g, 1, '00:30', '00:01');
  await run.settle();
  await batch(g, 2, '00:31', '00:02');
  await run.wake();
  g.clock.advance(seconds(61));
  await run.wake();
  return differs('late', (await g.lines('late')).length, 1);
};

/** A run fails between reading and deciding; the same sandbox goes on with what comes later. */
const halfWay: Schedule = async () => {
  const g = given(count());
  const run = g.refine('enriched', failing(stores('/snap/'), { times: 1 }));
  await batch(g, 1, '00:01', '00:00');
  await run.settle();
  g.clock.advance(minutes(6));
  await batch(g, 2, '00:20', '00:02');
  await run.settle().catch(() => undefined);
  await run.settle();
  return differs('rows', counts(g), ['00:00 2']);
};

/** Three queries in a row, settled again and again: each hears the others' marks, and in the end nobody has anything to say. */
const comesToRest: Schedule = async () => {
  const g = given(`${count()}
CREATE TABLE twenties (s TIMESTAMP(3), n BIGINT, t TIMESTAMP(3), WATERMARK FOR t AS t) WITH ('connector' = 'kinesis');
INSERT INTO twenties SELECT window_start, SUM(n), window_time FROM TABLE(TUMBLE(TABLE tens, DESCRIPTOR(t), INTERVAL '20' SECOND))
GROUP BY window_start, window_end, window_time;
CREATE TABLE forties (s TIMESTAMP(3), n BIGINT) WITH ('connector' = 'kinesis');
INSERT INTO forties SELECT window_start, SUM(n) FROM TABLE(TUMBLE(TABLE twenties, DESCRIPTOR(t), INTERVAL '40' SECOND))
GROUP BY window_start, window_end;`);
  await batch(g, 1, '02:00', '00:01');
  const [first, second, step] = [g.refine(), g.refine('refined'), g.aggregate('refined')];
  let from = 0;
  for (let round = 0; round < 12; round++) {
    await first.settle();
    await deliver(step, g.refined, { from });
    from = g.refined.read(SHARD, null).records.length;
    await second.settle();
  }
  return [
    ...differs('the last query', counts(g, 'forties'), ['00:00 1']),
    ...differs('records in the last round', g.refined.read(SHARD, null).records.length - from, 0),
  ];
};

export const refineSchedules = {
  'queries that follow each other come to rest': comesToRest,
  'a revision whose HAVING fails takes the row back': tombstone,
  'a window that is over leaves the snapshot': leaves,
  'a decision’s mark counts beside its last row': oneDecision,
  'a slow query does not hold up a chain behind a fast one': ownWatermark,
  'a child’s entry is not counted before its parent’s last': barrier,
  'a memory that is ahead is forgotten when another run decides': ahead,
  'of two runs one decides, the other forgets': twoRuns,
  'a put of a manifest that failed decides nothing': notDecided,
  'what was decided is sent, whoever dies': diedSending,
  'a run says sent only of what it sent': sentOfOther,
  'a loser’s rows do not stand for the winner’s': outbox,
  'a cold start in the middle of a window forgets nothing': coldStart,
  'a loser’s snapshot does not stand for the winner’s': twoSnapshots,
  'a late event is told within a minute': forced,
  'a run that failed half-way leaves nothing behind': halfWay,
} satisfies Readonly<Record<string, Schedule>>;
