// Latency on one machine: a steady rate of events through the whole local stage, its mappings polling once a second as Lambda does, as
// `npm start` does, and without waits. Of each window: from ingest's answer to the event that closes it, to the final row on `refined` and in the table, stage by stage.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { FLAT_OUT, type Pace, REAL_TIME } from '../local/poller/pace.ts';
import { startHere } from '../local/run/here.ts';
import { loadPipeline } from '../local/run/load-pipeline.ts';
import { play } from '../local/run/play.ts';
import { httpEvent } from '../local/start/http-event.ts';
import { unpackRecord } from '../shared/event/unpack.ts';
import { seconds } from '../shared/time.ts';
import type { Bench, Curve, Goal } from './goal.ts';
import { PIPELINE, type Stamp, stampsOf } from './latency-stamps.ts';

const RATE = 200;
const SECONDS = Number(process.env.BENCH_SECONDS ?? 60);
const PER_POST = 10;
/** Until everything that was sent has come out. */
const DRAIN = seconds(15);
/** Of cold starts and code that is not compiled yet: windows that end within it are not counted. */
const WARM = seconds(10);
const root = resolve(import.meta.dirname, '..');

/** As local/start: four looks a second. */
const AS_STARTED: Pace = { poll: 250, window: true, backOff: { first: 1_000, most: 30_000 } };

export const STAGES = ['validated', 'enriched', 'ledger entry', 'refined', 'table'] as const;

const quantile = (values: readonly number[], q: number): number =>
  values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * q))] ?? Number.NaN;

/** ms from ingest's answer, by stage, of every window that closed. */
const played = async (
  pace: Pace,
  folder: string,
  tell: (line: string) => void,
): Promise<readonly (readonly number[])[]> => {
  const { path, pipeline } = await loadPipeline(folder, root);
  const stamps: Stamp[] = [];
  const here = await startHere({
    root,
    params: { archive: 'off', lake: 'off' },
    plan: pipeline.plan,
    hooks: {
      after: (call, answer) => {
        if (answer.status < 300) stamps.push({ at: performance.now(), call, answer });
        return 'pass';
      },
    },
  });
  const failures = new Set<string>();
  const log = ({ from, text }: { readonly from: string; readonly text: string }): void => {
    if (/"level":"(ERROR|CRITICAL)"/.test(text)) failures.add(`${from}: ${text.slice(0, 200)}`);
  };
  const player = play({ here, root, pipeline: path, faults: null, pace, log });
  const ingest = player.pools.get('ingest');
  if (ingest === undefined) throw new Error('serverless.yml describes no function ingest');
  player.start(true);
  /** By the event's id: its event time, and when ingest had answered. */
  const sent = new Map<string, { readonly time: number; readonly answered: number }>();
  const post = async (n: number): Promise<void> => {
    const time = Date.now();
    const events = Array.from({ length: PER_POST }, (_, i) => ({
      specversion: '1.0',
      id: `e-${n}-${i}`,
      source: 'bench',
      type: 'click.v1',
      data: { page: `/${i}`, ts: new Date(time).toISOString() },
    }));
    const body = Buffer.from(JSON.stringify(events));
    const headers = { 'content-type': 'application/cloudevents-batch+json', host: 'local' };
    const request = { method: 'POST', url: '/events', headers, httpVersion: '1.1', socket: {} } as never;
    const outcome = await ingest.invoke(httpEvent(request, body, time));
    const answer =
      outcome.kind === 'returned'
        ? (outcome.value as { readonly statusCode: number; readonly body: string })
        : undefined;
    if (answer?.statusCode !== 202) throw new Error(`ingest: ${JSON.stringify(outcome)}`);
    const answered = performance.now();
    for (const { id } of events) sent.set(id, { time, answered });
  };
  const begun = Date.now();
  const posts: Promise<void>[] = [];
  for (let n = 0; n < (SECONDS * RATE) / PER_POST; n++) {
    await wait(Math.max(0, begun + (n * PER_POST * 1_000) / RATE - Date.now()));
    posts.push(post(n));
  }
  await Promise.all(posts);
  await wait(DRAIN);
  await player.stop();
  const events = stampsOf(stamps, unpackRecord);
  await here.close();
  if (failures.size > 0) tell([...failures].join('\n'));
  const closed = events.windows
    .filter((w) => w.end >= begun + WARM)
    .flatMap((w) => {
      const closing = [...sent]
        .filter(([, e]) => e.time >= w.end + 1_000)
        .toSorted(([, a], [, b]) => a.time - b.time)[0];
      if (closing === undefined) return []; // none came: ticks closed it, once traffic had ended
      const [id, { answered }] = closing;
      const at = [events.validated.get(id), events.enriched.get(id), events.entryOf(id), w.refined, w.table];
      return at.some((t) => t === undefined) ? [] : [at.map((t) => (t as number) - answered)];
    });
  const most = Math.floor((SECONDS * 1_000 - WARM) / 1_000);
  tell(`${closed.length} windows of ${events.windows.length}`);
  if (closed.length < most / 2) throw new Error(`only ${closed.length} of ${most} windows closed within traffic`);
  return closed;
};

export const latencyBench: Bench = async (tell) => {
  mkdirSync(join(root, '.millrace'), { recursive: true });
  const folder = mkdtempSync(join(root, '.millrace/latency-'));
  try {
    for (const [name, text] of Object.entries(PIPELINE)) {
      mkdirSync(join(folder, name, '..'), { recursive: true });
      writeFileSync(join(folder, name), text);
    }
    const goals: Goal[] = [];
    const curves: Curve[] = [];
    for (const [pace, how] of [
      [REAL_TIME, 'as Lambda polls'],
      [AS_STARTED, 'as npm start polls'],
      [FLAT_OUT, 'without waits'],
    ] as const) {
      tell(`${how}: ${RATE} events/s for ${SECONDS} s`);
      const closed = await played(pace, folder, tell);
      for (const [q, name] of [
        [0.5, 'p50'],
        [0.99, 'p99'],
      ] as const) {
        const points = STAGES.map((_, i) =>
          quantile(
            closed.map((c) => c[i] as number),
            q,
          ),
        );
        curves.push({
          picture: 'latency',
          name: `${name}, ${how}`,
          x: STAGES.join(','),
          y: 'ms after ingest answered the event that closes the window',
          points: points.map((ms, i) => [i, ms]),
        });
        for (const [i, stage] of STAGES.entries())
          goals.push({
            goal: 'latency',
            what: `${how}: ingest's answer to ${stage}, ${name}`,
            figure: Math.round(points[i] as number),
            unit: 'ms',
            ...(i === 0 && { note: `${closed.length} windows of 1 s, ${RATE} events/s for ${SECONDS} s` }),
          });
      }
    }
    return { goals, curves };
  } finally {
    rmSync(folder, { recursive: true });
  }
};
