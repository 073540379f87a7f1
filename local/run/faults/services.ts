// What becomes of a function's call to a service, as the schedule says.
import type { MemoryLog } from '../../../shared/memory/log.ts';
import type { CallFacts, Schedule } from '../../chaos/schedule.ts';
import type { BeforeVerdict, Call, ErrorVerdict, Hooks } from '../../services/hooks.ts';
import type { Sandboxes } from './sandboxes.ts';

const REFUSALS: Readonly<Record<Call['service'], string>> = {
  kinesis: 'ProvisionedThroughputExceededException',
  dynamodb: 'ProvisionedThroughputExceededException',
  s3: 'SlowDown',
  sqs: 'ThrottlingException',
  secretsmanager: 'ThrottlingException',
  sns: 'Throttling',
  events: 'ThrottlingException',
  firehose: 'ServiceUnavailableException',
  es: 'rejected_execution_exception',
  'redshift-data': 'ActiveStatementsExceededException',
  postgres: '53300',
  webhook: 'Too Many Requests',
  kafka: 'NOT_ENOUGH_REPLICAS',
};
const WRITES = new Set([
  ...['PutItem', 'UpdateItem', 'DeleteItem', 'BatchWriteItem', 'PutObject'],
  ...['INSERT', 'SendMessageBatch', 'PublishBatch', 'POST', 'BatchExecuteStatement', 'Produce'],
]);
/** Calls whose entries may be refused one by one, and the field that holds them. */
const ENTRIES: Readonly<Record<string, string>> = {
  PutRecords: 'Records',
  PutEvents: 'Entries',
  PutRecordBatch: 'Records',
  _bulk: 'lines',
};

type SentRecord = { readonly PartitionKey: string; readonly ExplicitHashKey?: string };
type PutBody = { readonly StreamName?: string; readonly StreamARN?: string; readonly Records?: readonly SentRecord[] };

/** Services that say so by the status alone. */
const TOO_MANY = new Set<Call['service']>(['es', 'webhook']);

/** Only what a function does fails; loading the input and reading the results is not what is tested. */
const isFunction = (caller: string): boolean => caller.includes('#');
/** What ends a dead sandbox's code when the run is over: no client tries again. */
const DENIED: ErrorVerdict = { status: 400, error: 'AccessDeniedException', message: 'this sandbox is dead' };

/** A shard of a stream that takes nothing. */
export type Throttled = { readonly log: MemoryLog; readonly shard: string };

export type Faulty = {
  readonly hooks: Hooks;
  /** What was told to land later lands. */
  readonly land: () => Promise<void>;
  /** The run is over: the dead are answered, so that their code ends. */
  readonly end: () => void;
};

/**
 * @param step      called before each call of a function: the world goes on
 * @param throttled the shard that takes nothing just now
 */
export const faultyServices = (
  schedule: Schedule,
  sandboxes: Sandboxes,
  step: () => void,
  throttled: () => Throttled | null,
): Faulty => {
  const later: (() => Promise<void>)[] = [];
  const diesAfter = new WeakSet<Call>();
  const silence = Promise.withResolvers<ErrorVerdict>();

  const throttledIn = (call: Call): ((index: number) => boolean) | undefined => {
    const { StreamName: name, StreamARN: arn, Records: records = [] } = call.body as PutBody;
    const shut = throttled();
    if (shut === null || (name ?? arn?.split('/').at(-1)) !== shut.log.name) return undefined;
    return (i) => {
      const { PartitionKey: partitionKey = '', ExplicitHashKey: hashKey } = records[i] ?? {};
      return shut.log.shardFor({ partitionKey, ...(hashKey && { hashKey }) }) === shut.shard;
    };
  };
  const factsOf = (call: Call): CallFacts => {
    const running = sandboxes.isRunning(call.caller);
    const entries = ENTRIES[call.operation];
    const shut = call.operation === 'PutRecords' ? throttledIn(call) : undefined;
    const sent = entries === undefined ? [] : (call.body as Readonly<Record<string, readonly unknown[]>>)[entries];
    return {
      kind: entries !== undefined ? 'stream' : WRITES.has(call.operation) ? 'write' : 'read',
      records: sent?.length ?? 0,
      ...(shut && { throttled: shut }),
      mayBeGivenUp: running,
      mayDie: running,
    };
  };
  const landOne = async (): Promise<void> => {
    await later.splice(schedule.rng.below(later.length), 1)[0]?.();
  };

  const before = async (call: Call): Promise<BeforeVerdict> => {
    if (!isFunction(call.caller)) return 'pass';
    if (sandboxes.isDead(call.caller)) return silence.promise;
    step();
    if (later.length > 0 && schedule.rng.chance(0.1)) await landOne();
    const fault = schedule.call(factsOf(call));
    switch (fault.kind) {
      case 'pass':
        return 'pass';
      case 'crash':
        if (fault.after) {
          diesAfter.add(call);
          return 'pass';
        }
        sandboxes.kill(call.caller);
        return silence.promise;
      case 'zombie':
        sandboxes.giveUp(call.caller);
        return 'pass';
      case 'refused':
        return {
          status: TOO_MANY.has(call.service) ? 429 : 400,
          message: 'drawn from the seed',
          error: REFUSALS[call.service],
        };
      case 'lost':
        return 'drop-answer';
      case 'partial':
        return { partial: fault.taken.flatMap((taken, i) => (taken ? [] : [i])) };
      case 'later':
        return { later: (land) => void later.push(land) };
      default:
        return fault satisfies never;
    }
  };

  return {
    hooks: {
      before,
      after(call) {
        if (!diesAfter.has(call) && !sandboxes.isDead(call.caller)) return 'pass';
        sandboxes.kill(call.caller);
        return silence.promise;
      },
    },
    end: () => silence.resolve(DENIED),
    async land() {
      while (later.length > 0) await landOne();
    },
  };
};
