// Messages of SQS as Lambda and EventBridge Pipes write them, https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html: { messageId, body,
// attributes: { SentTimestamp, … }, eventSource: "aws:sqs", eventSourceARN }. The body may be a notification of SNS.
import { parseJson } from '../event/json.ts';
import { isObject } from '../event/path.ts';
import { type Adapter, holding, NOT_MINE, type Part } from './adapter.ts';
import { innerPart } from './inner-text.ts';
import { refused, sourceUri } from './parts.ts';
import { sns } from './sns.ts';

export const sqs: Adapter = {
  maybe: holding('aws:sqs'),
  adapt: (input, source) => {
    const { bytes } = input;
    const parsed = input.json();
    const record = parsed.ok ? parsed.value : null;
    if (!isObject(record) || record.eventSource !== 'aws:sqs') return NOT_MINE;
    const { messageId: id, body, attributes, eventSourceARN } = record;
    const one = (part: Part) => ({ kind: 'parts', parts: [part] }) as const;
    if (typeof id !== 'string' || id === '')
      return one(refused(bytes, 'event.no-id', 'a message has a messageId', '/messageId', id));
    if (typeof body !== 'string')
      return one(refused(bytes, 'event.not-an-event', 'the body of a message is a text', '/body', body));
    const inside = sns.adapt({ ...input, bytes: Buffer.from(body), json: () => parseJson(Buffer.from(body)) }, source);
    if (inside.kind !== 'not-mine') return inside;
    const sent = isObject(attributes) ? Number(attributes.SentTimestamp ?? Number.NaN) : Number.NaN;
    const queue = typeof eventSourceARN === 'string' ? (eventSourceARN.split(':').at(-1) ?? '') : '';
    const envelope = { id, from: sourceUri('sqs', queue), time: Number.isSafeInteger(sent) ? sent : undefined };
    return one(innerPart(body, envelope, source, bytes, '/body'));
  },
};
