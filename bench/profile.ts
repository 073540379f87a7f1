// Self time by function, from a profile that Node's sampling profiler made in this process.
import { Session } from 'node:inspector/promises';
import type { Profile } from './goal.ts';

const MOST = 14;

type Sampled = {
  readonly nodes: readonly {
    readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
    readonly hitCount?: number | undefined;
  }[];
};

/** Share of the samples by function, most first; what the engine does between them is left out. */
export const selfTimes = ({ nodes }: Sampled): Profile['lines'] => {
  const byName = new Map<string, number>();
  let all = 0;
  for (const { callFrame, hitCount = 0 } of nodes) {
    const { functionName, url, lineNumber } = callFrame;
    if (functionName === '(idle)' || functionName === '(program)') continue;
    const file = /\/((?:shared|bench|local|functions|node_modules)\/.*)$/.exec(url)?.[1] ?? url;
    const name = url === '' ? functionName : `${functionName || `line ${lineNumber + 1}`} ${file}`;
    all += hitCount;
    byName.set(name, (byName.get(name) ?? 0) + hitCount);
  }
  return [...byName]
    .toSorted((a, b) => b[1] - a[1])
    .slice(0, MOST)
    .map(([name, hits]) => ({ name, share: Number((hits / all).toFixed(3)) }));
};

/** @param work what is profiled; not its warming up */
export const profileOf = async (of: string, when: string, work: () => Promise<unknown>): Promise<Profile> => {
  const session = new Session();
  session.connect();
  await session.post('Profiler.enable');
  await session.post('Profiler.setSamplingInterval', { interval: 200 });
  await session.post('Profiler.start');
  await work();
  const { profile } = await session.post('Profiler.stop');
  session.disconnect();
  return { of, when, lines: selfTimes(profile) };
};
