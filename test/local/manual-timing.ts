import { setImmediate } from 'node:timers/promises';
import type { Timing } from '../../local/timing.ts';
import { manualClock } from '../../shared/memory/clock.ts';
import type { EpochMs, Ms } from '../../shared/time.ts';

export type ManualTiming = Timing & {
  /** Moves the clock and calls the alarms that are due, in their order. */
  advance(by: Ms): void;
  /** Lets everything run that waits for no alarm. */
  settled(): Promise<void>;
  /** Lets everything run, jumping from alarm to alarm, until `until` holds. */
  runUntil(until: () => boolean): Promise<void>;
};

/** Turns of the event loop after which nothing new happens without an alarm. */
const TURNS = 20;

export const manualTiming = (): ManualTiming => {
  const clock = manualClock();
  const alarms = new Set<{ readonly at: EpochMs; readonly then: () => void }>();
  const next = () => [...alarms].sort((a, b) => a.at - b.at)[0];
  const ring = (to: EpochMs): void => {
    for (let alarm = next(); alarm !== undefined && alarm.at <= to; alarm = next()) {
      alarms.delete(alarm);
      clock.set(Math.max(alarm.at, clock.now()));
      alarm.then();
    }
    clock.set(to);
  };
  const settled = async (): Promise<void> => {
    for (let i = 0; i < TURNS; i++) await setImmediate();
  };
  return {
    now: clock.now,
    after(delay, then) {
      const alarm = { at: clock.now() + delay, then };
      alarms.add(alarm);
      return () => alarms.delete(alarm);
    },
    advance: (by) => ring(clock.now() + by),
    settled,
    async runUntil(until) {
      for (let i = 0; i < 10_000; i++) {
        await settled();
        if (until()) return;
        const alarm = next();
        if (alarm === undefined) throw new Error('nothing happens any more');
        ring(alarm.at);
      }
      throw new Error('it never came true');
    },
  };
};
