// Answers of the batch calls of SQS and SNS: each entry by itself.
import { type RowOutcome, STORED } from '../steps/sink/destination.ts';

export type FailedEntry = {
  readonly Id?: string | undefined;
  readonly Code?: string | undefined;
  readonly Message?: string | undefined;
  readonly SenderFault?: boolean | undefined;
};

/** Codes of refusals that pass by themselves, though the service calls some of them the sender's fault. */
const PASSING =
  /Throttl|TooManyRequests|RequestThrottled|ServiceUnavailable|InternalFailure|InternalError|KMS|OverLimit/i;

/**
 * Ids of entries are their places. An entry that is neither among the taken nor among the failed may have been taken: it comes again.
 * @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_BatchResultErrorEntry.html
 */
export const entryOutcomes = (
  count: number,
  taken: readonly { readonly Id?: string | undefined }[] | undefined,
  failed: readonly FailedEntry[] | undefined,
): readonly RowOutcome[] => {
  const out = Array.from({ length: count }, (): RowOutcome => ({ kind: 'retry', cause: 'no answer for it' }));
  for (const { Id } of taken ?? []) if (Id !== undefined) out[Number(Id)] = STORED;
  for (const f of failed ?? []) {
    const cause = `${f.Code ?? 'failed'}${f.Message ? `: ${f.Message}` : ''}`;
    const isFinal = f.SenderFault === true && !PASSING.test(f.Code ?? '');
    out[Number(f.Id)] = isFinal ? { kind: 'reject', rule: 'destination.refused', cause } : { kind: 'retry', cause };
  }
  return out;
};
