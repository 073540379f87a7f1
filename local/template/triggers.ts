// What calls a function: the entries of its `events:`.
import { hours, type Ms, minutes, seconds } from '../../shared/time.ts';
import { type Complaints, type Fields, fieldsOf } from './fields.ts';
import type { QueueTrigger, ScheduleTrigger, StreamTrigger, Trigger } from './template.ts';
import { plain, type Tree } from './tree.ts';

const STREAM = [
  'type',
  'arn',
  'batchSize',
  'batchWindow',
  'startingPosition',
  'startingPositionTimestamp',
  'parallelizationFactor',
  'maximumRetryAttempts',
  'maximumRecordAgeInSeconds',
  'bisectBatchOnFunctionError',
  'functionResponseType',
  'destinations',
  'tumblingWindowInSeconds',
  'filterPatterns',
  'enabled',
];
const QUEUE = ['arn', 'batchSize', 'maximumBatchingWindow', 'maximumConcurrency', 'functionResponseType', 'enabled'];
const POSITIONS = ['TRIM_HORIZON', 'LATEST', 'AT_TIMESTAMP'] as const;
const RATE = { minute: minutes(1), hour: hours(1), day: hours(24) };

/** The last part of an ARN: a stream's or a queue's name. */
const nameIn = (arn: string): string => arn.slice(Math.max(arn.lastIndexOf('/'), arn.lastIndexOf(':')) + 1);

const streamTrigger = (f: Fields, complaints: Complaints, enhanced: boolean): StreamTrigger => {
  if (f.text('type') !== 'kinesis')
    complaints.say(f.at, `streams of type "${f.text('type')}" are unknown here; kinesis is known`);
  const wanted = f.text('startingPosition', 'TRIM_HORIZON');
  const startingPosition = POSITIONS.find((p) => p === wanted);
  if (startingPosition === undefined)
    complaints.say(f.at, `unknown startingPosition "${wanted}"; known are ${POSITIONS.join(', ')}`);
  const failure = f.map('destinations');
  const patterns = f.tree('filterPatterns');
  return {
    kind: 'stream',
    stream: nameIn(f.text('arn')),
    batchSize: f.number('batchSize', 10), // osls's own default; Lambda's is 100
    batchWindowMs: seconds(f.number('batchWindow', 0)),
    bisect: f.flag('bisectBatchOnFunctionError', false),
    maximumRetryAttempts: f.number('maximumRetryAttempts', -1),
    maximumRecordAgeSeconds: f.number('maximumRecordAgeInSeconds', -1),
    parallelizationFactor: f.number('parallelizationFactor', 1),
    startingPosition: startingPosition ?? 'TRIM_HORIZON',
    startingTimestamp: f.has('startingPositionTimestamp') ? f.number('startingPositionTimestamp') : null,
    reportBatchItemFailures: f.text('functionResponseType', '') === 'ReportBatchItemFailures',
    onFailure: failure.has('onFailure') ? nameIn(failure.map('onFailure').text('arn')) : null,
    tumblingWindowSeconds: f.number('tumblingWindowInSeconds', 0),
    filterPatterns: patterns?.kind === 'list' ? patterns.items.map(plain) : [],
    enhanced,
    enabled: f.flag('enabled', true),
  };
};

const queueTrigger = (f: Fields): QueueTrigger => ({
  kind: 'queue',
  queue: nameIn(f.text('arn')),
  batchSize: f.number('batchSize', 10),
  batchWindowMs: seconds(f.number('maximumBatchingWindow', 0)),
  maximumConcurrency: f.has('maximumConcurrency') ? f.number('maximumConcurrency') : null,
  reportBatchItemFailures: f.text('functionResponseType', '') === 'ReportBatchItemFailures',
  enabled: f.flag('enabled', true),
});

/** `rate(5 minutes)` -> 300,000. */
const rateOf = (text: string): Ms | undefined => {
  const [, n, unit] = /^rate\((\d+) (minute|hour|day)s?\)$/.exec(text) ?? [];
  return unit === 'minute' || unit === 'hour' || unit === 'day' ? Number(n) * RATE[unit] : undefined;
};

const scheduleTriggers = (f: Fields, complaints: Complaints): readonly ScheduleTrigger[] =>
  f.list('rate').flatMap((tree) => {
    const text = String(plain(tree));
    const rateMs = rateOf(text);
    if (rateMs === undefined)
      complaints.say(tree.at, `unknown schedule "${text}"; expected rate(1 minute), rate(5 minutes), …`);
    return rateMs === undefined ? [] : [{ kind: 'schedule', rateMs, enabled: f.flag('enabled', true) }];
  });

/**
 * The triggers of one entry under `events:`. A schedule may list several rates.
 * @param enhanced the function reads its streams through consumers of its own
 */
export const triggersOf = (
  tree: Tree,
  complaints: Complaints,
  text: (tree: Tree) => string,
  enhanced: boolean,
): readonly Trigger[] => {
  const [kind, inside] = tree.kind === 'map' ? ([...tree.fields][0] ?? []) : [];
  if (kind === undefined || inside === undefined) {
    complaints.say(tree.at, 'an event is stream, sqs, schedule or httpApi');
    return [];
  }
  const read = (known: readonly string[]) => fieldsOf(inside, kind, complaints, text, known);
  switch (kind) {
    case 'stream':
      return [streamTrigger(read(STREAM), complaints, enhanced)];
    case 'sqs':
      return [queueTrigger(read(QUEUE))];
    case 'schedule':
      return scheduleTriggers(read(['rate', 'enabled']), complaints);
    case 'httpApi': {
      const f = read(['method', 'path', 'authorizer']);
      return [{ kind: 'http', method: f.text('method'), path: f.text('path') }];
    }
    default:
      complaints.say(tree.at, `unknown event "${kind}"; known are stream, sqs, schedule, httpApi`);
      return [];
  }
};
