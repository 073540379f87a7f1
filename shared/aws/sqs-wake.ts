// The port Wake on SQS.
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { Wake } from '../ports.ts';
import { clientSettings } from './client.ts';
import { faulting } from './sdk-errors.ts';

const CODES = { throttled: 'queue.unavailable', unavailable: 'queue.unavailable' } as const;

export type SqsWakeOptions = { readonly queueUrl: string; readonly client?: SQSClient };

export const sqsWake = ({ queueUrl, client = new SQSClient(clientSettings('SQS')) }: SqsWakeOptions): Wake => ({
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
