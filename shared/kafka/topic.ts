// Rows to a Kafka topic of the user's: one record a row, in the order of its key.
import { compatibilityPartitioner, findErrorBy, murmur2 } from '@platformatic/kafka';
import { topicRecord } from '../destinations/topic-record.ts';
import { Fault } from '../faults.ts';
import { loginOf, recordShape } from '../query/kafka-options.ts';
import type { TablePlan } from '../query/plan.ts';
import { type Destination, STORED } from '../steps/sink/destination.ts';
import { type KafkaClient, kafkaClientOf } from './client.ts';
import type { KafkaSettings } from './settings.ts';

/**
 * Headers come on top, so that what goes to one partition stays below the 1 MiB that a topic takes at once unless it was told otherwise
 * (max.message.bytes).
 */
const MOST = { rows: 500, bytes: 524_288 };
const COMPRESSIONS = ['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const;

/** Of the record itself, whenever it is sent again. */
const OF_THE_ROWS = ['MESSAGE_TOO_LARGE', 'RECORD_LIST_TOO_LARGE', 'INVALID_RECORD'];

/** How a table's options say that its brokers are reached. @throws Fault setting.invalid for what `check` refuses */
export const topicSettings = ({ name, options }: TablePlan): KafkaSettings => {
  const { 'properties.bootstrap.servers': servers = '', 'millrace.secret-arn': secret = '' } = options;
  const auth = loginOf(options);
  if (servers === '' || auth === undefined)
    throw new Fault('setting.invalid', `table ${name}: its options name no brokers, or no login that is known here`);
  return { brokers: servers.split(','), auth, secret, partitions: null, grows: null };
};

type ToSend = { readonly key?: unknown; readonly metadata?: unknown };
/** Kafka's own default for a key, so that others who write or join by it find the same partition; without a key that of its id. */
const partitionOf = (message: ToSend, key: Buffer | undefined): number =>
  key === undefined
    ? murmur2(Buffer.from(String(message.metadata))) & 0x7fffffff
    : compatibilityPartitioner(message as never, key);

const bytes = (text: string | null): Buffer | undefined => (text === null ? undefined : Buffer.from(text));
const said = (error: unknown): string => {
  const inner = (error as { readonly errors?: readonly unknown[] }).errors?.[0];
  const own = error instanceof Error ? error.message : String(error);
  return inner instanceof Error ? `${own} ${said(inner)}` : own;
};

/** @param client of a test; else one for all tables with the same brokers and login */
export const kafkaTopic = (
  table: TablePlan,
  client: Pick<KafkaClient, 'producer'> = kafkaClientOf(topicSettings(table)),
): Destination => {
  const { topic = '', 'properties.compression.type': compressed } = table.options;
  const compression = COMPRESSIONS.find((c) => c === compressed) ?? 'none';
  const shape = recordShape(table);
  const keyed = table.connector === 'upsert-kafka';
  const name = `the topic ${topic}`;
  return {
    name,
    most: MOST,
    atOnce: 1,
    async write(rows) {
      const messages = rows.map((r) => {
        const { key, value, headers } = topicRecord(r, shape, keyed);
        return {
          topic,
          key: bytes(key),
          value: bytes(value),
          headers: new Map(Object.entries(headers).map(([k, v]) => [Buffer.from(k), Buffer.from(v)])),
          metadata: r.id,
        };
      });
      try {
        await client.producer.send({
          messages: messages as Parameters<typeof client.producer.send>[0]['messages'],
          compression,
          partitioner: partitionOf,
        });
      } catch (error) {
        const what = `${name}: ${said(error)}`;
        if (OF_THE_ROWS.some((id) => findErrorBy(error as Error, 'apiId', id) !== null))
          throw new Fault('destination.refused', what, error);
        throw new Fault('destination.unavailable', what, error);
      }
      return rows.map(() => STORED);
    },
  };
};
