// Rows to an SQS queue, standard or FIFO.
import { sqsCalls } from '#aws/sqs';
import { groupId, messageId, messageText } from '../destinations/message.ts';
import type { Destination } from '../steps/sink/destination.ts';
import { entryOutcomes } from './batch-entries.ts';
import type { Calls, SqsApi } from './calls.ts';
import { DESTINATION, refusing } from './destination-errors.ts';

/** Ten entries and 256 KiB, attributes included. */
const MOST = { rows: 10, bytes: 200 * 1024 };

export type SqsMessagesOptions = { readonly queueUrl: string; readonly calls?: Calls<SqsApi> };

/** A queue whose name ends with .fifo keeps the order of each key and drops a message that comes again within 5 minutes. */
export const sqsMessages = ({ queueUrl, calls = sqsCalls() }: SqsMessagesOptions): Destination => {
  const fifo = queueUrl.endsWith('.fifo');
  return {
    name: `the queue ${queueUrl}`,
    most: MOST,
    atOnce: 1,
    write: (rows) =>
      refusing(`SendMessageBatch ${queueUrl}`, DESTINATION, async () => {
        const { Successful, Failed } = await calls('SendMessageBatch', {
          QueueUrl: queueUrl,
          Entries: rows.map((r, i) => ({
            Id: String(i),
            MessageBody: messageText(r),
            MessageAttributes: { type: { DataType: 'String', StringValue: r.table } },
            ...(fifo && { MessageGroupId: groupId(r), MessageDeduplicationId: messageId(r) }),
          })),
        });
        return entryOutcomes(rows.length, Successful, Failed);
      }),
  };
};
