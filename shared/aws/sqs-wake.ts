// The port Wake on SQS.
import { sqsCalls } from '#aws/sqs';
import type { Usage } from '../metrics/usage.ts';
import type { Wake } from '../ports.ts';
import { type Calls, counted, type SqsApi } from './calls.ts';
import { faulting } from './sdk-errors.ts';

const CODES = { throttled: 'queue.unavailable', unavailable: 'queue.unavailable' } as const;

export type SqsWakeOptions = {
  readonly queueUrl: string;
  readonly calls?: Calls<SqsApi>;
  /** Counts the calls of the calls that are made here. */
  readonly usage?: Usage;
};

export const sqsWake = ({ queueUrl, usage, calls = counted(sqsCalls(), usage) }: SqsWakeOptions): Wake => ({
  send: (body, delaySeconds) =>
    faulting(`SendMessage ${queueUrl}`, CODES, async () => {
      await calls('SendMessage', {
        QueueUrl: queueUrl,
        MessageBody: body,
        ...(delaySeconds !== undefined && { DelaySeconds: delaySeconds }),
      });
    }),
});
