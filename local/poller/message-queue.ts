// What a queue's mapping needs of SQS, and how it asks an SQS for it.
import { createHash } from 'node:crypto';
import type { EpochMs } from '../../shared/time.ts';

export type Message = {
  readonly id: string;
  readonly receipt: string;
  readonly body: string;
  readonly md5: string;
  readonly sentAt: EpochMs;
  /** How often it was received, this time included. */
  readonly receives: number;
};

export type MessageQueue = {
  /** Up to `max` messages that are visible now; they are hidden until the visibility time is over. */
  receive(max: number): Promise<readonly Message[]>;
  delete(messages: readonly Message[]): Promise<void>;
  /** Makes messages visible again. */
  release(messages: readonly Message[]): Promise<void>;
  /** How many messages are visible now. Those with a delay, and those hidden, are not. */
  visible(): Promise<number>;
};

/** One operation of SQS: its name and its JSON. */
export type SqsCall = (operation: string, body: object) => Promise<unknown>;
type Received = {
  readonly Messages?: readonly {
    readonly MessageId?: string;
    readonly ReceiptHandle?: string;
    readonly Body?: string;
    readonly Attributes?: { readonly SentTimestamp?: string; readonly ApproximateReceiveCount?: string };
  }[];
};
const PAGE = 10; // messages of one call, the most that SQS takes

export const sqsQueue = (sqs: SqsCall, url: string): MessageQueue => {
  const each = async (operation: string, messages: readonly Message[], fields: object = {}): Promise<void> => {
    for (const { receipt } of messages) await sqs(operation, { QueueUrl: url, ReceiptHandle: receipt, ...fields });
  };
  return {
    async receive(max) {
      const all: Message[] = [];
      while (all.length < max) {
        const asked = Math.min(PAGE, max - all.length);
        const answer = (await sqs('ReceiveMessage', {
          QueueUrl: url,
          MaxNumberOfMessages: asked,
          AttributeNames: ['All'],
        })) as Received;
        const page = answer.Messages ?? [];
        for (const m of page)
          all.push({
            id: m.MessageId ?? '',
            receipt: m.ReceiptHandle ?? '',
            body: m.Body ?? '',
            md5: createHash('md5')
              .update(m.Body ?? '')
              .digest('hex'),
            sentAt: Number(m.Attributes?.SentTimestamp ?? 0),
            receives: Number(m.Attributes?.ApproximateReceiveCount ?? 1),
          });
        if (page.length < asked) break;
      }
      return all;
    },
    delete: (messages) => each('DeleteMessage', messages),
    release: (messages) => each('ChangeMessageVisibility', messages, { VisibilityTimeout: 0 }),
    async visible() {
      const answer = (await sqs('GetQueueAttributes', {
        QueueUrl: url,
        AttributeNames: ['ApproximateNumberOfMessages'],
      })) as { readonly Attributes?: { readonly ApproximateNumberOfMessages?: string } };
      return Number(answer.Attributes?.ApproximateNumberOfMessages ?? 0);
    },
  };
};
