import { expect, test } from 'vitest';
import { rejectedEvent, shownValue, toNdjson } from '../../shared/event/reject.ts';
import { ARRIVAL, utf8 } from './given.ts';

const given = {
  door: 'rejected',
  stage: 'validate',
  rule: 'body.not-json',
  cause: 'it is not',
  shard: 'shard-0',
  position: '1.00000.00000',
  arrival: ARRIVAL,
} as const;

test('a payload of text is kept as text, any other in base64; nothing of it is lost', () => {
  expect(rejectedEvent({ ...given, payload: utf8('{"näh":') })).toEqual({
    ...given,
    payload: '{"näh":',
    encoding: 'utf8',
  });
  expect(rejectedEvent({ ...given, payload: Uint8Array.of(0xff, 0) })).toEqual({
    ...given,
    payload: '/wA=',
    encoding: 'base64',
  });
  expect(rejectedEvent({ ...given, payload: utf8('\ufeff{}') }).payload).toBe('\ufeff{}');
});

test('a row is one line, whatever the payload holds', () => {
  const row = rejectedEvent({ ...given, field: '/data/a', value: '1', payload: utf8('a\nb\u2028') });
  expect(toNdjson(row)).not.toContain('\n');
  expect(JSON.parse(toNdjson(row))).toEqual(row);
});

test.each([
  ['a text', 'a"b', '"a\\"b"'],
  ['a long text', 'x'.repeat(500), `"${'x'.repeat(255)}`],
  ['half a pair at the cut', `${'x'.repeat(254)}😀`, `"${'x'.repeat(254)}\ufffd`],
  ['an integer beyond 2^53', { n: 2n ** 60n }, '{"n":1152921504606846976}'],
  ['nothing', undefined, undefined],
])('the value shown of %s', (_, value, expected) => {
  expect(shownValue(value)).toBe(expected);
});
