import type { KinesisStreamEvent, KinesisStreamRecord } from 'aws-lambda';
import type { Observation } from '../../local/poller/observe.ts';
import { type MappingOptions, type StreamMapping, streamMapping } from '../../local/poller/stream-mapping.ts';
import type { Outcome } from '../../local/sandbox/sandbox.ts';
import type { StreamTrigger } from '../../local/template/template.ts';
import { MemoryLog } from '../../shared/memory/log.ts';
import { type ManualTiming, manualTiming } from './manual-timing.ts';

export const TRIGGER: StreamTrigger = {
  kind: 'stream',
  stream: 'raw',
  batchSize: 100,
  batchWindowMs: 0,
  bisect: false,
  maximumRetryAttempts: -1,
  maximumRecordAgeSeconds: -1,
  parallelizationFactor: 1,
  startingPosition: 'TRIM_HORIZON',
  startingTimestamp: null,
  reportBatchItemFailures: true,
  onFailure: null,
  tumblingWindowSeconds: 0,
  filterPatterns: [],
  enhanced: false,
  enabled: true,
};

export const textOf = (record: KinesisStreamRecord): string => Buffer.from(record.kinesis.data, 'base64').toString();
export const textsOf = (event: KinesisStreamEvent): string[] => event.Records.map(textOf);
/** The partial answer that names the record with this text. */
export const failing = (event: KinesisStreamEvent, text: string) => ({
  batchItemFailures: event.Records.filter((r) => textOf(r) === text).map((r) => ({
    itemIdentifier: r.kinesis.sequenceNumber,
  })),
});

export type Handler = (event: KinesisStreamEvent, call: number) => unknown;
export type Given = {
  readonly timing: ManualTiming;
  readonly log: MemoryLog;
  readonly mapping: StreamMapping;
  /** The texts of each invocation, in the order they were called. */
  readonly calls: string[][];
  readonly events: KinesisStreamEvent[];
  /** When each was called, seconds after the start. */
  readonly times: number[];
  readonly observations: Observation[];
  readonly messages: { queue: string; body: string }[];
  drops: number;
  put(...texts: string[]): void;
  /** Lets the mapping work until it is at rest, moving time as needed. */
  rest(): Promise<void>;
};

export type Wanted = Partial<Omit<MappingOptions, 'trigger' | 'log'>> & {
  readonly trigger?: Partial<StreamTrigger>;
  readonly shards?: number;
  readonly handler?: Handler;
  readonly log?: MemoryLog;
};

/** A mapping over a stream in memory, with a clock moved by hand; not started. */
export const given = ({ trigger, shards = 1, handler, ...options }: Wanted = {}): Given => {
  const timing = manualTiming();
  const start = timing.now();
  const log = options.log ?? new MemoryLog('raw', { shards, clock: timing });
  const calls: string[][] = [];
  const events: KinesisStreamEvent[] = [];
  const times: number[] = [];
  const observations: Observation[] = [];
  const messages: { queue: string; body: string }[] = [];
  const invoke = async (event: unknown): Promise<Outcome> => {
    const sent = event as KinesisStreamEvent;
    events.push(sent);
    times.push((timing.now() - start) / 1000);
    try {
      const n = calls.push(textsOf(sent));
      return { kind: 'returned', value: await handler?.(sent, n) };
    } catch (error) {
      return error === TIMED_OUT ? { kind: 'timed-out' } : { kind: 'threw', error };
    }
  };
  const made: Given = {
    timing,
    log,
    calls,
    events,
    times,
    observations,
    messages,
    drops: 0,
    put: (...texts) => {
      for (const text of texts) log.put({ partitionKey: text, data: Buffer.from(text) });
    },
    rest: () => timing.runUntil(() => mapping.atRest() === true),
    get mapping() {
      return mapping;
    },
  };
  const mapping: StreamMapping = streamMapping({
    fn: { name: 'validate', fullName: 'millrace-dev-validate' },
    pool: {
      invoke,
      drop: () => {
        made.drops += 1;
      },
    },
    sendTo: async (queue, body) => void messages.push({ queue, body }),
    observe: (o) => observations.push(o),
    timing,
    ...options,
    trigger: { ...TRIGGER, ...trigger },
    log,
  });
  return made;
};

/** Thrown by a handler that shall run out of time. */
export const TIMED_OUT = new Error('timed out');
