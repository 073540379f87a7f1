import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import type { Json } from '../../shared/event/cloud-event.ts';
import { adapted, dataOf, source, with_ } from './given.ts';
import { LOGS } from './samples.ts';

const logs = source('cloudwatch-logs');

test('each log event becomes an event with its own id and time, compressed or not', () => {
  const around = { owner: '123456789012', logGroup: '/aws/lambda/checkout', logStream: '2026/01/05/[$LATEST]ab12' };
  const id = '38700000000000000000000000000000000000000000000000000001';
  const expected = {
    specversion: '1.0',
    id,
    source: '/logs/123456789012/%2Faws%2Flambda%2Fcheckout',
    type: 'it.v1',
    time: '2026-01-05T09:00:00.123Z',
    subject: around.logStream,
    data: { id, timestamp: 1767603600123, message: 'START', ...around },
  };
  for (const record of [LOGS, gzipSync(JSON.stringify(LOGS))]) {
    const shown = adapted(record, logs);
    expect(shown).toHaveLength(2);
    expect(shown[0]).toEqual(expected);
  }
});

test('the message that tells that the subscription works is no event', () => {
  expect(adapted(with_(LOGS, 'CONTROL_MESSAGE', ['messageType']), logs)).toEqual([]);
});

test('format json reads each message, and refuses one that is none alone', () => {
  const json = { ...logs, format: 'json' as const };
  expect(adapted(LOGS, json)[0]).toMatch(/^body.not-json \/logEvents\/0\/message: /);
  expect(dataOf(LOGS, json)[1]).toMatchObject({ message: '{"ms":12}', json: { ms: 12 } });
  const list = with_(LOGS, '[1]', ['logEvents', '1', 'message']);
  expect(adapted(list, json)[1]).toBe(
    'event.not-an-event /logEvents/1/message: format: json takes messages that are JSON objects',
  );
});

test('what a metric filter took out of the message is kept', () => {
  const record = with_(LOGS, { ms: '12' }, ['logEvents', '1', 'extractedFields']);
  expect(dataOf(record, logs)[1]).toMatchObject({ extractedFields: { ms: '12' } });
});

test.each<[string, readonly string[], Json | undefined, string]>([
  ['no id', ['id'], undefined, 'event.no-id /logEvents/0/id: a log event has an id'],
  ['no message', ['message'], 7, 'event.not-an-event /logEvents/0/message: the message of a log event is a text'],
  ['a time in words', ['timestamp'], 'now', 'event.bad-time /logEvents/0/timestamp: '],
  ['a time beyond the calendar', ['timestamp'], 1e300, 'event.bad-time /logEvents/0/timestamp: '],
  ['no object', [], 'START', 'event.not-an-event /logEvents/0: a log event is a JSON object'],
])('%s: that log event alone is refused', (_, path, value, message) => {
  const [broken, whole] = adapted(with_(LOGS, value, ['logEvents', '0', ...path]), logs);
  expect(broken).toContain(message);
  expect(whole).toMatchObject({ data: { message: '{"ms":12}' } });
});

test.each(['owner', 'logGroup', 'logStream', 'logEvents'])('without %s the record is refused whole', (name) => {
  expect(adapted(with_(LOGS, undefined, [name]), logs)).toEqual([
    expect.stringContaining(`event.not-an-event /${name}: a DATA_MESSAGE has `),
  ]);
});
