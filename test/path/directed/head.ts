// Head: clocks, ticks, claims, rejected events.
import { Fault } from '../../../shared/faults.ts';
import { unpackInner } from '../../../shared/lanes/block.ts';
import { RING } from '../../../shared/lanes/ring.ts';
import type { MemoryLog } from '../../../shared/memory/log.ts';
import { memoryStream } from '../../../shared/memory/stream.ts';
import type { Source } from '../../../shared/pipeline.ts';
import { enrich } from '../../../shared/steps/enrich.ts';
import { days, hours, minutes } from '../../../shared/time.ts';
import {
  at,
  click,
  deliver,
  differs,
  each,
  failing,
  type Given,
  given,
  mark,
  type Problems,
  put,
  type Schedule,
  SHARD,
  sends,
  stoppingAt,
  through,
  writes,
} from './given.ts';

const COUNT = `CREATE TABLE tens (k STRING, s TIMESTAMP(3), n BIGINT) WITH ('connector' = 'kinesis');
INSERT INTO tens SELECT k, window_start, COUNT(*) FROM TABLE(TUMBLE(TABLE clicks, DESCRIPTOR(t), INTERVAL '10' SECOND))
GROUP BY k, window_start, window_end;`;

const SOURCE: Source = {
  name: 'web',
  adapter: 'http',
  types: ['click.v1'],
  deduplicate: null,
  transport: 5_000,
  ticks: true,
  producer: 'any',
};

const come = (g: Given, arrival: string, time: string, more: { id?: string; data?: object } = {}): void => {
  const { id = `${arrival} ${time}`, data = {} } = more;
  const t = new Date(at(time)).toISOString();
  const event = {
    specversion: '1.0',
    id,
    source: '/web',
    type: 'click.v1',
    time: t,
    data: { k: 'k', n: 1, t, ...data },
  };
  g.raw.put({ partitionKey: 'k', data: Buffer.from(JSON.stringify(event)) }, at(arrival));
};
const tick = (g: Given, arrival: string): void => {
  g.raw.put({ partitionKey: 'tick', hashKey: '0', data: new Uint8Array() }, at(arrival));
};

const itemsOf = (log: MemoryLog) =>
  log.shards().flatMap(({ id }) =>
    log.read(id, null).records.flatMap((r) => {
      const unpacked = unpackInner(r.data);
      return unpacked.ok ? unpacked.items : [];
    }),
  );
const clockOf = (g: Given): string => {
  const clocks = itemsOf(g.validated).flatMap((i) => (i.kind === 'mark' ? [i.clock] : []));
  const last = clocks.at(-1) ?? 0;
  return last < at('00:00') - hours(24) ? 'none' : new Date(last).toISOString().slice(14, 19);
};

/** What comes to a shard (`arrival time` of an event, `arrival tick`), and the clock that head then says. */
const clockAfter = async (wanted: string, ...arrivals: readonly string[]): Promise<Problems> => {
  const g = given(COUNT);
  for (const text of arrivals) {
    const [arrival = '', what = ''] = text.split(' ');
    if (what === 'tick') tick(g, arrival);
    else come(g, arrival, what);
  }
  await deliver(g.head([SOURCE]), g.raw);
  return differs(`the clock after ${arrivals.join(', ')}`, clockOf(g), wanted);
};

const ticks: Schedule = () =>
  each(
    // Silent for a minute: the tick moves time on, less the transport.
    () => clockAfter('01:56', '00:50 00:45', '02:01 tick'),
    // An event came half a minute ago: it does not.
    () => clockAfter('00:45', '00:50 00:45', '01:20 tick'),
    // The newest event does not raise the clock, but keeps up with it.
    () => clockAfter('00:45', '00:50 00:45', '01:45 00:42', '02:01 tick'),
    // The first record of a shard is a tick: its minute begins.
    () => clockAfter('none', '02:01 tick'),
    () => clockAfter('03:56', '02:01 tick', '04:01 tick'),
  );

/** A tick after a clock set by an event whose arrival stood in front: Kinesis' arrivals are approximate. */
const tickBack: Schedule = async () => {
  const g = given(COUNT);
  const step = g.head([{ ...SOURCE, transport: minutes(2) }]);
  come(g, '05:00', '05:00');
  tick(g, '06:01');
  await deliver(step, g.raw);
  return differs('the clock', clockOf(g), '05:00');
};

const restart: Schedule = async () => {
  const g = given(COUNT);
  come(g, '00:50', '00:45');
  come(g, '01:00', '00:58');
  tick(g, '01:55');
  await deliver(g.head([SOURCE]), g.raw, { to: 2 });
  await deliver(g.head([SOURCE]), g.raw, { from: 2 });
  return differs('the clock', clockOf(g), '00:58');
};

/** Everything of `raw` through the pipeline to the rows and the side doors. */
const playThrough = async (g: Given): Promise<void> => {
  await deliver(g.head([SOURCE]), g.raw);
  await put(g.enriched, ...itemsOf(g.validated));
  await deliver(g.aggregate(), g.enriched);
  await g.refine().settle();
};

const nearFuture: Schedule = async () => {
  const g = given(COUNT);
  come(g, '00:10', '00:08');
  come(g, '00:11', '03:00');
  await deliver(g.head([SOURCE]), g.raw);
  come(g, '00:12', '00:09');
  await playThrough(g);
  return [...differs('late', (await g.lines('late')).length, 0), ...differs('the clock', clockOf(g), '00:11')];
};

const farFuture: Schedule = async () => {
  const g = given(COUNT);
  come(g, '00:10', '59:59');
  come(g, '00:11', '00:09');
  await playThrough(g);
  return [
    ...differs('rejected', (await g.lines('rejected')).length, 1),
    ...differs('late', (await g.lines('late')).length, 0),
    ...differs('the clock', clockOf(g), '00:09'),
  ];
};

/** The first put of an object fails; the batch must not be done before it is stored. */
const storedFirst: Schedule = async () => {
  const failing = () => {
    let failed = false;
    return through(async (method, _args, call) => {
      if (method === 'put' && !failed && _args.length > 1 && typeof _args[0] === 'string') {
        failed = true;
        throw new Fault('objects.unavailable', 'not now');
      }
      return call();
    });
  };
  const g = given(COUNT);
  come(g, '00:10', '00:09', { data: { bad: 1 } });
  const headStep = g.head([SOURCE], failing());
  const first = await deliver(headStep, g.raw).catch(() => ({ done: 0 }));
  if (first.done === 0) await deliver(headStep, g.raw);
  const problems = [...differs('rejected by head', (await g.lines('rejected')).length, 1)];

  const h = given(COUNT);
  await put(h.validated, click(`${SHARD}/0`, 1, '00:05'), mark(`${SHARD}/0`, 1, '00:05'));
  const hop = enrich({
    ...h.common(failing()),
    from: memoryStream(h.validated),
    to: memoryStream(h.enriched),
    enrichments: [
      {
        kind: 'pure',
        name: 'mine',
        on: ['click.v1'],
        as: 'mine',
        apply: () => {
          throw new Error('no');
        },
      },
    ],
    lookups: {} as never,
  });
  const second = await deliver(hop, h.validated).catch(() => ({ done: 0 }));
  if (second.done === 0) await deliver(hop, h.validated);
  return [...problems, ...differs('rejected by a hop', (await h.lines('rejected')).length, 1)];
};

const idsOn = (log: MemoryLog): readonly string[] =>
  [
    ...new Set(
      itemsOf(log).flatMap((i) =>
        i.kind === 'event' ? [`${JSON.parse(Buffer.from(i.bytes).toString()).id} of ${i.seq.slice(-2)}`] : [],
      ),
    ),
  ].sort();
const DEDUPLICATED = [{ ...SOURCE, deduplicate: minutes(10) }];
const last2 = (g: Given, record: number): string =>
  (g.raw.read(SHARD, null).records[record] as { seq: string }).seq.slice(-2);

const twice: Schedule = async () => {
  const g = given(COUNT);
  come(g, '00:10', '00:09', { id: 'a' });
  come(g, '00:20', '00:09', { id: 'a' });
  come(g, '12:00', '12:00', { id: 'a' });
  // The answer of a first delivery is lost, then all comes again to another sandbox, in other borders.
  await deliver(g.head(DEDUPLICATED), g.raw, { to: 1 });
  await deliver(g.head(DEDUPLICATED), g.raw);
  return [
    ...differs('passed', idsOn(g.validated), [`a of ${last2(g, 0)}`, `a of ${last2(g, 2)}`]),
    ...differs('the copy', (await g.lines('rejected')).length, 1),
  ];
};

/** The first delivery crashed behind its claim, before anything was sent. */
const claimedThenCrashed: Schedule = async () => {
  const g = given(COUNT);
  come(g, '00:10', '00:09', { id: 'a' });
  const crash = through(async (method, _args, call) => {
    const done = await call();
    if (method === 'put') throw new Fault('table.unavailable', 'the answer was lost');
    return done;
  });
  await deliver(g.head(DEDUPLICATED, crash), g.raw).catch(() => undefined);
  await deliver(g.head(DEDUPLICATED), g.raw);
  return differs('passed', idsOn(g.validated), [`a of ${last2(g, 0)}`]);
};

/** Both found the old claim; the second of them overtakes the first. */
const takenOver: Schedule = async () => {
  const g = given(COUNT);
  come(g, '00:10', '00:09', { id: 'a' });
  await deliver(g.head(DEDUPLICATED), g.raw);
  come(g, '12:00', '12:00', { id: 'a' });
  come(g, '12:01', '12:00', { id: 'a' });
  const takesOver = (method: string, args: readonly unknown[]) =>
    method === 'put' &&
    (args[1] as { kind?: string } | undefined)?.kind !== 'absent' &&
    String((args[0] as { pk?: string }).pk).startsWith('dup#');
  const stop = stoppingAt(takesOver);
  // The id's two new positions in two invocations at once, as a second mapping makes them.
  const first = deliver(g.head(DEDUPLICATED, stop.wrap), g.raw, { from: 1, to: 2 });
  await stop.reached;
  await deliver(g.head(DEDUPLICATED), g.raw, { from: 2 });
  stop.go();
  await first;
  return differs('passed', idsOn(g.validated).length, 2);
};

/** The emission of a first try fails; the batch comes again in smaller pieces. */
const clockOfPrefix: Schedule = async () => {
  const g = given(COUNT);
  come(g, '00:10', '00:10');
  come(g, '00:12', '00:11');
  come(g, '05:00', '05:00');
  await deliver(g.head([SOURCE], failing(sends)), g.raw).catch(() => undefined);
  await deliver(g.head([SOURCE]), g.raw, { to: 1 });
  return differs('the clock', clockOf(g), '00:10');
};

/** A zombie writes its checkpoint after its successor, which had read to the end of the shard. */
const zombieCheckpoint: Schedule = async () => {
  const g = given(COUNT);
  come(g, '00:10', '00:10');
  come(g, '00:12', '00:11');
  const stop = stoppingAt(writes('hop#', 'update'));
  const zombie = deliver(g.head([SOURCE], stop.wrap), g.raw, { to: 1 });
  await stop.reached;
  await deliver(g.head([SOURCE]), g.raw);
  stop.go();
  await zombie;
  const [left, right] = g.raw.split(SHARD, RING / 2n).map((s) => s.id) as [string, string];
  come(g, '00:20', '00:20');
  const child = g.raw.read(left, null).records.length > 0 ? left : right;
  const { done } = await deliver(g.head([SOURCE]), g.raw, { shard: child });
  return differs('done', done, 1);
};

/** A child is offered first; its parent, which had no record, hides a grandparent that has one. */
const childFirst: Schedule = async () => {
  const g = given(COUNT);
  come(g, '00:10', '00:10');
  const halves = g.raw.split(SHARD, RING / 2n);
  const child = g.raw.merge(halves[0].id, halves[1].id).id;
  come(g, '00:20', '00:20');
  const early = await deliver(g.head([SOURCE]), g.raw, { shard: child }).catch(() => 'refused');
  return [...differs('the child', early, 'refused'), ...differs('sent', idsOn(g.validated), [])];
};

const aggregateChildFirst: Schedule = async () => {
  const g = given(COUNT);
  await put(g.enriched, click(`${SHARD}/0`, 1, '00:01'));
  const halves = g.enriched.split(SHARD, RING / 2n);
  const child = g.enriched.merge(halves[0].id, halves[1].id).id;
  await put(g.enriched, click(`${SHARD}/0`, 2, '00:02'));
  const early = await deliver(g.aggregate(), g.enriched, { shard: child }).catch(() => 'refused');
  return differs('the child', early, 'refused');
};

const endsOn = (log: MemoryLog): number => itemsOf(log).filter((i) => i.kind === 'end').length;

/** A split shard's half is silent for days after the split, and read again by a new sandbox after weeks. */
const endsInTime: Schedule = async () => {
  const g = given(COUNT);
  come(g, '00:10', '00:10');
  await deliver(g.head([SOURCE]), g.raw);
  const [left, right] = g.raw.split(SHARD, RING / 2n).map((s) => s.id) as [string, string];
  // Refine sees the split at once.
  await g.refine().settle();
  g.clock.advance(days(3));
  come(g, '00:20', '00:20');
  const child = g.raw.read(left, null).records.length > 0 ? left : right;
  await deliver(g.head([SOURCE]), g.raw, { shard: child });
  const first = endsOn(g.validated);
  g.clock.advance(days(60));
  come(g, '00:30', '00:30');
  await deliver(g.head([SOURCE]), g.raw, { shard: child, from: 1 });
  return [
    ...differs('ends after days', first > 0, true),
    ...differs('ends after weeks', endsOn(g.validated) - first, 0),
  ];
};

export const headSchedules = {
  'the lanes of a split shard end once, also days later': endsInTime,
  'the clock that head keeps is that of the prefix it sent': clockOfPrefix,
  'an older batch’s copy does not move a checkpoint back': zombieCheckpoint,
  'head refuses a child before its ancestors': childFirst,
  'aggregate refuses a child before its ancestors': aggregateChildFirst,
  'ticks move time on only where a shard was silent': () => each(ticks, tickBack),
  'an idle minute is counted from the last record that kept up': restart,
  'an event from the near future does not make others late': nearFuture,
  'an event of 2099 is rejected and closes nothing': farFuture,
  'a rejected event is stored before its batch is done': storedFirst,
  'an id sent twice counts once, whatever is delivered again': () => each(twice, claimedThenCrashed),
  'two that take over an old claim at once: one wins': takenOver,
} satisfies Readonly<Record<string, Schedule>>;
