import type { Ms } from '../../shared/time.ts';
import type { Timing } from '../timing.ts';

/** Wakes a loop. A notification while nobody waits is kept for the next wait. */
export type Signal = { notify(): void; wait(timing: Timing, atMost?: Ms): Promise<void> };

export const signal = (): Signal => {
  let raised = false;
  let wake: (() => void) | undefined;
  return {
    notify() {
      raised = true;
      wake?.();
    },
    async wait(timing, atMost) {
      if (!raised)
        await new Promise<void>((resolve) => {
          const cancel = atMost === undefined ? undefined : timing.after(atMost, resolve);
          wake = () => {
            cancel?.();
            resolve();
          };
        });
      wake = undefined;
      raised = false;
    },
  };
};
