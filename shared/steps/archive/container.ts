// One object of the archive: gzip (RFC 1952) over
//   one line of JSON: {"millrace":"archive","version":1,"stream":…,"shard":…,"records":[[seq, partition key, arrival, bytes], …]}
//   the records' bytes, one after the other, as they came
// so `gunzip -c object | head -1` says what is inside. Arrival is in ms since the epoch; `bytes` is the length of a record's data.
import { gunzipSync, gzipSync } from 'node:zlib';
import type { EpochMs } from '../../time.ts';
import type { Batch, StreamRecord } from '../../trigger/batch.ts';

type Row = readonly [seq: string, partitionKey: string, arrival: EpochMs, bytes: number];
type Header = {
  readonly millrace: 'archive';
  readonly version: 1;
  readonly stream: string;
  readonly shard: string;
  readonly records: readonly Row[];
};

const LINE_END = 0x0a;

/** The same batch gives the same bytes. */
export const packArchive = ({ stream, shard, records }: Batch): Uint8Array => {
  const rows = records.map((r): Row => [r.seq, r.partitionKey, r.arrival, r.data.length]);
  const header: Header = { millrace: 'archive', version: 1, stream, shard, records: rows };
  return gzipSync(Buffer.concat([Buffer.from(`${JSON.stringify(header)}\n`), ...records.map((r) => r.data)]));
};

const isRow = (row: unknown): row is Row => {
  if (!Array.isArray(row)) return false;
  const [seq, partitionKey, arrival, bytes] = row as unknown[];
  const isText = typeof seq === 'string' && /^\d+$/.test(seq) && typeof partitionKey === 'string';
  return isText && Number.isSafeInteger(arrival) && Number.isSafeInteger(bytes) && (bytes as number) >= 0;
};

const isHeader = (value: unknown): value is Header => {
  const { millrace, version, stream, shard, records } = (value ?? {}) as Partial<Header>;
  if (millrace !== 'archive' || version !== 1 || typeof stream !== 'string' || typeof shard !== 'string') return false;
  return Array.isArray(records) && records.every(isRow);
};

/** null: the first line is no JSON, or there is no line. */
const firstLine = (plain: Buffer, end: number): unknown => {
  try {
    return JSON.parse(plain.toString('utf8', 0, Math.max(0, end)));
  } catch {
    return null;
  }
};

/**
 * The records of an archived batch, as they came.
 * @throws Error saying what is wrong when the bytes are no archive or are cut short
 */
export const readArchive = (bytes: Uint8Array): Batch => {
  const plain = gunzipSync(bytes);
  const end = plain.indexOf(LINE_END);
  const header = firstLine(plain, end);
  if (!isHeader(header)) throw new Error('no archive of version 1: the first line does not say so');
  let at = end + 1;
  const records = header.records.map(([seq, partitionKey, arrival, length]): StreamRecord => {
    const data = plain.subarray(at, at + length);
    at += length;
    return { seq, partitionKey, arrival, data };
  });
  if (at !== plain.length) throw new Error(`an archive of ${plain.length - end - 1} bytes names ${at - end - 1}`);
  return { stream: header.stream, shard: header.shard, records };
};
