// Rows to an SNS topic, standard or FIFO.
import { snsCalls } from '#aws/sns';
import { groupId, messageId, messageText } from '../destinations/message.ts';
import type { Destination } from '../steps/sink/destination.ts';
import { entryOutcomes } from './batch-entries.ts';
import type { Calls, SnsApi } from './calls.ts';
import { DESTINATION, refusing } from './destination-errors.ts';

/** Ten entries and 256 KiB, attributes included. */
const MOST = { rows: 10, bytes: 200 * 1024 };

export type SnsMessagesOptions = { readonly topicArn: string; readonly calls?: Calls<SnsApi> };

/** Attribute `type` is the table's name and `state` is `row` or `deleted`, for filter policies of subscriptions. */
export const snsMessages = ({ topicArn, calls = snsCalls() }: SnsMessagesOptions): Destination => {
  const fifo = topicArn.endsWith('.fifo');
  return {
    name: `the topic ${topicArn}`,
    most: MOST,
    atOnce: 1,
    write: (rows) =>
      refusing(`PublishBatch ${topicArn}`, DESTINATION, async () => {
        const { Successful, Failed } = await calls('PublishBatch', {
          TopicArn: topicArn,
          PublishBatchRequestEntries: rows.map((r, i) => ({
            Id: String(i),
            Message: messageText(r),
            MessageAttributes: {
              type: { DataType: 'String', StringValue: r.table },
              state: { DataType: 'String', StringValue: r.row === null ? 'deleted' : 'row' },
            },
            ...(fifo && { MessageGroupId: groupId(r), MessageDeduplicationId: messageId(r) }),
          })),
        });
        return entryOutcomes(rows.length, Successful, Failed);
      }),
  };
};
