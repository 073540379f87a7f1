// What serializers put before a value, so that a reader knows whose schema wrote it.
//
// glue: version 3, compression 0 or 5 (zlib), the schema version's UUID; 18 bytes,
//   https://docs.aws.amazon.com/glue/latest/dg/schema-registry-works.html and AWSSchemaRegistryConstants of its open-source serializers
// confluent: magic 0, the schema's id in 4 bytes, greatest first,
//   https://docs.confluent.io/platform/current/schema-registry/fundamentals/serdes-develop/index.html#wire-format
import { inflateSync } from 'node:zlib';
import { MAX_UNPACKED_BYTES } from '../event/limits.ts';

export const FRAMINGS = ['glue', 'confluent'] as const;
export type Framing = (typeof FRAMINGS)[number];

export type Frame =
  /** `id` as the registry is asked: a UUID, or a number as text. */
  | { readonly kind: 'framed'; readonly id: string; readonly payload: Uint8Array }
  | { readonly kind: 'corrupt'; readonly cause: string }
  /** It does not begin as a frame: the record is of another source. */
  | { readonly kind: 'none' };

const [GLUE_VERSION, PLAIN, ZLIB, GLUE_BYTES] = [3, 0, 5, 18];
const [CONFLUENT_MAGIC, CONFLUENT_BYTES] = [0, 5];

const NONE: Frame = { kind: 'none' };
const corrupt = (cause: string): Frame => ({ kind: 'corrupt', cause });

const uuid = (bytes: Buffer): string =>
  bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');

const inflated = (bytes: Buffer): Buffer | string => {
  try {
    return inflateSync(bytes, { maxOutputLength: MAX_UNPACKED_BYTES });
  } catch (error) {
    return (error as Error).message;
  }
};

/** Never throws; unpacks at most 8 MiB. */
export const readFrame = (framing: Framing, record: Uint8Array): Frame => {
  const bytes = Buffer.from(record.buffer, record.byteOffset, record.length);
  if (framing === 'confluent') {
    if (bytes[0] !== CONFLUENT_MAGIC) return NONE;
    if (bytes.length < CONFLUENT_BYTES) return corrupt(`a Confluent header has ${CONFLUENT_BYTES} bytes`);
    return { kind: 'framed', id: String(bytes.readUInt32BE(1)), payload: bytes.subarray(CONFLUENT_BYTES) };
  }
  const compression = bytes[1];
  if (bytes[0] !== GLUE_VERSION || (compression !== PLAIN && compression !== ZLIB)) return NONE;
  if (bytes.length < GLUE_BYTES) return corrupt(`a header of the Glue Schema Registry has ${GLUE_BYTES} bytes`);
  const payload = compression === PLAIN ? bytes.subarray(GLUE_BYTES) : inflated(bytes.subarray(GLUE_BYTES));
  if (typeof payload === 'string') return corrupt(`the compressed value cannot be read: ${payload}`);
  return { kind: 'framed', id: uuid(bytes.subarray(2, GLUE_BYTES)), payload };
};
