// What a stream's load says about its shards, and changing them on the local Kinesis.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type LocalKinesis, startKinesis } from '../../local/kinesis/start.ts';
import { localEnv } from '../../local/services/local-env.ts';
import { type Advice, adviceOf, bestCut } from '../../local/shards/advice.ts';
import { reportOn, showReport } from '../../local/shards/report.ts';
import { mergeWith, ReshardError, reshardTo, splitAt, stepsTo } from '../../local/shards/reshard.ts';
import { loadOf, type ShardLoad } from '../../local/shards/shard-load.ts';
import { type StreamControl, streamControl } from '../../shared/aws/stream-control.ts';
import { streamScaler } from '../../shared/aws/stream-scaler.ts';
import { encodeAggregate } from '../../shared/event/kpl.ts';
import { groupOfKey, pointOf } from '../../shared/lanes/ring.ts';
import { evenRanges } from '../../shared/memory/ring-cuts.ts';

const KB = 1_000;
/** Shards of equal width with so many KB/s in each of their key groups. */
const stream = (groups: number, ...shards: readonly (readonly number[])[]): readonly ShardLoad[] =>
  evenRanges(shards.length).map((range, i) => {
    const first = (i * groups) / shards.length;
    const loads = shards[i] ?? [];
    const bytes = loads.reduce((sum, n) => sum + n, 0) * KB;
    return {
      shard: { id: `s${i}`, parents: [], startHash: String(range.start), endHash: String(range.end), closed: false },
      bytes,
      records: bytes / 20_000,
      events: 0,
      groups: new Map(loads.map((n, g) => [first + g, n * KB])),
    };
  });
const short = (a: Advice): string =>
  a.kind === 'set'
    ? `set ${a.to}`
    : a.kind === 'split'
      ? `split ${a.shard}`
      : a.kind === 'merge'
        ? `merge ${a.shard} ${a.adjacent}`
        : a.kind === 'hot-group'
          ? `hot ${a.group}`
          : 'groups';

describe('advice', () => {
  test.each<[string, number, readonly ShardLoad[], readonly string[]]>([
    ['half full: nothing', 4, stream(4, [120, 130, 125, 125]), []],
    ['one shard 80 % full: two, half full each', 4, stream(4, [200, 200, 200, 200]), ['set 2']],
    [
      'one of four hot: it is split where its load is halved',
      16,
      stream(16, [10, 10, 10, 10], [300, 100, 200, 200], [10, 10, 10, 10], [10, 10, 10, 10]),
      ['split s1'],
    ],
    ['a key group that fills a shard by itself', 4, stream(4, [800, 10, 10, 10]), ['hot 0', 'set 2']],
    ['more load than key groups take', 4, stream(4, [600], [600], [600], [600]), ['groups']],
    ['almost idle: half as many', 16, stream(16, [5, 5, 5, 5], [5, 5, 5, 5], [5, 5, 5, 5], [5, 5, 5, 5]), ['set 2']],
    [
      'two cold neighbours among busy ones',
      16,
      stream(16, [10, 10, 10, 10], [20, 20, 20, 20], [150, 150, 150, 150], [150, 150, 150, 150]),
      ['merge s0 s1'],
    ],
    ['more shards than key groups', 4, stream(4, [10], [10], [10], [10], [10], [10], [10], [10]), ['set 4']],
    ['a single idle shard stays', 4, stream(4, [0, 0, 0, 0]), []],
  ])('%s', (_, groups, loads, expected) => {
    expect(adviceOf(loads, groups).map(short)).toEqual(expected);
  });

  test('a cut lies between key groups, where the load is halved', () => {
    const [load] = stream(8, [10, 10, 10, 10, 10, 10, 10, 70]);
    const at = BigInt(bestCut(load as ShardLoad, 8) ?? 0);
    expect(at).toBe((BigInt(pointOf(6, 8)) + BigInt(pointOf(7, 8)) + 1n) / 2n);
    expect(bestCut(stream(4, [1], [1], [1], [1])[0] as ShardLoad, 4)).toBeUndefined();
  });
});

test.each<[number, number, readonly number[]]>([
  [1, 4, [2, 4]],
  [1, 5, [2, 4, 5]],
  [8, 1, [4, 2, 1]],
  [7, 3, [4, 3]],
  [4, 4, []],
])('from %i to %i shards by %j', (from, to, steps) => {
  expect(stepsTo(from, to)).toEqual(steps);
});

test('the load of a shard counts the events inside aggregates by their key groups', () => {
  const keys = ['a', 'b', 'c', 'd', 'e'];
  const events = keys.map((partitionKey) => ({ partitionKey, data: Buffer.alloc(100) }));
  const shard = stream(4, [0])[0]?.shard as ShardLoad['shard'];
  const record = (data: Uint8Array, partitionKey: string) => ({ seq: '1', partitionKey, data, arrival: 0 });
  const load = loadOf(
    shard,
    [record(encodeAggregate(events), 'a'), record(Buffer.alloc(50), 'a'), record(new Uint8Array(), 'tick')],
    2,
    4,
  );
  expect(load).toMatchObject({ records: 1.5, events: 3 });
  const expected = new Map<number, number>();
  for (const [key, n] of [...keys.map((k) => [k, 50] as const), ['a', 25] as const])
    expected.set(groupOfKey(key, 4), (expected.get(groupOfKey(key, 4)) ?? 0) + n);
  expect(load.groups).toEqual(expected);
});

describe('on the local Kinesis', () => {
  let kinesis: LocalKinesis;
  const outer = { ...process.env };
  const told: string[] = [];
  const watching = { tell: (text: string) => void told.push(text), every: 1, patience: 5_000 };
  beforeAll(async () => {
    kinesis = await startKinesis();
    Object.assign(process.env, localEnv({ kinesis: kinesis.endpoint, dynamo: '', objects: '' }));
  });
  afterAll(async () => {
    process.env = outer;
    await kinesis.close();
  });
  const made = (name: string, shards: number): StreamControl => {
    kinesis.kinesis.create(name, { shards });
    return streamControl(name);
  };
  const openOf = async (s: StreamControl) => (await s.shards()).filter((x) => !x.closed).map((x) => x.id.slice(-2));

  test('goes to a count by doubling and halving, and says so', async () => {
    const s = made('set', 1);
    expect(await reshardTo(s, 4, 4, watching)).toEqual([2, 4]);
    expect((await s.state())?.open).toBe(4);
    expect(told).toContain('set: 2 -> 4 shards');
    expect(await reshardTo(s, 1, 4, watching)).toEqual([2, 1]);
    expect(await reshardTo(s, 1, 4, watching)).toEqual([]);
  });

  test('never above the key groups, and not where there is no stream', async () => {
    const s = made('bound', 1);
    await expect(reshardTo(s, 5, 4, watching)).rejects.toThrow(/more than the 4 key groups.*--param groups=32/);
    await expect(reshardTo(s, 5, 4, watching)).rejects.toThrow(ReshardError);
    await expect(reshardTo(streamControl('nowhere'), 2, 4, watching)).rejects.toThrow(/no stream nowhere/);
    await expect(reshardTo(s, 2 ** 11, 2 ** 12, watching)).rejects.toThrow(/11 steps.*go by 1024 today/);
    expect((await s.state())?.open).toBe(1);
  });

  test('splits between key groups and merges back', async () => {
    const s = made('cut', 1);
    await splitAt(s, 'shardId-000000000000', '170141183460469231731687303715884105728', watching);
    expect(await openOf(s)).toEqual(['01', '02']);
    await mergeWith(s, 'shardId-000000000001', 'shardId-000000000002', watching);
    expect(await openOf(s)).toEqual(['03']);
  });

  test('reports what came of late, by shard and key group', async () => {
    const s = made('report', 2);
    const log = kinesis.kinesis.log('report');
    for (let i = 0; i < 100; i++) log.put({ partitionKey: `k${i}`, data: new Uint8Array(1_000) });
    const report = await reportOn(s, 4, 10, Date.now() + 3_000);
    const sum = (of: (l: ShardLoad) => number) => report?.loads.reduce((n, l) => n + of(l), 0);
    expect(sum((l) => l.records)).toBeCloseTo(10);
    expect(sum((l) => [...l.groups.values()].reduce((n, x) => n + x, 0))).toBeCloseTo(10_000);
    expect(report?.partly).toEqual([]);
    expect(report === undefined ? '' : showReport(report, 4, 'millrace shards')).toMatch(
      /shardId-000000000001 +\S+ % /,
    );
    expect(await reportOn(streamControl('nowhere'), 4, 10, Date.now())).toBeUndefined();
  });

  test('the function that scales asks and changes the same stream', async () => {
    made('scaled', 2);
    const scaler = streamScaler({ stream: 'scaled' });
    expect(await scaler.now()).toEqual({ open: 2, steady: true });
    await scaler.update(4);
    expect(await scaler.now()).toEqual({ open: 4, steady: true });
    await expect(scaler.update(9)).rejects.toThrow(/between half and double/);
  });
});
