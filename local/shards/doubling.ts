// Tries a doubling load on the local pipeline, polled as Lambda polls: one rate, twice the rate, and twice the rate on twice the
// shards, resharded under it. node local/shards/doubling.ts [--rate N] [--seconds N]. Its figures stand in docs/scaling.md.
import { cpus, loadavg } from 'node:os';
import { setTimeout } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { unpackRecord } from '../../shared/event/unpack.ts';
import { unpackInner } from '../../shared/lanes/block.ts';
import { seconds } from '../../shared/time.ts';
import { PIPELINE, PROJECT } from '../cli/places.ts';
import { progress } from '../cli/progress.ts';
import { servePage } from '../page/serve-page.ts';
import { REAL_TIME } from '../poller/pace.ts';
import { startHere } from '../run/here.ts';
import { loadPipeline, loadReferences } from '../run/load-pipeline.ts';
import { play } from '../run/play.ts';
import { objectsHere } from '../run/ports-here.ts';
import { runOf } from '../run/run-name.ts';
import { startFront } from '../start/front.ts';
import { live } from '../start/live.ts';
import { startTraffic } from '../start/traffic.ts';

const { values } = parseArgs({ options: { rate: { type: 'string' }, seconds: { type: 'string' } } });
const rate = Number(values.rate ?? 200);
const length = seconds(Number(values.seconds ?? 40));
const WARM_UP = seconds(10);
const LEAST_REST = seconds(5);
/** How long the last events may take to go through. */
const MOST_REST = seconds(90);
const ALL = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY] as const;
const INNER = { validated: 'ValidatedStream', enriched: 'EnrichedStream', refined: 'RefinedStream' } as const;

type Phase = {
  readonly name: string;
  readonly rate: number;
  readonly shards: number;
  begin: number;
  end: number;
  cpu: number;
  /** Iterator's age of the slowest mapping, sampled each half second. */
  ages: number[];
};
const phase = (name: string, of: number, shards: number): Phase => ({
  name,
  rate: of,
  shards,
  begin: 0,
  end: 0,
  cpu: 0,
  ages: [],
});
const quantile = (sorted: readonly number[], q: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? 0;

const bar = progress();
const { compiled, path, pipeline } = await loadPipeline(PIPELINE, PROJECT);
const here = await startHere({ root: PROJECT, shards: 1 });
await loadReferences(here, compiled);
const player = play({ here, root: PROJECT, pipeline: path, faults: null, log: () => {}, pace: REAL_TIME });
const page = await servePage(live(here, player, pipeline, runOf(here)).state);
const ingest = player.pools.get('ingest');
if (ingest === undefined) throw new Error('no function ingest');
const front = await startFront(page, ingest, 0);
player.start(true);

const phases = [phase('r', rate, 1), phase('2r', 2 * rate, 1), phase('2r, resharded', 2 * rate, 2)];
const traffic = (of: number) =>
  startTraffic({
    kind: 'shop',
    rate: of,
    seed: 7,
    url: `${front.origin}/events`,
    history: 0,
    onFailure: (why) => bar.line(why),
  });

const warm = traffic(rate);
bar.update('warming up');
await setTimeout(WARM_UP);
await warm();
for (const p of phases) {
  const stop = traffic(p.rate);
  const before = process.cpuUsage();
  p.begin = Date.now();
  if (p.shards > 1) for (const id of ['RawStream', ...Object.values(INNER)]) here.stream(id).updateShardCount(p.shards);
  while (Date.now() - p.begin < length) {
    await setTimeout(500);
    const behind = player.mappings
      .filter((m) => m.fn.name !== 'archive' && m.fn.name !== 'write-lake') // these gather for 30 and 60 s on purpose
      .flatMap((m) => m.mapping.positions().map((at) => at.behind));
    p.ages.push(Math.max(0, ...behind));
    bar.update(`${p.name}: ${Math.round((Date.now() - p.begin) / 1_000)} of ${length / 1_000} s`);
  }
  p.end = Date.now();
  const { user, system } = process.cpuUsage(before);
  p.cpu = (user + system) / 1_000 / (p.end - p.begin);
  await stop();
}
bar.update('coming to rest');
const quiet = (): boolean =>
  player.mappings.every((m) => m.fn.name === 'archive' || m.mapping.positions().every((at) => at.behind === 0));
await setTimeout(LEAST_REST); // a mapping says how far behind it was at its last poll
for (const began = Date.now(); !quiet() && Date.now() - began < MOST_REST; ) await setTimeout(500);
bar.end();

/** How long after its arrival in raw an event stood on another stream, by phase. */
const latencies = new Map<string, number[]>();
for (const [name, id] of Object.entries(INNER)) {
  const log = here.stream(id);
  for (const shard of log.shards())
    for (const record of log.read(shard.id, null, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY).records) {
      const inside = unpackInner(record.data);
      for (const item of inside.ok ? inside.items : []) {
        // Rows of windows wait for their windows; those of events have a raw shard's lane.
        if (item.kind !== 'event' || !item.lane.startsWith('shardId-')) continue;
        const of = phases.find((p) => p.begin <= item.arrival && item.arrival < p.end);
        if (of === undefined) continue;
        const key = `${of.name} ${name}`;
        const list = latencies.get(key) ?? [];
        list.push(record.arrival - item.arrival);
        latencies.set(key, list);
      }
    }
}
/** Every event that arrived, by where it went: on, or by a side door of `validate`. */
const books = async (): Promise<string> => {
  const raw = here.stream('RawStream');
  const records = raw.shards().flatMap((s) => raw.read(s.id, null, ...ALL).records);
  const arrived = records.reduce((sum, r) => {
    const inside = unpackRecord(r.data, r.partitionKey);
    return sum + (inside.ok ? inside.records.length : 0);
  }, 0);
  const passed = new Set<string>();
  const validated = here.stream(INNER.validated);
  for (const s of validated.shards())
    for (const r of validated.read(s.id, null, ...ALL).records) {
      const inside = unpackInner(r.data);
      for (const e of inside.ok ? inside.items : [])
        if (e.kind === 'event') passed.add(`${e.lane} ${e.seq} ${e.index}`);
    }
  const store = objectsHere(here);
  const aside = new Map<string, Set<string>>();
  for (const { key } of await store.list('rejected/')) {
    const text = Buffer.from((await store.get(key)) ?? '').toString();
    for (const line of text.split('\n').filter((l) => l !== '')) {
      const e = JSON.parse(line) as { stage: string; door: string; shard: string; position: string };
      if (e.stage !== 'validate') continue;
      aside.set(e.door, (aside.get(e.door) ?? new Set()).add(`${e.shard} ${e.position}`));
    }
  }
  const doors = [...aside].map(([door, events]) => `${events.size} ${door}`);
  return `${arrived} arrived in raw = ${[`${passed.size} in validated`, ...doors].join(' + ')}`;
};
const cell = (p: Phase, name: string): string => {
  const sorted = (latencies.get(`${p.name} ${name}`) ?? []).toSorted((a, b) => a - b);
  return sorted.length === 0 ? '-' : `${quantile(sorted, 0.5)} / ${quantile(sorted, 0.99)}`;
};
console.log(
  `${new Date().toISOString().slice(0, 10)}, ${cpus().length} x ${cpus()[0]?.model ?? '?'}, Node ${process.versions.node}, load ${loadavg()[1]?.toFixed(1)}; ms after arrival in raw, p50 / p99`,
);
console.log('| load | events/s | shards | in `validated` | in `enriched` | in `refined` | oldest unread, p99 | CPU |');
console.log('|---|---|---|---|---|---|---|---|');
for (const p of phases) {
  const count = latencies.get(`${p.name} validated`)?.length ?? 0;
  const ages = p.ages.toSorted((a, b) => a - b);
  console.log(
    `| ${p.name} | ${((count * 1_000) / (p.end - p.begin)).toFixed(0)} | ${p.shards} | ${Object.keys(INNER)
      .map((n) => cell(p, n))
      .join(' | ')} | ${quantile(ages, 0.99)} | ${(p.cpu * 100).toFixed(0)} % |`,
  );
}
console.log(await books());
page.close();
await front.close();
await player.stop();
await here.close();
process.exit(0);
