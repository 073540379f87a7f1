// The whole local pipeline for minutes or hours: bounded traffic, a few faults a minute, shards that split and merge, and what memory
// and lag do meanwhile.

import { PIPELINE, PROJECT } from '../cli/places.ts';
import { rngOf } from '../generate/rng.ts';
import { servePage } from '../page/serve-page.ts';
import type { Pace } from '../poller/pace.ts';
import { type Here, startHere } from '../run/here.ts';
import { loadPipeline, loadReferences } from '../run/load-pipeline.ts';
import { play } from '../run/play.ts';
import { runOf } from '../run/run-name.ts';
import { startFront } from '../start/front.ts';
import { live } from '../start/live.ts';
import { startTraffic } from '../start/traffic.ts';
import { slowFaults } from './slow-faults.ts';
import { storedMeter } from './stored.ts';
import type { Sample } from './verdict.ts';

export type SoakOptions = {
  readonly minutes: number;
  /** Events a second. */
  readonly rate: number;
  readonly seed: number;
  /** Faults a minute, without reshards. */
  readonly faults: number;
  readonly say: (line: string) => void;
};
export type Soaked = {
  readonly samples: readonly Sample[];
  readonly counts: Readonly<Record<string, number>>;
  /** Stages whose books do not balance. */
  readonly unbalanced: readonly string[];
  /** Events that `validate` saw. */
  readonly events: number;
};

const PACE: Pace = { poll: 250, window: true, backOff: { first: 500, most: 5_000 } };
/** AWS keeps a day; here what is older than this goes, so that the streams fill and then stay. */
const RETENTION = 3 * 60_000;
const SAMPLE_MS = 5_000;
/** Samples between two looks at all that is stored. */
const STORED_EACH = 6;
const RESHARD_MS = 45_000;
const SHARDS = [1, 2, 3, 4];
const MB = 1_048_576;

const reshardNow = (here: Here, rng: ReturnType<typeof rngOf>): void => {
  const log = here.kinesis.kinesis.log(rng.pick(here.kinesis.kinesis.names()));
  const others = SHARDS.filter((n) => n !== log.openShards && n <= 2 * log.openShards && 2 * n >= log.openShards);
  if (others.length > 0) log.updateShardCount(rng.pick(others));
};

const untilQuiet = async (lag: () => number, most: number): Promise<void> => {
  for (const end = Date.now() + most; Date.now() < end && lag() > 0; ) await new Promise((r) => setTimeout(r, 500));
};

export const soak = async ({ minutes, rate, seed, faults: perMinute, say }: SoakOptions): Promise<Soaked> => {
  const { compiled, path, pipeline } = await loadPipeline(PIPELINE, PROJECT);
  const faults = slowFaults(seed, perMinute);
  const here = await startHere({ root: PROJECT, shards: 2, hooks: faults.hooks });
  for (const name of here.kinesis.kinesis.names()) here.kinesis.kinesis.log(name).retention = RETENTION;
  await loadReferences(here, compiled);
  const failures = new Map<string, number>();
  const player = play({
    here,
    root: PROJECT,
    pipeline: path,
    faults,
    pace: PACE,
    log: ({ from, text }) => {
      const what = `${from.split('#')[0]}: ${/"message":"([^"]*)"/.exec(text)?.[1] ?? text.slice(0, 60)}`;
      if (/"level":"(ERROR|CRITICAL)"/.test(text)) failures.set(what, (failures.get(what) ?? 0) + 1);
    },
  });
  const watch = live(here, player, pipeline, runOf(here));
  const page = await servePage(watch.state);
  const ingest = player.pools.get('ingest');
  if (ingest === undefined) throw new Error('serverless.yml describes no function ingest');
  const front = await startFront(page, ingest, 0);
  player.start(true);
  const url = `${front.origin}/events`;
  const stopTraffic = startTraffic({ kind: 'shop', rate, seed, url, history: 0, onFailure: () => {} });
  say(`${front.origin}/ shows it; ${rate} events a second, at most ${perMinute} faults a minute, ${minutes} minutes`);

  const stored = storedMeter(here);
  const rng = rngOf(seed + 2);
  const started = Date.now();
  const samples: Sample[] = [];
  let reshards = 0;
  let storedMb = 0;
  /** Beyond the batching window that the function asks for. */
  const lags = () =>
    player.mappings.map(({ fn, stream, mapping }) => {
      const trigger = fn.triggers.find((t) => t.kind === 'stream' && t.stream === stream);
      const window = trigger?.kind === 'stream' ? trigger.batchWindowMs : 0;
      const behind = Math.max(0, ...mapping.positions().map((p) => p.behind));
      return { name: fn.name, lag: Math.max(0, behind - window) / 1_000 };
    });
  const lagOf = (): number => Math.max(...lags().map((l) => l.lag));
  let reshardAt = started + RESHARD_MS;

  while (Date.now() - started < minutes * 60_000) {
    await new Promise((r) => setTimeout(r, SAMPLE_MS));
    if (perMinute > 0 && Date.now() >= reshardAt) {
      reshardNow(here, rng);
      reshards++;
      reshardAt += RESHARD_MS;
    }
    await watch.look();
    if (samples.length % STORED_EACH === 0) storedMb = (await stored()) / MB;
    globalThis.gc?.();
    const { heapUsed, external, rss } = process.memoryUsage();
    const { stages } = watch.state();
    const mark = stages.find((s) => s.name === 'aggregate')?.watermark ?? null;
    const now = Date.now();
    samples.push({
      at: (now - started) / 1_000,
      heapMb: (heapUsed + external) / MB,
      rssMb: rss / MB,
      storedMb,
      lag: lagOf(),
      delay: mark === null ? null : Math.max(0, now - mark) / 1_000,
      faults: Object.values(faults.counts).reduce((a, b) => a + b, 0) + reshards,
    });
    const last = samples.at(-1) as Sample;
    const slowest = lags().reduce((a, b) => (b.lag > a.lag ? b : a)).name;
    say(
      `${last.at.toFixed(0).padStart(5)} s  heap ${last.heapMb.toFixed(0)} MB  rss ${last.rssMb.toFixed(0)} MB  stored ${storedMb.toFixed(1)} MB  lag ${last.lag.toFixed(1)} s (${slowest})  watermark ${last.delay?.toFixed(1) ?? '-'} s behind  ${last.faults} faults`,
    );
  }

  await stopTraffic();
  // Whatever waits for a batching window too: the books are read when all is done.
  await untilQuiet(() => Math.max(...watch.state().stages.map((s) => s.lag)), 90_000);
  await watch.look();
  const stages = watch.state().stages;
  const unbalanced = stages.flatMap(({ name, doors: d }) =>
    d === null || d.in === d.passed + d.filtered + d.rejected + d.late + d.duplicate
      ? []
      : [`${name} ${JSON.stringify(d)}`],
  );
  await faults.end();
  page.close();
  await front.close();
  await player.stop();
  await here.close();
  for (const [what, n] of failures) say(`${n} x ${what}`);
  const events = stages.find((s) => s.name === 'validate')?.doors?.in ?? 0;
  return { samples, counts: { ...faults.counts, reshard: reshards }, unbalanced, events };
};
