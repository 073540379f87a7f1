// Lanes over reshards, rewinds and fan-outs.

import { unpackInner } from '../../../shared/lanes/block.ts';
import { emit } from '../../../shared/lanes/emit.ts';
import type { StampedEvent } from '../../../shared/lanes/inner.ts';
import { RING } from '../../../shared/lanes/ring.ts';
import { MemoryLog } from '../../../shared/memory/log.ts';
import { memoryStream } from '../../../shared/memory/stream.ts';
import { transform } from '../../../shared/steps/transform.ts';
import { days } from '../../../shared/time.ts';
import {
  asItIs,
  at,
  click,
  deliver,
  differs,
  type Given,
  GROUPS,
  given,
  mark,
  marks,
  noWait,
  put,
  rowsOn,
  type Schedule,
  SHARD,
} from './given.ts';

const COUNT = `CREATE TABLE tens (s TIMESTAMP(3), n BIGINT) WITH ('connector' = 'kinesis');
INSERT INTO tens SELECT window_start, COUNT(*) FROM TABLE(TUMBLE(TABLE clicks, DESCRIPTOR(t), INTERVAL '10' SECOND))
GROUP BY window_start, window_end;`;
const ten = (time: string, n: number): string => `tens {"s":"2026-01-05 09:${time}.000","n":${n}}`;

const [LEFT, RIGHT] = ['shardId-000000000001', 'shardId-000000000002'] as const;
const HALF = RING / 2n;
const A = `${SHARD}/0`;
const D = `${SHARD}/3`;

/** Lanes that the newest entry of a shard holds. */
const lanesIn = async (g: Given, shard: string): Promise<number> => {
  const { ledger } = await import('../../../shared/steps/ledger/ledger.ts');
  const head = await ledger({
    table: g.table,
    objects: g.objects,
    clock: g.clock,
    nonce: g.nonce,
    run: '1',
    fn: 'aggregate/enriched',
  }).newest(shard);
  return head?.lanes.size ?? 0;
};

/**
 * A raw shard ends after its stream inside was split. Forty days later, when nothing holds the ended lanes any more, both halves go
 * on: neither holds a lane of the other's groups.
 */
const pruned: Schedule = async () => {
  const g = given(COUNT);
  const step = g.aggregate();
  const run = g.refine();
  await put(g.enriched, ...marks(SHARD, 1, '00:10'));
  await deliver(step, g.enriched);
  g.enriched.split(SHARD, HALF);
  await put(g.enriched, ...marks(SHARD, 2, '00:20'));
  for (const shard of [LEFT, RIGHT]) await deliver(step, g.enriched, { shard });
  const next = ['shardId-000000000001'];
  await put(
    g.enriched,
    ...[0, 1, 2, 3].map((n) => ({ kind: 'end' as const, lane: `${SHARD}/${n}`, next: next.map((s) => `${s}/${n}`) })),
  );
  for (const shard of [LEFT, RIGHT]) await deliver(step, g.enriched, { shard, from: 2 });
  await run.settle();
  g.clock.advance(days(40));
  const at_ = [g.enriched.read(LEFT, null).records.length, g.enriched.read(RIGHT, null).records.length] as const;
  await put(g.enriched, ...marks(next[0] as string, 3, '10:00'));
  await deliver(step, g.enriched, { shard: LEFT, from: at_[0] });
  await run.settle();
  await deliver(step, g.enriched, { shard: RIGHT, from: at_[1] });
  await put(g.enriched, click(`${next[0]}/0`, 4, '10:01'), ...marks(next[0] as string, 5, '20:00'));
  await deliver(step, g.enriched, { shard: LEFT, from: at_[0] + 2 });
  await deliver(step, g.enriched, { shard: RIGHT, from: at_[1] + 2 });
  await run.settle();
  return [...differs('rows', rowsOn(g.refined), [ten('10:00', 1)]), ...differs('lanes', await lanesIn(g, LEFT), 2)];
};

/** One parent counted the END of a lane, the other holds an older mark of it; the merged child must not wait for the lane, nor count a copy. */
const endedAcrossMerge: Schedule = async () => {
  const { laterMark, NEW_LANE } = await import('../../../shared/steps/ledger/lane-marks.ts');
  const ended = { ...NEW_LANE, seq: '5', clock: 10, endedAt: 7 };
  const older = { ...NEW_LANE, seq: '9', clock: 20 };
  return [
    ...differs('one way', laterMark(ended, older).endedAt, 7),
    ...differs('the other way', laterMark(older, ended).endedAt, 7),
    ...differs('the position', [laterMark(ended, older).seq, laterMark(older, ended).seq], ['5', '5']),
  ];
};

/** Two stateless queries write the table that a third counts: both rows of an event have its position. */
const fanOut: Schedule = async () => {
  const g =
    given(`CREATE TABLE both_ways (n BIGINT, t TIMESTAMP(3), WATERMARK FOR t AS t) WITH ('connector' = 'kinesis');
INSERT INTO both_ways SELECT n, t FROM clicks;
INSERT INTO both_ways SELECT -n, t FROM clicks;
CREATE TABLE tens (s TIMESTAMP(3), n BIGINT) WITH ('connector' = 'kinesis');
INSERT INTO tens SELECT window_start, COUNT(*) FROM TABLE(TUMBLE(TABLE both_ways, DESCRIPTOR(t), INTERVAL '10' SECOND))
GROUP BY window_start, window_end;`);
  const step = transform({ ...g.common(asItIs), from: memoryStream(g.enriched), to: memoryStream(g.refined) });
  await put(g.enriched, click(A, 1, '00:01'), ...marks(SHARD, 1, '00:30'));
  await deliver(step, g.enriched);
  await deliver(g.aggregate('refined'), g.refined);
  await g.refine('refined').settle();
  return differs(
    'rows',
    rowsOn(g.refined).filter((r) => r.startsWith('tens')),
    [ten('00:00', 2)],
  );
};

/** A shard that was split twice before it had an entry; ListShards forgets the middle one, and the first, before the last is read. */
const forgotten: Schedule = async () => {
  const g = given(COUNT, { retention: days(1) });
  const step = g.aggregate();
  await put(g.enriched, click(A, 1, '00:01'), ...marks(SHARD, 1, '00:02'));
  await deliver(step, g.enriched);
  g.enriched.split(SHARD, HALF);
  // Somebody looks at the stream each minute.
  await g.refine().settle();
  const last = g.enriched.split(LEFT, HALF / 2n)[0].id;
  await g.refine().settle();
  g.clock.advance(days(3));
  // A late copy of the first event, then a new one.
  await put(g.enriched, click(A, 1, '00:01'), click(A, 2, '00:03'), ...marks(SHARD, 3, '00:30'));
  await deliver(g.aggregate(), g.enriched, { shard: last });
  for (const shard of [RIGHT, 'shardId-000000000004']) await deliver(g.aggregate(), g.enriched, { shard });
  await g.refine().settle();
  return differs('rows', rowsOn(g.refined), [ten('00:00', 2)]);
};

/** One group's records of a megabyte, one after the other; the first is refused at first. */
const inOrder: Schedule = async () => {
  const log = new MemoryLog('enriched', { clock: { now: () => at('00:00') } });
  const big = (n: number): StampedEvent => ({ ...click(A, n, '00:01'), bytes: Buffer.alloc(700_000, 32) });
  let calls = 0;
  const stream = memoryStream(log, {
    refuse: (_, i) => (i === 0 && calls++ === 0 ? 'ProvisionedThroughputExceededException' : undefined),
  });
  await emit(stream, new Map([[0, [big(1), big(2), big(3)]]]), GROUPS, noWait);
  const seqs = log.read(SHARD, null).records.flatMap((r) => {
    const unpacked = unpackInner(r.data);
    return unpacked.ok ? unpacked.items.flatMap((i) => (i.kind === 'event' ? [Number(i.seq)] : [])) : [];
  });
  return differs('order', seqs, [1, 2, 3]);
};

/** A redelivered batch: an older event behind a newer one of the same lane, in one record. */
const rewound: Schedule = async () => {
  const g = given(COUNT);
  await put(
    g.enriched,
    click(A, 1, '00:01'),
    click(A, 2, '00:02'),
    click(A, 1, '00:01'),
    click(A, 2, '00:02'),
    click(A, 3, '00:03'),
    ...marks(SHARD, 3, '00:30'),
  );
  await deliver(g.aggregate(), g.enriched);
  await g.refine().settle();
  return differs('rows', rowsOn(g.refined), [ten('00:00', 3)]);
};

/** A mark that says less than the lane's clock: the first mark of a child shard, or a tick's after an event. */
const fallingMark: Schedule = async () => {
  const g = given(COUNT);
  const step = g.aggregate();
  await put(g.enriched, ...marks(SHARD, 1, '00:30'), ...marks(SHARD, 2, '00:10'), click(A, 3, '00:12'));
  await deliver(step, g.enriched);
  await g.refine().settle();
  return differs('late', (await g.lines('late')).length, 1);
};

/** A copy of an ended lane's events lands again: a mapping was replaced, or a put came late. */
const afterEnd: Schedule = async () => {
  const g = given(COUNT);
  const all = [click(D, 1, '00:01'), ...marks(SHARD, 1, '00:02')] as const;
  const ends = [0, 1, 2, 3].map((n) => ({ kind: 'end' as const, lane: `${SHARD}/${n}`, next: [`${LEFT}/${n}`] }));
  await put(g.enriched, ...all, ...ends, mark(D, 2, '00:03'), click(D, 9, '00:04'), ...marks(LEFT, 3, '00:30'));
  await deliver(g.aggregate(), g.enriched);
  await g.refine().settle();
  return differs('rows', rowsOn(g.refined), [ten('00:00', 1)]);
};

export const laneSchedules = {
  'a pruned lane does not come back by another shard': pruned,
  'an ended lane stays ended when shards merge': endedAcrossMerge,
  'an event that two queries pass on counts for both': fanOut,
  'marks are inherited through a shard that ListShards forgot': forgotten,
  'a group’s records keep their order when the first is refused': inOrder,
  'a redelivered run of events counts once': rewound,
  'a lane’s clock stays where a lower mark comes': fallingMark,
  'nothing of a lane counts after its end': afterEnd,
} satisfies Readonly<Record<string, Schedule>>;
