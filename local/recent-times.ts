import type { Ms } from '../shared/time.ts';

/** The newest times, and their 99th percentile. */
export const recentTimes = (most = 500) => {
  const times: Ms[] = [];
  return {
    add(ms: Ms): void {
      times.push(ms);
      if (times.length > most) times.shift();
    },
    p99: (): Ms | null => [...times].sort((a, b) => a - b)[Math.ceil(times.length * 0.99) - 1] ?? null,
  };
};
