// IoT rules, EventBridge, SNS and SQS: an envelope around one event.
import { describe, expect, test } from 'vitest';
import type { Json } from '../../shared/event/cloud-event.ts';
import { adapted, dataOf, source, with_ } from './given.ts';
import { EVENTBRIDGE, IOT, SNS, SQS } from './samples.ts';

const iot = source('iot');
const eventbridge = source('eventbridge');
const sns = source('sns');
const sqs = source('sqs');

test('a message of a device keeps its topic, client and time', () => {
  expect(adapted(IOT, iot)).toEqual([
    {
      specversion: '1.0',
      id: '0f8fad5b-d9cb-469f-a165-70867728950e',
      source: '/iot/plant/3/temperature',
      type: 'it.v1',
      time: '2026-01-05T09:00:00.123Z',
      subject: 'sensor-17',
      data: { celsius: 21.5, iot: { topic: 'plant/3/temperature', clientid: 'sensor-17', time: 1767603600123 } },
    },
  ]);
});
test('without a trace id it is plain; without a client it has none', () => {
  const record = with_(with_(IOT, undefined, ['iot_traceid']), 'N/A', ['iot_clientid']);
  expect(adapted(record, iot)).toEqual([
    {
      plain: 1,
      type: 'it.v1',
      source: '/iot/plant/3/temperature',
      data: { celsius: 21.5, iot: { topic: 'plant/3/temperature', time: 1767603600123 } },
    },
  ]);
});

describe('the event inside', () => {
  const envelope = (id: string, from: string, time: string, subject: string | undefined) => ({
    specversion: '1.0',
    id,
    source: from,
    type: 'it.v1',
    time,
    ...(subject === undefined ? {} : { subject }),
    data: { order: 7 },
  });
  test.each<[string, Json, ReturnType<typeof source>, Json]>([
    [
      'EventBridge',
      EVENTBRIDGE,
      eventbridge,
      envelope(
        '6a7e8feb-b491-4cf7-a9f1-bf3703467718',
        '/events/com.example.shop',
        '2026-01-05T09:00:00.000Z',
        'Order Placed',
      ),
    ],
    [
      'EventBridge Scheduler, whose detail is a text',
      with_(EVENTBRIDGE, '{"order":7}', ['detail']),
      eventbridge,
      envelope(
        '6a7e8feb-b491-4cf7-a9f1-bf3703467718',
        '/events/com.example.shop',
        '2026-01-05T09:00:00.000Z',
        'Order Placed',
      ),
    ],
    [
      'SNS',
      SNS,
      sns,
      envelope('165545c9-2a5c-472c-8df2-7ff2be2b3b1b', '/sns/orders', '2026-01-05T09:00:00.123Z', 'placed'),
    ],
    [
      'SQS',
      SQS,
      sqs,
      envelope('059f36b4-87a3-44ab-83d2-661975830a7d', '/sqs/orders', '2026-01-05T09:00:00.123Z', undefined),
    ],
    [
      'SNS by way of SQS',
      with_(SQS, JSON.stringify(SNS), ['body']),
      sqs,
      envelope('165545c9-2a5c-472c-8df2-7ff2be2b3b1b', '/sns/orders', '2026-01-05T09:00:00.123Z', 'placed'),
    ],
  ])('%s', (_, record, by, event) => {
    expect(adapted(record, by)).toEqual([event]);
  });
  test('a CloudEvent inside goes on as it is', () => {
    const event = { specversion: '1.0', id: '1', source: '/s', type: 't' };
    expect(adapted(with_(SQS, JSON.stringify(event), ['body']), sqs)).toEqual([event]);
    expect(adapted(with_(EVENTBRIDGE, event, ['detail']), eventbridge)).toEqual([event]);
  });
  test('other texts, where the source takes them', () => {
    expect(adapted(with_(SNS, 'hello', ['Message']), sns)).toEqual([
      expect.stringContaining('event.not-an-event /Message: the message is no JSON object ('),
    ]);
    expect(dataOf(with_(SNS, 'hello', ['Message']), { ...sns, format: 'plain' })).toEqual([{ text: 'hello' }]);
  });
  test('confirmations of a subscription are no events', () => {
    expect(adapted(with_(SNS, 'SubscriptionConfirmation', ['Type']), sns)).toEqual([]);
  });
});

test.each<[string, Json, ReturnType<typeof source>, string]>([
  ['IoT: a topic that is no text', with_(IOT, 7, ['iot_topic']), iot, 'event.not-an-event /iot_topic: '],
  ['IoT: a time in words', with_(IOT, 'now', ['iot_time']), iot, 'event.bad-time /iot_time: '],
  ['EventBridge: no id', with_(EVENTBRIDGE, undefined, ['id']), eventbridge, 'event.no-id /id: '],
  ['EventBridge: no time', with_(EVENTBRIDGE, 7, ['time']), eventbridge, 'event.bad-time /time: '],
  ['SNS: no id', with_(SNS, undefined, ['MessageId']), sns, 'event.no-id /MessageId: '],
  ['SNS: no message', with_(SNS, 7, ['Message']), sns, 'event.not-an-event /Message: '],
  ['SQS: no id', with_(SQS, '', ['messageId']), sqs, 'event.no-id /messageId: '],
  ['SQS: no body', with_(SQS, null, ['body']), sqs, 'event.not-an-event /body: '],
])('%s is refused', (_, record, by, message) => {
  expect(adapted(record, by)).toEqual([expect.stringContaining(message)]);
});
