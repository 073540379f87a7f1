// The partition key of a Kafka record: it chooses the key group, and its events keep their order.
import { MAX_PARTITION_KEY } from '../put-limits.ts';

/**
 * A key's bytes as text, at most 256 characters of it, as on Kinesis. A record without a key promises no order beside its
 * partition's: its offset spreads such records over the key groups.
 * @param key base64
 */
export const keyOf = (key: string | null | undefined, offset: number): string =>
  (key ? Buffer.from(key, 'base64').toString().slice(0, MAX_PARTITION_KEY) : '') || String(offset);
