// Events of EventBridge with a Kinesis target, https://docs.aws.amazon.com/eventbridge/latest/ref/overiew-event-structure.html: { version, id,
// detail-type, source, account, time, region, resources, detail }. EventBridge Scheduler writes `detail` as a text.
import { parseRfc3339 } from '../event/instant.ts';
import { stringifyJson } from '../event/json.ts';
import { isObject } from '../event/path.ts';
import { type Adapter, holding, NOT_MINE, type Part } from './adapter.ts';
import { innerPart } from './inner-text.ts';
import { refused, sourceUri } from './parts.ts';

export const eventbridge: Adapter = {
  maybe: holding('"detail-type"'),
  adapt: ({ json, bytes }, source) => {
    const parsed = json();
    const record = parsed.ok ? parsed.value : null;
    if (!isObject(record) || record['detail-type'] === undefined || record.detail === undefined) return NOT_MINE;
    const { id, time, detail, source: from, 'detail-type': kind } = record;
    const one = (part: Part) => ({ kind: 'parts', parts: [part] }) as const;
    if (typeof id !== 'string' || id === '')
      return one(refused(bytes, 'event.no-id', 'an event of EventBridge has an id', '/id', id));
    const at = typeof time === 'string' ? parseRfc3339(time) : undefined;
    if (at === undefined)
      return one(refused(bytes, 'event.bad-time', 'time must be an RFC 3339 date-time', '/time', time));
    const text = typeof detail === 'string' ? detail : stringifyJson(detail);
    const uri = sourceUri('events', typeof from === 'string' ? from : '');
    const envelope = { id, from: uri, time: at, ...(typeof kind === 'string' ? { subject: kind } : {}) };
    return one(innerPart(text, envelope, source, bytes, '/detail'));
  },
};
