// Rows to a Data Firehose stream: one line of JSON a row.
import { firehoseCalls } from '#aws/firehose';
import { messageText } from '../destinations/message.ts';
import { type Destination, type RowOutcome, STORED } from '../steps/sink/destination.ts';
import type { Calls, FirehoseApi } from './calls.ts';
import { DESTINATION, refusing } from './destination-errors.ts';

/** 500 records and 4 MiB; a record has at most 1,000 KiB. @see https://docs.aws.amazon.com/firehose/latest/APIReference/API_PutRecordBatch.html */
const MOST = { rows: 500, bytes: 3 * 1_048_576 };
const MAX_RECORD = 1_000 * 1_024;

export type FirehoseOptions = { readonly deliveryStream: string; readonly calls?: Calls<FirehoseApi> };

/** Firehose keeps no order and may deliver a record twice: lines carry `id` and `revision`. */
export const firehoseRecords = ({ deliveryStream, calls = firehoseCalls() }: FirehoseOptions): Destination => ({
  name: `the delivery stream ${deliveryStream}`,
  most: MOST,
  atOnce: 1,
  write: async (rows) => {
    const lines = rows.map((r) => Buffer.from(`${messageText(r)}\n`));
    const outcomes = lines.map((line): RowOutcome => {
      const cause = `${line.length} bytes as a line, at most ${MAX_RECORD} may be`;
      return line.length > MAX_RECORD
        ? { kind: 'reject', rule: 'body.too-large', cause }
        : { kind: 'retry', cause: 'no answer for it' };
    });
    const sent = lines.flatMap((Data, i) => (Data.length > MAX_RECORD ? [] : [{ i, Data }]));
    if (sent.length === 0) return outcomes;
    await refusing(`PutRecordBatch ${deliveryStream}`, DESTINATION, async () => {
      const { RequestResponses } = await calls('PutRecordBatch', {
        DeliveryStreamName: deliveryStream,
        Records: sent.map(({ Data }) => ({ Data })),
      });
      sent.forEach(({ i }, at) => {
        const answer = RequestResponses?.[at];
        if (answer?.RecordId) outcomes[i] = STORED;
        else if (answer?.ErrorCode)
          outcomes[i] = { kind: 'retry', cause: `${answer.ErrorCode}: ${answer.ErrorMessage ?? ''}` };
      });
    });
    return outcomes;
  },
});
