// Counts what a load takes: the functions of serverless.yml, with their batch sizes and windows, on metered ports in memory, with a
// clock that is moved. Three parts are counted apart, since each comes at its own pace: the flow of events, the minute (ticks and
// schedules), and the closing of one window.
import { setImmediate } from 'node:timers/promises';
import { groupsFor } from '../../shared/lanes/ring.ts';
import { MemoryLog } from '../../shared/memory/log.ts';
import { SETTLE } from '../../shared/steps/refine/refine.ts';
import { END_OF_TIME, minutes, seconds } from '../../shared/time.ts';
import type { StreamTrigger, Template } from '../template/template.ts';
import { type Mode, type PolledMapping, polledMapping } from './batches.ts';
import { castOf, type Logs, type StreamName } from './cast.ts';
import { type Load, shardsFor } from './load.ts';
import { Counter } from './metered.ts';
import { samplePlan, sampler } from './sample.ts';
import { atLeastNothing, type ByFunction, plusAll, since } from './units.ts';

export type Counted = {
  readonly load: Load;
  readonly shards: number;
  /** Seconds of the load that were played, and the events in them. */
  readonly seconds: number;
  readonly events: number;
  readonly flow: ByFunction;
  readonly minute: ByFunction;
  /** One window of every query, with the keys that came in the time played. */
  readonly window: ByFunction;
  readonly rows: number;
  /** Functions that read a stream and are counted by their invocations alone. */
  readonly unknown: readonly string[];
};

const STREAMS: readonly StreamName[] = ['raw', 'validated', 'enriched', 'refined'];
const START = Date.parse('2026-01-05T09:00:00Z');
/** One window holds the whole run. */
const RUN_WINDOW = 86_400;
/** As resources/custom.yml has it. */
const ON_DEMAND_GROUPS = 64;
/** Seconds until a wake-up is taken: the queue's delay and the mapping's window. */
const WAKE_AFTER = 2;
/** About five seconds of one processor. */
const MOST_EVENTS = 60_000;
const LEAST_SECONDS = 120;
/** Two batches of a function that gathers for a second, whatever the events. */
const LEAST_PLAYED = 4;

/** Long enough for every window of a mapping and for three requests, short enough to be waited for. */
const playedSeconds = (load: Load, most: number): number => {
  if (load.eventsPerSecond === 0) return 0;
  const wanted = Math.max(LEAST_SECONDS, (3 * load.eventsPerRequest) / load.eventsPerSecond);
  return Math.max(LEAST_PLAYED, Math.ceil(Math.min(wanted, most / load.eventsPerSecond)));
};

export type CountOptions = {
  readonly template: Template;
  readonly load: Load;
  readonly tell?: (share: number) => void;
  /** Events that are played at most: fewer are quicker, and less exact at high rates. */
  readonly mostEvents?: number;
};

export const countLoad = async ({
  template,
  load,
  tell = () => {},
  mostEvents = MOST_EVENTS,
}: CountOptions): Promise<Counted> => {
  const shards = shardsFor(load);
  const groups = load.onDemand ? ON_DEMAND_GROUPS : groupsFor(shards);
  let second = 0;
  const clock = { now: () => START + seconds(second) };
  const logs = Object.fromEntries(STREAMS.map((n) => [n, new MemoryLog(n, { shards, clock })])) as Logs;
  const counter = new Counter();
  const cast = castOf(logs, samplePlan(load.queries, RUN_WINDOW), groups, clock, counter);
  const shortOf = (stream: string): StreamName | undefined =>
    STREAMS.find((s) => stream === `${template.service}-${template.stage}-${s}`);

  const unknown = new Set<string>();
  const readers: { readonly stream: StreamName; readonly mapping: PolledMapping }[] = [];
  for (const fn of template.functions)
    for (const trigger of fn.triggers.filter((t): t is StreamTrigger => t.kind === 'stream' && t.enabled)) {
      const stream = shortOf(trigger.stream);
      if (stream === undefined) continue;
      const step = cast.step(fn.name, stream);
      if (step === undefined) unknown.add(fn.name);
      readers.push({ stream, mapping: polledMapping(fn.name, logs[stream], trigger, step, counter) });
    }
  /** In the order in which events meet the streams, so that what a second brings goes all the way in it. */
  const mappings = STREAMS.flatMap((s) => readers.filter((r) => r.stream === s).map((r) => r.mapping));

  const woken = { refine: Number.POSITIVE_INFINITY, 'refine-again': Number.POSITIVE_INFINITY };
  const wakeUp = async (mode: Mode): Promise<void> => {
    for (const fn of ['refine', 'refine-again'] as const) {
      if (cast.wakes[fn].waiting().length > 0) woken[fn] = Math.min(woken[fn], second + WAKE_AFTER);
      if (mode === 'wait' && second < woken[fn]) continue;
      const sent = cast.wakes[fn].take();
      woken[fn] = Number.POSITIVE_INFINITY;
      if (sent.length === 0) continue;
      // Received and deleted by tens, whatever the batch of the mapping.
      counter.add(fn, { invocations: Math.ceil(sent.length / 100), queueCalls: 2 * Math.ceil(sent.length / 10) });
      await counter.timed(fn, async () => cast.run(fn)?.(sent.map((s) => s.body)));
    }
  };
  const poll = async (mode: Mode): Promise<void> => {
    for (const m of mappings) await m.poll(second, mode);
    await wakeUp(mode);
  };
  /** What the clock calls in one minute. */
  const aMinute = async (): Promise<void> => {
    for (const fn of template.functions)
      for (const t of fn.triggers.filter((x) => x.kind === 'schedule')) {
        const times = minutes(1) / t.rateMs;
        counter.add(fn.name, { invocations: times });
        if (times >= 1) await counter.timed(fn.name, async () => cast.run(fn.name)?.([]));
      }
    await poll('flush');
  };

  // Warm: every function has made its first reads of shards, trees and ledgers, which belong to no month.
  const sample = sampler(load);
  const send = async (events: number): Promise<void> => {
    const body = `[${Array.from({ length: events }, () => sample(clock.now())).join(',')}]`;
    counter.add('ingest', { invocations: 1, events });
    const answer = await counter.timed('ingest', () => cast.post(body));
    if (answer.status !== 202)
      throw new Error(`ingest answers ${answer.status}: ${(await answer.text()).slice(0, 300)}`);
  };
  await aMinute();
  const played = playedSeconds(load, mostEvents);
  if (played > 0) await send(load.eventsPerRequest);
  await poll('flush');
  second += 60;
  await aMinute();
  second += 1;

  let before = counter.now();
  let events = 0;
  for (let i = 1, owed = 0; i <= played; i++) {
    second++;
    owed += load.eventsPerSecond / load.eventsPerRequest;
    for (; owed >= 1 - 1e-9; owed--) {
      await send(load.eventsPerRequest);
      events += load.eventsPerRequest;
    }
    await poll('wait');
    tell(i / played);
    await setImmediate(); // so that a terminal shows it
  }
  await poll('cut');
  const streamed = since(before, counter.now());

  // The first minute after it reads what the flow left, the second finds nothing: the difference belongs to the flow.
  const minuteOf = async (): Promise<ByFunction> => {
    second += 60;
    before = counter.now();
    await aMinute();
    await poll('flush');
    return since(before, counter.now());
  };
  const first = await minuteOf();
  const minute = await minuteOf();
  const flow = plusAll(streamed, atLeastNothing(since(minute, first)));

  // The last tick of all moves every shard's time to the end: each window closes once.
  second += 1;
  before = counter.now();
  for (const s of logs.raw.shards())
    logs.raw.put({ partitionKey: 'tick', hashKey: s.startHash, data: new Uint8Array() }, END_OF_TIME);
  for (const m of mappings) await m.poll(second, 'flush');
  before = counter.now();
  for (const fn of ['refine', 'refine-again'] as const) {
    counter.add(fn, { invocations: 1, queueCalls: 3 });
    await counter.timed(fn, async () => cast.run(fn)?.([SETTLE]));
  }
  await poll('flush');
  const window = since(before, counter.now());
  return {
    load,
    shards,
    seconds: played,
    events,
    flow,
    minute,
    window,
    rows: window['write-table']?.writeUnits ?? 0,
    unknown: [...unknown],
  };
};
