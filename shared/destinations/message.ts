// A row as a message for queues, topics, buses and endpoints: a CloudEvent in JSON, with what a receiver needs to take it once.
import { hash } from 'node:crypto';
import type { SinkRow } from '../steps/sink/destination.ts';

/**
 * Beyond the basic plane, and the two places that XML 1.0 leaves out, as escapes: SQS refuses U+FFFE and U+FFFF, and not every receiver
 * takes the others. JSON reads both the same.
 * @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html
 */
const plain = (json: string): string =>
  json.replace(/[\uD800-\uDFFF\uFFFE\uFFFF]/g, (c) => `\\u${c.charCodeAt(0).toString(16)}`);

/**
 * CloudEvents 1.0, structured JSON. `id` and `revision` together name this message: a receiver that keeps the greatest revision of each id takes
 * each once, whatever comes again. `deleted` is there when the row must go, `early` when its window is still open.
 */
export const messageText = (r: SinkRow): string => {
  const head = JSON.stringify({
    specversion: '1.0',
    id: r.id,
    source: r.source,
    type: r.table,
    ...(r.time !== '' && { time: r.time }),
    subject: r.key,
    datacontenttype: 'application/json',
    revision: r.version,
    ...(r.row === null && { deleted: true }),
    ...(r.early && { early: true }),
    ...(r.traceparent !== undefined && { traceparent: r.traceparent }),
  });
  return plain(`${head.slice(0, -1)},"data":${r.row ?? 'null'}}`);
};

/** Names a message for services that drop a second one: 64 hexadecimal digits of id and revision. */
export const messageId = (r: SinkRow): string => hash('sha256', `${r.id}\u0000${r.version}`);

/** Names the key for services that keep its order: 64 hexadecimal digits, since groups may hold few characters. */
export const groupId = (r: SinkRow): string => hash('sha256', `${r.table}\u0000${r.key}`);
