// What a Kafka mapping makes of an invocation's answer: where each partition goes on.
import type { Outcome } from '../sandbox/sandbox.ts';
import type { Held } from './mirror.ts';

export type KafkaVerdict =
  /** By partition, the offset to go on from. */
  | { readonly kind: 'done' | 'partly'; readonly next: ReadonlyMap<number, number> }
  | { readonly kind: 'failed'; readonly why: string; readonly cause?: unknown };

const failed = (why: string): KafkaVerdict => ({ kind: 'failed', why });

/**
 * @param batches records that were sent, by partition
 * @param partial whether the mapping asks for ReportBatchItemFailures; without it any returned answer is success
 */
export const judgeKafka = (
  outcome: Outcome,
  topic: string,
  batches: ReadonlyMap<number, readonly Held[]>,
  partial: boolean,
): KafkaVerdict => {
  if (outcome.kind === 'threw') return { kind: 'failed', why: 'the function threw', cause: outcome.error };
  if (outcome.kind === 'timed-out') return failed('the function ran out of time');
  const next = new Map([...batches].map(([p, records]) => [p, (records.at(-1)?.offset ?? 0) + 1]));
  const { batchItemFailures: failures } = (outcome.value ?? {}) as { batchItemFailures?: unknown };
  if (!partial || failures === undefined || failures === null) return { kind: 'done', next };
  if (!Array.isArray(failures)) return failed('batchItemFailures is no list');
  for (const failure of failures as { itemIdentifier?: { 'topic-partition'?: unknown; offset?: unknown } }[]) {
    const { 'topic-partition': name, offset } = failure?.itemIdentifier ?? {};
    const p = [...batches.keys()].find((key) => name === `${topic}-${key}`);
    if (p === undefined || typeof offset !== 'number' || !batches.get(p)?.some((r) => r.offset === offset))
      return failed(`batchItemFailures names ${JSON.stringify(failure)}, which is not in the batch`);
    next.set(p, Math.min(next.get(p) as number, offset));
  }
  return { kind: failures.length === 0 ? 'done' : 'partly', next };
};
