// Notifications of SNS, https://docs.aws.amazon.com/sns/latest/dg/sns-message-and-json-formats.html: { Type, MessageId, TopicArn, Subject?, Message,
// Timestamp, … }. Confirmations of a subscription are no events.
import { parseRfc3339 } from '../event/instant.ts';
import { isObject } from '../event/path.ts';
import { type Adapter, CONTROL, holding, NOT_MINE, type Part } from './adapter.ts';
import { innerPart } from './inner-text.ts';
import { refused, sourceUri } from './parts.ts';

const CONFIRMATIONS = ['SubscriptionConfirmation', 'UnsubscribeConfirmation'];

export const sns: Adapter = {
  maybe: holding('"TopicArn"'),
  adapt: ({ json, bytes }, source) => {
    const parsed = json();
    const record = parsed.ok ? parsed.value : null;
    if (!isObject(record) || typeof record.TopicArn !== 'string' || typeof record.Type !== 'string') return NOT_MINE;
    const { Type, MessageId: id, TopicArn, Message, Subject, Timestamp } = record;
    if (CONFIRMATIONS.includes(Type)) return CONTROL;
    if (Type !== 'Notification') return NOT_MINE;
    const one = (part: Part) => ({ kind: 'parts', parts: [part] }) as const;
    if (typeof id !== 'string' || id === '')
      return one(refused(bytes, 'event.no-id', 'a notification has a MessageId', '/MessageId', id));
    if (typeof Message !== 'string')
      return one(refused(bytes, 'event.not-an-event', 'the Message of a notification is a text', '/Message', Message));
    const envelope = {
      id,
      from: sourceUri('sns', TopicArn.split(':').at(-1) ?? ''),
      time: typeof Timestamp === 'string' ? parseRfc3339(Timestamp) : undefined,
      ...(typeof Subject === 'string' ? { subject: Subject } : {}),
    };
    return one(innerPart(Message, envelope, source, bytes, '/Message'));
  },
};
