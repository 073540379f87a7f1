// Lambda's event of a self-managed Kafka mapping, as its documentation shows it.
import type { KafkaEvent, KafkaRecord } from '../../shared/trigger/kafka.ts';
import type { Held } from './mirror.ts';

/** Header bytes are signed, as Java has them. */
const signed = (bytes: Uint8Array): readonly number[] => [...bytes].map((b) => (b > 127 ? b - 256 : b));

const asLambda = (topic: string, partition: number, r: Held): KafkaRecord => ({
  topic,
  partition,
  offset: r.offset,
  timestamp: r.timestamp,
  timestampType: 'CREATE_TIME',
  ...(r.key !== null && { key: r.key.toString('base64') }),
  ...(r.value !== null && { value: r.value.toString('base64') }),
  headers: r.headers.map(([name, value]) => ({ [name]: signed(value) })),
});

/** @param batches records by partition */
export const kafkaEvent = (
  topic: string,
  batches: ReadonlyMap<number, readonly Held[]>,
  brokers: readonly string[],
): KafkaEvent => ({
  eventSource: 'SelfManagedKafka',
  bootstrapServers: brokers.join(','),
  records: Object.fromEntries(
    [...batches].map(([p, records]) => [`${topic}-${p}`, records.map((r) => asLambda(topic, p, r))]),
  ),
});

/** A record's share of the 6 MB that one invocation may carry: the base64 text counts. */
export const payloadBytes = ({ key, value }: Held): number =>
  4 * Math.ceil(((value?.length ?? 0) + (key?.length ?? 0)) / 3) + 300;
