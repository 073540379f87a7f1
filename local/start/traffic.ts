// Sample traffic at the wall clock: first what would have come in the last minutes, so that windows close at once, then as it comes.

import { type Ms, minutes } from '../../shared/time.ts';
import { type Kind, timeline } from '../generate/generate.ts';

export type TrafficOptions = {
  readonly kind: Kind;
  /** Events a second. */
  readonly rate: number;
  readonly seed: number;
  /** The producer endpoint: `http://127.0.0.1:8080/events`. */
  readonly url: string;
  /** Sent along as `x-api-key` where one is asked for. */
  readonly key?: string | null;
  /** Which event types are sent; all without it. */
  readonly types?: ReadonlySet<string>;
  /** How far back it begins, so that windows close at once; 3 minutes. */
  readonly history?: Ms;
  /** Told once, when what would have come before the start is sent. */
  readonly onCaughtUp?: () => void;
  /** Told when a request fails; the traffic goes on. */
  readonly onFailure: (why: string) => void;
};

const HISTORY: Ms = minutes(3);
/** How often due events are sent. */
const EVERY: Ms = 250;
/** Events of one request. */
const MOST = 500;

const send = async (url: string, key: string | null, lines: readonly string[]): Promise<string | null> => {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/cloudevents-batch+json', ...(key !== null && { 'x-api-key': key }) },
      body: `[${lines.join(',')}]`,
    });
    await response.arrayBuffer();
    return response.ok ? null : `${url} answered ${response.status}`;
  } catch (error) {
    return `${url}: ${(error as Error).message}`;
  }
};

/** @returns a function that stops the traffic and waits for the last answer */
export const startTraffic = (options: TrafficOptions): (() => Promise<void>) => {
  const { kind, rate, seed, url, key = null, onFailure } = options;
  const source = timeline({
    kind,
    seed,
    rate,
    events: Number.MAX_SAFE_INTEGER,
    start: Date.now() - (options.history ?? HISTORY),
    duplicates: 0.01,
  });
  const { types } = options;
  const isSent = (line: string): boolean => types?.has(String(JSON.parse(line).type)) ?? true;
  let next = source.next();
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  const turn = async (): Promise<void> => {
    while (!stopped && !next.done && next.value.at <= Date.now()) {
      const lines: string[] = [];
      while (lines.length < MOST && !next.done && next.value.at <= Date.now()) {
        if (isSent(next.value.line)) lines.push(next.value.line);
        next = source.next();
      }
      if (lines.length === 0) continue;
      const failure = await send(url, key, lines);
      if (failure !== null && !stopped) onFailure(failure);
    }
  };
  let running: Promise<void> = Promise.resolve();
  const tick = (): void => {
    running = turn().then(() => {
      if (!stopped) timer = setTimeout(tick, EVERY);
    });
  };
  tick();
  void running.then(options.onCaughtUp);
  return async () => {
    stopped = true;
    clearTimeout(timer);
    await running;
  };
};
