// CloudWatch Logs subscription filters, https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/SubscriptionFilters.html: gzip (taken
// off by unpackRecord) around { messageType, owner, logGroup, logStream, subscriptionFilters, logEvents: [{ id, timestamp, message }] }.
import type { Json } from '../event/cloud-event.ts';
import { parseJson } from '../event/json.ts';
import { isObject, pointer } from '../event/path.ts';
import type { Source } from '../pipeline.ts';
import { type Adapter, CONTROL, holding, NOT_MINE, type Part } from './adapter.ts';
import { bytesOf, isInstant, made, onlyType, refused, sourceUri } from './parts.ts';

type Around = { readonly owner: string; readonly logGroup: string; readonly logStream: string };

/** One log event, told by itself when it is none. `data` has the names that CloudWatch gives. */
const partOf = (event: Json, at: number, around: Around, source: Source): Part => {
  const field = pointer('logEvents', String(at));
  const bytes = bytesOf({ ...around, logEvent: event });
  if (!isObject(event)) return refused(bytes, 'event.not-an-event', 'a log event is a JSON object', field, event);
  const { id, timestamp, message, extractedFields } = event;
  if (typeof id !== 'string' || id === '')
    return refused(bytes, 'event.no-id', 'a log event has an id', `${field}/id`, id);
  if (typeof message !== 'string')
    return refused(bytes, 'event.not-an-event', 'the message of a log event is a text', `${field}/message`, message);
  if (typeof timestamp !== 'number' || !isInstant(timestamp)) {
    const cause = 'the timestamp of a log event is whole milliseconds since the epoch';
    return refused(bytes, 'event.bad-time', cause, `${field}/timestamp`, timestamp);
  }
  const parsed = source.format === 'json' ? parseJson(Buffer.from(message)) : undefined;
  if (parsed !== undefined && !parsed.ok) return refused(bytes, parsed.rule, parsed.cause, `${field}/message`, message);
  if (parsed !== undefined && !isObject(parsed.value)) {
    const cause = 'format: json takes messages that are JSON objects';
    return refused(bytes, 'event.not-an-event', cause, `${field}/message`, message);
  }
  return made({
    type: onlyType(source),
    source: sourceUri('logs', around.owner, around.logGroup),
    id,
    time: timestamp,
    subject: around.logStream,
    key: around.logStream,
    data: {
      id,
      timestamp,
      message,
      ...around,
      ...(extractedFields === undefined ? {} : { extractedFields }),
      ...(parsed === undefined ? {} : { json: parsed.value }),
    },
  });
};

export const cloudwatchLogs: Adapter = {
  maybe: holding('"messageType"'),
  adapt: ({ json, bytes }, source) => {
    const parsed = json();
    const record = parsed.ok ? parsed.value : null;
    if (!isObject(record)) return NOT_MINE;
    if (record.messageType === 'CONTROL_MESSAGE') return CONTROL;
    if (record.messageType !== 'DATA_MESSAGE') return NOT_MINE;
    const { owner, logGroup, logStream, logEvents } = record;
    const wrong = (name: string, what: string) => {
      const part = refused(bytes, 'event.not-an-event', `a DATA_MESSAGE has ${what}`, `/${name}`, record[name]);
      return { kind: 'parts', parts: [part] } as const;
    };
    if (typeof owner !== 'string') return wrong('owner', 'the text owner');
    if (typeof logGroup !== 'string') return wrong('logGroup', 'the text logGroup');
    if (typeof logStream !== 'string') return wrong('logStream', 'the text logStream');
    if (!Array.isArray(logEvents)) return wrong('logEvents', 'a list of logEvents');
    const around = { owner, logGroup, logStream };
    return { kind: 'parts', parts: logEvents.map((event: Json, at) => partOf(event, at, around, source)) };
  },
};
