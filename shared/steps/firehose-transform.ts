// What Data Firehose reads from one of our streams, as lines of JSON: it takes the aggregates and stamps away, so that S3, Redshift or a
// partner gets one event a line. Firehose hands records over and takes them back by their ids.
// https://docs.aws.amazon.com/firehose/latest/dev/data-transformation-status-model.html
import { unpackInner } from '../lanes/block.ts';
import { singlesOf } from './deaggregate/singles.ts';

export type FirehoseRecord = {
  readonly recordId: string;
  readonly data: string;
  readonly approximateArrivalTimestamp?: number;
};
export type FirehoseResult = {
  readonly recordId: string;
  /** `Dropped`: nothing but marks and ticks. `ProcessingFailed`: Firehose keeps the record under its error prefix. */
  readonly result: 'Ok' | 'Dropped' | 'ProcessingFailed';
  readonly data: string;
};

/** An answer of Lambda has at most 6 MB. */
const MAX_ANSWER = 5_900_000;
const NEWLINE = Buffer.from('\n');

/** Lines of JSON hold no newline inside; one that does is written anew. */
const lineOf = (bytes: Uint8Array): Buffer => {
  if (!bytes.includes(0x0a)) return Buffer.from(bytes);
  const text = Buffer.from(bytes).toString();
  try {
    JSON.parse(text);
    return Buffer.from(text.replace(/\s*\n\s*/g, ' '));
  } catch {
    return Buffer.from(bytes);
  }
};

/** Events of our own functions; of a stream of producers their records as they are. */
const linesOf = (data: Buffer): readonly Buffer[] => {
  const unpacked = unpackInner(data);
  const found = unpacked.ok
    ? unpacked.items.flatMap((item) => (item.kind === 'event' ? [item.bytes] : []))
    : singlesOf({ seq: '0', partitionKey: '-', data, arrival: 0 }).map((r) => r.data);
  return found.flatMap((bytes) => (bytes.length === 0 ? [] : [lineOf(bytes), NEWLINE]));
};

/** Every record is answered for, in the order given. What would not fit into the answer fails, and Firehose keeps it. */
export const firehoseTransform = (records: readonly FirehoseRecord[]): readonly FirehoseResult[] => {
  let size = 0;
  return records.map(({ recordId, data }): FirehoseResult => {
    const lines = Buffer.concat(linesOf(Buffer.from(data, 'base64')));
    if (lines.length === 0) return { recordId, result: 'Dropped', data };
    const out = lines.toString('base64');
    size += out.length + 100;
    return size > MAX_ANSWER
      ? { recordId, result: 'ProcessingFailed', data: '' }
      : { recordId, result: 'Ok', data: out };
  });
};
