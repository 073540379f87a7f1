// Rows to an SQS queue, standard or FIFO.
import { SendMessageBatchCommand, SQSClient } from '@aws-sdk/client-sqs';
import { groupId, messageId, messageText } from '../destinations/message.ts';
import type { Destination } from '../steps/sink/destination.ts';
import { entryOutcomes } from './batch-entries.ts';
import { clientSettings } from './client.ts';
import { DESTINATION, refusing } from './destination-errors.ts';

/** Ten entries and 256 KiB, attributes included. */
const MOST = { rows: 10, bytes: 200 * 1024 };

export type SqsMessagesOptions = { readonly queueUrl: string; readonly client?: SQSClient };

/** A queue whose name ends with .fifo keeps the order of each key and drops a message that comes again within 5 minutes. */
export const sqsMessages = ({
  queueUrl,
  client = new SQSClient(clientSettings('SQS')),
}: SqsMessagesOptions): Destination => {
  const fifo = queueUrl.endsWith('.fifo');
  return {
    name: `the queue ${queueUrl}`,
    most: MOST,
    atOnce: 1,
    write: (rows) =>
      refusing(`SendMessageBatch ${queueUrl}`, DESTINATION, async () => {
        const { Successful, Failed } = await client.send(
          new SendMessageBatchCommand({
            QueueUrl: queueUrl,
            Entries: rows.map((r, i) => ({
              Id: String(i),
              MessageBody: messageText(r),
              MessageAttributes: { type: { DataType: 'String', StringValue: r.table } },
              ...(fifo && { MessageGroupId: groupId(r), MessageDeduplicationId: messageId(r) }),
            })),
          }),
        );
        return entryOutcomes(rows.length, Successful, Failed);
      }),
  };
};
