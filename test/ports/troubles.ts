// Makes a stand-in of local/stand-ins fail, by its hooks, as the contract of destinations asks for.
import type { Hooks } from '../../local/services/hooks.ts';

/** @param error with `status` what the service says when it is asked too much */
export const troublesOf = (error: string, status: number) => {
  const mood = { throttled: 0, lost: false, some: false };
  const hooks: Hooks = {
    before: () => {
      if (mood.throttled-- > 0) return { error, status };
      if (mood.some) {
        mood.some = false;
        return { partial: [1, 3] };
      }
      if (!mood.lost) return 'pass';
      mood.lost = false;
      return 'drop-answer';
    },
  };
  return {
    hooks,
    /** All well again, and the means to change that. */
    make: () => {
      Object.assign(mood, { throttled: 0, lost: false, some: false });
      return {
        throttle: (calls: number) => {
          mood.throttled = calls;
        },
        throttleSome: () => {
          mood.some = true;
        },
        loseAnswer: () => {
          mood.lost = true;
        },
      };
    },
  };
};
