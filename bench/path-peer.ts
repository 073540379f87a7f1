// Goal 5: from a KPL record to a partial. Ours: the two handlers that ship, one after the other, with the stream's record between them
// written and read, and the ledger entry put. Against the usual stack in one function, which writes nothing between; the usual stack
// as two functions like ours; and aws-lambda-stream, which takes one record an event, with its usual steps.
import { BatchProcessor, EventType, processPartialResponse } from '@aws-lambda-powertools/batch';
import type { Context, KinesisStreamEvent, KinesisStreamRecord } from 'aws-lambda';
import { getOrMake } from '../shared/get-or-make.ts';
import { peer, peerDecode } from '../test/event/kpl-peer.ts';
import { clickOf } from './click.ts';
import { recordOf } from './click-batch.ts';
import { cpuRounds } from './cpu-rounds.ts';
import { type Bench, type Goal, timesLess } from './goal.ts';
import { aggregateHandler, clickPlan, clickStages, validateHandler } from './handler-path.ts';
import { PEERS, peers } from './peers.ts';
import { profileOf } from './profile.ts';
import { Click, clickTypes } from './validate-peer.ts';

const RECORDS = 40;
const PER = 100;
const EVENTS = RECORDS * PER;
const ROUNDS = { rounds: 15, warm: 6 };
const STACK = 'Powertools batch + aws-kinesis-agg + JSON.parse + zod';
const context = { getRemainingTimeInMillis: () => 60_000 } as Context;
const SIZE = 10_000;
const PROFILED = 10;

type Campaigns = Map<number, Map<string, { n: number; sum: number }>>;
type Clicked = { readonly time: string; readonly data: { readonly campaign: string; readonly price: number } };

const addTo = (windows: Campaigns, { time, data }: Clicked): void => {
  const at = Date.parse(time);
  const start = at - (at % SIZE);
  const keys = getOrMake(windows, start, () => new Map<string, { n: number; sum: number }>());
  const state = keys.get(data.campaign);
  if (state === undefined) keys.set(data.campaign, { n: 1, sum: data.price });
  else {
    state.n++;
    state.sum += data.price;
  }
};
const counted = (windows: Campaigns): number => {
  let n = 0;
  for (const keys of windows.values()) for (const state of keys.values()) n += state.n;
  if (n !== EVENTS) throw new Error(`${n} of ${EVENTS} events were counted`);
  return n;
};
const parsed = (data: string): unknown => JSON.parse(Buffer.from(data, 'base64').toString());

const processor = new BatchProcessor(EventType.KinesisDataStreams);
const handled = async (event: KinesisStreamEvent, each: (record: KinesisStreamRecord) => Promise<void>) => {
  const { batchItemFailures } = await processPartialResponse(event, each, processor, { context });
  if (batchItemFailures.length > 0) throw new Error('the usual stack refused good records');
};

const inOne = async (event: KinesisStreamEvent): Promise<number> => {
  const windows: Campaigns = new Map();
  await handled(event, async (record) => {
    for (const user of peerDecode(record.kinesis.data)) addTo(windows, Click.parse(parsed(user.data)));
  });
  return counted(windows);
};

const inTwo = async (event: KinesisStreamEvent): Promise<number> => {
  const between: KinesisStreamRecord[] = [];
  await handled(event, async (record) => {
    const out = new peer.RecordAggregator();
    for (const user of peerDecode(record.kinesis.data)) {
      const click = Click.parse(parsed(user.data));
      out.addUserRecord({ partitionKey: user.partitionKey, data: Buffer.from(JSON.stringify(click)) });
    }
    between.push(recordOf('validated', BigInt(between.length), out.build().data));
  });
  const windows: Campaigns = new Map();
  await handled({ Records: between }, async (record) => {
    for (const user of peerDecode(record.kinesis.data)) addTo(windows, parsed(user.data) as Clicked);
  });
  return counted(windows);
};

type Highland = {
  filter(keep: (unit: { event: Clicked & { type: string } }) => boolean): Highland;
  tap(each: (unit: { event: Clicked }) => void): Highland;
  through(end: unknown): Promise<unknown>;
};
type LambdaStream = {
  initialize(pipelines: unknown, options: unknown): { assemble(head: unknown, heartbeat: boolean): Highland };
  initializeFrom(rules: unknown): unknown;
  fromKinesis(event: unknown): unknown;
  toPromise: unknown;
};

/** One pipeline: filter by type, fold. */
const lambdaStream = (als: LambdaStream) => {
  let windows: Campaigns = new Map();
  const flow = () => (stream: Highland) =>
    stream.filter((unit) => unit.event.type === 'click.v1').tap((unit) => addTo(windows, unit.event));
  const options = { logger: { info() {}, debug() {}, error() {}, warn() {} }, publish: () => (s: unknown) => s };
  const rules = [{ id: 'r1', flavor: flow, eventType: /./ }];
  return async (event: KinesisStreamEvent): Promise<number> => {
    windows = new Map();
    await als
      .initialize(als.initializeFrom(rules), options)
      .assemble(als.fromKinesis(event), false)
      .through(als.toPromise);
    return counted(windows);
  };
};

export const pathPeerBench: Bench = async (tell) => {
  Object.assign(process.env, { AWS_REGION: 'eu-central-1', BUS_NAME: 'x', NODE_ENV: 'test' });
  const als = peers(tell).require('aws-lambda-stream') as LambdaStream;
  const types = await clickTypes();
  const plan = clickPlan();
  const stages = await clickStages(types, plan, {
    batches: ROUNDS.rounds + ROUNDS.warm + PROFILED,
    records: RECORDS,
    per: PER,
  });
  const single = {
    Records: Array.from({ length: EVENTS }, (_, i) =>
      recordOf('raw', BigInt(i), Buffer.from(JSON.stringify(clickOf(i)))),
    ),
  };
  let written = 0;
  const head = validateHandler(types, plan, (r) => {
    written += r.data.length;
  });
  const ours = aggregateHandler(plan);
  const folds = aggregateHandler(plan);
  const [event] = stages.map((s) => s.raw);
  if (event === undefined) throw new Error('no batch');
  const throughStream = lambdaStream(als);
  let [n, m] = [0, 0];
  const cpu = await cpuRounds(
    {
      ours: async () => {
        const { raw, enriched } = stages[n++] as (typeof stages)[number];
        await head(raw);
        await ours.handle(enriched);
        return EVENTS;
      },
      aggregate: async () => {
        await folds.handle((stages[m++] as (typeof stages)[number]).enriched);
        return EVENTS;
      },
      one: () => inOne(event),
      two: () => inTwo(event),
      stream: () => throughStream(single),
    },
    ROUNDS,
  );
  if (written < EVENTS * 500 || ours.table.items().length < ROUNDS.rounds)
    throw new Error('ours wrote less than it took in');
  const what = `validate and aggregate, two handlers, KPL record to ledger entry, ${JSON.stringify(clickOf(0)).length} B x ${PER}`;
  const last = stages.slice(-PROFILED);
  const profiles = [
    await profileOf('validate, whole handler', '', async () => {
      for (const { raw } of last) await head(raw);
    }),
    await profileOf('aggregate, whole handler', '', async () => {
      for (const { enriched } of last) await ours.handle(enriched);
    }),
  ];
  const goals: Goal[] = [
    timesLess('5', what, cpu.ours, { name: `${STACK}, two functions like ours`, figure: cpu.two, unit: 'µs/event' }, 3),
    timesLess('5', what, cpu.ours, { name: `${STACK}, all in one function`, figure: cpu.one, unit: 'µs/event' }),
    timesLess(
      '5',
      what,
      cpu.ours,
      {
        name: `aws-lambda-stream ${PEERS['aws-lambda-stream']}, all in one function`,
        figure: cpu.stream,
        unit: 'µs/event',
      },
      15,
    ),
    { goal: '5', what: 'of which aggregate', figure: cpu.aggregate, unit: 'µs/event' },
  ];
  return { goals, profiles, versions: { ...PEERS } };
};
