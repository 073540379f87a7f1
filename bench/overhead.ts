// Goal 8: what stands around a step: partial-batch answers for each record, middy, logger and metrics for each invocation.
import { BatchProcessor, EventType, processPartialResponse } from '@aws-lambda-powertools/batch';
import { Logger } from '@aws-lambda-powertools/logger';
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import { logMetrics } from '@aws-lambda-powertools/metrics/middleware';
import middy from '@middy/core';
import type { Context, KinesisStreamEvent, KinesisStreamRecord } from 'aws-lambda';
import { watch } from '../shared/metrics/watch.ts';
import { systemClock } from '../shared/ports.ts';
import { onKinesis } from '../shared/trigger/kinesis.ts';
import { recordOf } from './click-batch.ts';
import { cpuRounds } from './cpu-rounds.ts';
import { type Bench, type Goal, timesLess } from './goal.ts';

const RECORDS = 1_000;
const TURNS = 20;
const INVOCATIONS = 300;

const context = {
  functionName: 'f',
  memoryLimitInMB: '1769',
  functionVersion: '1',
  invokedFunctionArn: 'arn:aws:lambda:eu-central-1:123456789012:function:f',
  awsRequestId: 'id',
  getRemainingTimeInMillis: () => 60_000,
} as Context;

/** Records without data: reading it is no overhead. */
const batchOf = (records: number): KinesisStreamEvent => ({
  Records: Array.from({ length: records }, (_, i) => recordOf('raw', BigInt(i), new Uint8Array())),
});

export const overheadBench: Bench = async () => {
  Object.assign(process.env, { POWERTOOLS_SERVICE_NAME: 'millrace', POWERTOOLS_METRICS_NAMESPACE: 'millrace' });
  let bytes = 0;
  const take = (line: string): void => {
    bytes += line.length;
  };
  const quiet = { log: take, info: take, debug: take, warn: take, error: take, trace: take };
  const logger = new Logger();
  Object.assign(logger, { console: quiet });
  const metrics = new Metrics({ namespace: 'millrace' });
  Object.assign(metrics, { console: quiet });

  const event = batchOf(RECORDS);
  const told = { measures: { EventsIn: RECORDS, EventsPassed: RECORDS, WatermarkDelay: 10 } };
  const answers = onKinesis(async ({ records }) => ({ done: records.length }), logger);
  const processor = new BatchProcessor(EventType.KinesisDataStreams);
  let seen = 0;
  const each = async (record: KinesisStreamRecord): Promise<void> => {
    seen += record.kinesis.partitionKey.length;
  };
  const perRecord = await cpuRounds({
    ours: async () => {
      for (let i = 0; i < TURNS; i++) await answers(event, context);
      return TURNS * RECORDS;
    },
    peer: async () => {
      for (let i = 0; i < TURNS; i++) await processPartialResponse(event, each, processor, { context });
      return TURNS * RECORDS;
    },
  });

  const one = batchOf(1);
  const watching = watch('validate', process.env, systemClock, take);
  const step = async ({ records }: { readonly records: readonly unknown[] }) => ({ done: records.length, told });
  const ours = middy(onKinesis(step, logger, watching)).use(injectLambdaContext(logger));
  const theirs = middy(async (batch: KinesisStreamEvent) => {
    metrics.addMetric('EventsIn', MetricUnit.Count, RECORDS);
    metrics.addMetric('EventsPassed', MetricUnit.Count, RECORDS);
    metrics.addMetric('WatermarkDelay', MetricUnit.Milliseconds, 10);
    return processPartialResponse(batch, each, processor, { context });
  })
    .use(injectLambdaContext(logger))
    .use(logMetrics(metrics));
  const invoked = (handle: (event: KinesisStreamEvent, context: Context) => Promise<unknown>) => async () => {
    for (let i = 0; i < INVOCATIONS; i++) await handle(one, context);
    return INVOCATIONS;
  };
  const perInvocation = await cpuRounds({ ours: invoked(ours), peer: invoked(theirs) });
  if (seen === 0 || bytes === 0) throw new Error('nothing was handled');

  const batch = 'partial-batch handling of a record';
  const call = 'an invocation with middy, Powertools logger and one line of metrics';
  const peer = { name: 'Powertools batch', figure: perRecord.peer, unit: 'µs/record' };
  const stack = {
    name: 'middy + Powertools logger, metrics, batch',
    figure: perInvocation.peer,
    unit: 'µs/invocation',
  };
  const goals: Goal[] = [
    { goal: '8', what: batch, figure: perRecord.ours, unit: 'µs/record', most: 0.3, peer },
    { goal: '8', what: call, figure: perInvocation.ours, unit: 'µs/invocation', most: 100, peer: stack },
    timesLess('8', batch, perRecord.ours, peer),
  ];
  return { goals };
};
