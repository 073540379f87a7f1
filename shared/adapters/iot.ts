// An AWS IoT rule with a Kinesis action, https://docs.aws.amazon.com/iot/latest/developerguide/kinesis-rule-action.html. The rule's SELECT
// adds what MQTT says of the message under names that a device's own payload will not have: `SELECT *, topic() AS iot_topic,
// clientid() AS iot_clientid, timestamp() AS iot_time, traceid() AS iot_traceid FROM '…'`.
import type { Json } from '../event/cloud-event.ts';
import { isObject } from '../event/path.ts';
import { type Adapter, holding, NOT_MINE, type Part } from './adapter.ts';
import { isInstant, made, onlyType, refused, sourceUri } from './parts.ts';

const isName = (value: Json | undefined): value is string => typeof value === 'string' && value !== '';

/** The payload's own fields as they came, and `iot: { topic, clientid, time }`. */
export const iot: Adapter = {
  maybe: holding('"iot_topic"'),
  adapt: ({ json, bytes }, source) => {
    const parsed = json();
    const record = parsed.ok ? parsed.value : null;
    if (!isObject(record) || record.iot_topic === undefined) return NOT_MINE;
    const { iot_topic: topic, iot_clientid: client, iot_time: time, iot_traceid: trace, ...payload } = record;
    const one = (part: Part) => ({ kind: 'parts', parts: [part] }) as const;
    if (!isName(topic))
      return one(refused(bytes, 'event.not-an-event', 'iot_topic is the topic as text', '/iot_topic', topic));
    if (time !== undefined && (typeof time !== 'number' || !isInstant(time)))
      return one(refused(bytes, 'event.bad-time', 'iot_time is timestamp(): ms since the epoch', '/iot_time', time));
    // A device that sends no client id has N/A.
    const clientid = isName(client) && client !== 'N/A' ? client : undefined;
    const iotPart = { topic, ...(clientid === undefined ? {} : { clientid }), ...(time === undefined ? {} : { time }) };
    return one(
      made({
        type: onlyType(source),
        source: sourceUri('iot', ...topic.split('/')),
        ...(isName(trace) ? { id: trace } : {}),
        ...(time === undefined ? {} : { time }),
        ...(clientid === undefined ? {} : { subject: clientid }),
        data: { ...payload, iot: iotPart },
      }),
    );
  },
};
