// The port Wake on SQS.
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { Usage } from '../metrics/usage.ts';
import type { Wake } from '../ports.ts';
import { clientSettings } from './client.ts';
import { metered } from './metered.ts';
import { faulting } from './sdk-errors.ts';

const CODES = { throttled: 'queue.unavailable', unavailable: 'queue.unavailable' } as const;

export type SqsWakeOptions = {
  readonly queueUrl: string;
  readonly client?: SQSClient;
  /** Counts the calls of the client that is made here. */
  readonly usage?: Usage;
};

export const sqsWake = ({
  queueUrl,
  usage,
  client = metered(new SQSClient(clientSettings('SQS')), usage),
}: SqsWakeOptions): Wake => ({
  send: (body, delaySeconds) =>
    faulting(`SendMessage ${queueUrl}`, CODES, async () => {
      await client.send(
        new SendMessageCommand({
          QueueUrl: queueUrl,
          MessageBody: body,
          ...(delaySeconds !== undefined && { DelaySeconds: delaySeconds }),
        }),
      );
    }),
});
