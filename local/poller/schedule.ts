// An EventBridge rule: calls a function at a rate, without looking at its answer.
import { randomUUID } from 'node:crypto';
import type { ScheduledEvent } from 'aws-lambda';
import type { EpochMs } from '../../shared/time.ts';
import type { FunctionPool } from '../sandbox/pool.ts';
import type { Outcome } from '../sandbox/sandbox.ts';
import { LOCAL_ACCOUNT } from '../template/intrinsics.ts';
import type { FunctionTemplate, ScheduleTrigger } from '../template/template.ts';
import { realTiming, type Timing } from '../timing.ts';
import type { Part } from './rest.ts';

export type ScheduleOptions = {
  readonly fn: Pick<FunctionTemplate, 'name' | 'fullName'>;
  readonly trigger: ScheduleTrigger;
  readonly pool: Pick<FunctionPool, 'invoke'>;
  readonly region?: string;
  readonly timing?: Timing;
};

export type Schedule = Part & {
  /** From now on at its rate, first after one interval. */
  start(): void;
  stop(): Promise<void>;
  /** One call now, for a run that has no time of its own. */
  fire(): Promise<Outcome>;
  /** As a rule that was disabled: what is due meanwhile is not made good. */
  hold(): void;
  release(): void;
  /** Held, and nothing runs. */
  readonly idle: boolean;
};

const eventAt = (time: EpochMs, rule: string, region: string): ScheduledEvent => ({
  version: '0',
  id: randomUUID(),
  'detail-type': 'Scheduled Event',
  source: 'aws.events',
  account: LOCAL_ACCOUNT,
  time: new Date(time).toISOString().replace(/\.\d+Z$/, 'Z'), // EventBridge gives whole seconds
  region,
  resources: [`arn:aws:events:${region}:${LOCAL_ACCOUNT}:rule/${rule}`],
  detail: {},
});

/** A call that fails is not tried again: the next one comes (maximumRetryAttempts 0). Calls may overlap. */
export const schedule = (options: ScheduleOptions): Schedule => {
  const { fn, trigger, pool, timing = realTiming, region = 'us-east-1' } = options;
  const listeners = new Set<() => void>();
  const running = new Set<Promise<Outcome>>();
  let cancel: (() => void) | undefined;
  let held = false;
  let activity = 0;

  const active = (): void => {
    activity += 1;
    for (const listener of listeners) listener();
  };
  const fire = async (at: EpochMs): Promise<Outcome> => {
    active();
    const call = pool.invoke(eventAt(at, `${fn.fullName}-schedule`, region));
    running.add(call);
    try {
      return await call;
    } finally {
      running.delete(call);
      active();
    }
  };
  const arm = (due: EpochMs): void => {
    cancel = timing.after(due - timing.now(), () => {
      arm(due + trigger.rateMs);
      if (!held) void fire(due);
    });
  };
  return {
    name: `${fn.name} <- schedule`,
    start() {
      if (trigger.enabled && cancel === undefined) arm(timing.now() + trigger.rateMs);
    },
    async stop() {
      cancel?.();
      await Promise.all(running);
    },
    fire: () => fire(timing.now()),
    hold() {
      held = true;
    },
    release() {
      held = false;
    },
    get idle() {
      return held && running.size === 0;
    },
    atRest: () => running.size === 0,
    get activity() {
      return activity;
    },
    onActivity(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
};
