// When a whole pipeline has nothing left to do.
import { setImmediate } from 'node:timers/promises';

/** A mapping, or anything else that calls functions. */
export type Part = {
  readonly name: string;
  /** Nothing runs and nothing waits. */
  atRest(): boolean | Promise<boolean>;
  /** Rises with everything it does. */
  readonly activity: number;
  /** The last delivery failed: why, and how often in a row the same batch was tried. */
  readonly failure?:
    | { readonly why: string; readonly cause?: unknown; readonly attempts: number; readonly where: string }
    | undefined;
  onActivity(listener: () => void): () => void;
};

/** Some batch fails again and again: waiting longer will not help. */
export class StuckError extends Error {
  constructor(part: string, failure: NonNullable<Part['failure']>) {
    const { why, cause, attempts, where } = failure;
    const reason = cause instanceof Error ? `: ${cause.message}` : '';
    super(`${part} does not get on: ${why}${reason} (${attempts} times, ${where})`, { cause });
    this.name = 'StuckError';
  }
}

/** One after the other: a part that must ask somebody, as a queue does, is not asked while one before it is busy. */
const allAtRest = async (parts: readonly Part[]): Promise<boolean> => {
  for (const part of parts) if (!(await part.atRest())) return false;
  return true;
};

/**
 * Resolves when all parts are at rest at the same time.
 * @param patience tries of one batch after which the run has failed
 * @throws StuckError
 */
export const untilRest = async (parts: readonly Part[], patience = Number.POSITIVE_INFINITY): Promise<void> => {
  const acted = (): number => parts.reduce((sum, part) => sum + part.activity, 0);
  for (;;) {
    const before = acted();
    const quiet = await allAtRest(parts);
    await setImmediate();
    if (quiet && acted() === before) return;
    for (const { name, failure } of parts)
      if (failure !== undefined && failure.attempts >= patience) throw new StuckError(name, failure);
    if (!quiet && acted() === before) await nextActivity(parts);
  }
};

/** The next thing any part does; parts that cannot tell are asked again after a while. */
const nextActivity = (parts: readonly Part[]): Promise<void> =>
  new Promise((resolve) => {
    const forget = parts.map((part) => part.onActivity(() => done()));
    const timer = setTimeout(() => done(), ASK_AGAIN);
    const done = (): void => {
      clearTimeout(timer);
      for (const f of forget) f();
      resolve();
    };
  });
const ASK_AGAIN = 20;
