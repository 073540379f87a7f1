// What Lambda makes of an invocation's answer.
import type { Outcome } from '../sandbox/sandbox.ts';

export type Verdict =
  | { readonly kind: 'done' }
  /** Records before `index` are done; the rest comes again. */
  | { readonly kind: 'from'; readonly index: number }
  | { readonly kind: 'failed'; readonly why: string; readonly cause?: unknown };

const failed = (why: string, cause?: unknown): Verdict => ({
  kind: 'failed',
  why,
  ...(cause !== undefined && { cause }),
});

/** The lowest record that a partial answer names. Anything that cannot be read as one is a failure of the whole batch. */
const partial = (value: unknown, seqs: readonly string[]): Verdict => {
  if (value === undefined || value === null) return { kind: 'done' };
  if (typeof value !== 'object' || Array.isArray(value)) return failed('the answer is no object');
  const { batchItemFailures: failures } = value as { batchItemFailures?: unknown };
  if (failures === undefined || failures === null) return { kind: 'done' };
  if (!Array.isArray(failures)) return failed('batchItemFailures is no list');
  let lowest = Number.POSITIVE_INFINITY;
  for (const failure of failures as unknown[]) {
    const id =
      typeof failure === 'object' && failure !== null && 'itemIdentifier' in failure
        ? failure.itemIdentifier
        : undefined;
    const index = typeof id === 'string' && id !== '' ? seqs.indexOf(id) : -1;
    if (index < 0) return failed(`batchItemFailures names ${JSON.stringify(id)}, which is not in the batch`);
    lowest = Math.min(lowest, index);
  }
  return lowest === Number.POSITIVE_INFINITY ? { kind: 'done' } : { kind: 'from', index: lowest };
};

/** @param seqs sequence numbers of the records that were sent, in order */
export const judge = (outcome: Outcome, seqs: readonly string[], reportBatchItemFailures: boolean): Verdict => {
  switch (outcome.kind) {
    case 'threw':
      return failed('the function threw', outcome.error);
    case 'timed-out':
      return failed('the function ran out of time');
    case 'returned':
      return reportBatchItemFailures ? partial(outcome.value, seqs) : { kind: 'done' };
    default:
      return outcome satisfies never;
  }
};
