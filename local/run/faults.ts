// One seeded schedule of everything that may go wrong around a function. What is drawn follows from the seed; when it strikes follows
// from the order of calls, which two runs need not share. Bounded, so that every run ends.
import type { MemoryLog } from '../../shared/memory/log.ts';
import { type Rng, rngOf } from '../generate/rng.ts';
import type { PollerFaults } from '../poller/faults.ts';
import type { FunctionPool } from '../sandbox/pool.ts';
import type { Outcome } from '../sandbox/sandbox.ts';
import type { Call, Hooks } from '../services/hooks.ts';

export type FaultName = 'crash' | 'redelivery' | 'partial put' | 'lost answer' | 'refusal' | 'reshard';
export type FaultCounts = Record<FaultName, number>;

/** What a run lets happen to it. */
export type Faults = {
  readonly hooks: Hooks;
  readonly poller: PollerFaults;
  /** A function whose sandbox may crash in the middle of an invocation. */
  readonly crashing: (pool: FunctionPool) => Pick<FunctionPool, 'invoke' | 'drop'>;
  /** Streams that are split and merged while records are put on them. */
  readonly reshard: (logs: readonly MemoryLog[], mostShards: number) => void;
  /** How often each struck so far. */
  readonly counts: FaultCounts;
};

/** Chance of each, for one call or delivery, and how often it strikes at most. */
const SHARE: Readonly<Record<FaultName, { readonly chance: number; readonly most: number }>> = {
  crash: { chance: 0.02, most: 25 },
  redelivery: { chance: 0.15, most: 80 },
  'partial put': { chance: 0.1, most: 60 },
  'lost answer': { chance: 0.02, most: 25 },
  // Each costs the client's back-off, half a second: a few are enough.
  refusal: { chance: 0.02, most: 12 },
  reshard: { chance: 0.08, most: 24 },
};

const THROTTLED = { status: 400, message: 'drawn from the seed' };
const REFUSALS: Readonly<Record<Call['service'], string>> = {
  kinesis: 'ProvisionedThroughputExceededException',
  dynamodb: 'ProvisionedThroughputExceededException',
  s3: 'SlowDown',
  sqs: 'ThrottlingException',
  secretsmanager: 'ThrottlingException',
};

/** Only what a function does fails; loading the input and reading the results is not what is tested. */
const isFunction = (caller: string): boolean => caller.includes('#');

const recordsIn = (call: Call): number => {
  const { Records: records } = call.body as { readonly Records?: readonly unknown[] };
  return call.operation === 'PutRecords' ? (records?.length ?? 0) : 0;
};

const reshardOnce = (log: MemoryLog, mostShards: number, rng: Rng): boolean => {
  const open = log
    .shards()
    .filter((s) => !s.closed)
    .sort((a, b) => (BigInt(a.startHash) < BigInt(b.startHash) ? -1 : 1));
  const at = rng.below(open.length);
  const [shard, next] = [open[at], open[at + 1]];
  if (shard === undefined) return false;
  if (next !== undefined && (open.length >= mostShards || rng.chance(0.5))) {
    log.merge(shard.id, next.id);
    return true;
  }
  const [start, end] = [BigInt(shard.startHash), BigInt(shard.endHash)];
  if (open.length >= mostShards || end - start < 2n) return false;
  log.split(shard.id, start + (end - start) / 2n + 1n);
  return true;
};

export const seededFaults = (seed: number): Faults => {
  const rng = rngOf(seed);
  const counts: FaultCounts = {
    crash: 0,
    redelivery: 0,
    'partial put': 0,
    'lost answer': 0,
    refusal: 0,
    reshard: 0,
  };
  const strikes = (name: FaultName): boolean => {
    const { chance, most } = SHARE[name];
    if (counts[name] >= most || !rng.chance(chance)) return false;
    counts[name]++;
    return true;
  };
  /** By caller: what a crash of its sandbox does to the invocation that runs in it. */
  const crash = new Map<string, () => void>();

  return {
    counts,
    hooks: {
      before(call) {
        if (!isFunction(call.caller)) return 'pass';
        if (strikes('refusal')) return { ...THROTTLED, error: REFUSALS[call.service] };
        const records = recordsIn(call);
        if (records > 0 && strikes('partial put')) {
          return { partial: Array.from({ length: records }, (_, i) => i).filter(() => rng.chance(0.5)) };
        }
        return 'pass';
      },
      after(call) {
        if (!isFunction(call.caller)) return 'pass';
        const end = crash.get(call.caller);
        if (end !== undefined && strikes('crash')) {
          // The effect is there, the answer never comes, and nobody waits for the invocation any more.
          crash.delete(call.caller);
          end();
          return 'hang';
        }
        return strikes('lost answer') ? 'drop-answer' : 'pass';
      },
    },
    poller: {
      // A child may be offered before its parents were read: the functions look for themselves.
      anyOrder: seed % 2 === 0,
      deliver({ records }) {
        if (!strikes('redelivery')) return undefined;
        const take = records > 1 && rng.chance(0.6) ? 1 + rng.below(records - 1) : undefined;
        const then = (['kill', 'repeat', 'zombie', undefined] as const)[rng.below(4)];
        return { ...(take !== undefined && { take }), ...(then !== undefined && { then }) };
      },
    },
    crashing: (pool) => ({
      invoke: (event, options) =>
        new Promise<Outcome>((resolve) => {
          let caller: string | undefined;
          const onStart = (name: string): void => {
            caller = name;
            crash.set(name, () => {
              pool.drop();
              resolve({ kind: 'timed-out' });
            });
            options?.onStart?.(name);
          };
          void pool.invoke(event, { ...options, onStart }).then((outcome) => {
            if (caller !== undefined) crash.delete(caller);
            resolve(outcome);
          });
        }),
      drop: () => pool.drop(),
    }),
    reshard(logs, mostShards) {
      for (const log of logs) {
        let busy = false;
        log.onChange(() => {
          if (busy || !strikes('reshard')) return;
          busy = true;
          // After the put that told us: a shard is never closed under the hands of one that appends to it.
          queueMicrotask(() => {
            reshardOnce(log, mostShards, rng);
            busy = false;
          });
        });
      }
    },
  };
};
