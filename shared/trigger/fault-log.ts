import { Fault } from '../faults.ts';

/** Where a trigger says why a batch stopped; a Powertools logger fits. */
export type FaultLog = { error(message: string, error: Error): void };

/** One JSON line on stderr, as CloudWatch Logs reads it. */
export const consoleLog: FaultLog = {
  error: (message, error) =>
    console.error(
      JSON.stringify({
        level: 'ERROR',
        message,
        ...(error instanceof Fault ? { code: error.code } : {}),
        error: error.stack ?? String(error),
      }),
    ),
};

export const asError = (thrown: unknown): Error =>
  thrown instanceof Error ? thrown : new Error(String(thrown), { cause: thrown });
