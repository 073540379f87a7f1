import { describe, expect, test } from 'vitest';
import { formatTraceparent, incomingOf, parseTraceparent, withTrace } from '../../shared/trace/traceparent.ts';

const T = '0af7651916cd43dd8448eb211c80319c';
const S = 'b7ad6b7169203331';
const PARENT = `00-${T}-${S}-01`;

// https://www.w3.org/TR/trace-context-1/#traceparent-header
test.each([
  ['the example of the specification', PARENT, { traceId: T, spanId: S, flags: 1 }],
  ['not sampled', `00-${T}-${S}-00`, { traceId: T, spanId: S, flags: 0 }],
  ['a later version with more fields', `cc-${T}-${S}-01-what-comes`, { traceId: T, spanId: S, flags: 1 }],
  ['a later version without', `cc-${T}-${S}-01`, { traceId: T, spanId: S, flags: 1 }],
  ['version ff', `ff-${T}-${S}-01`, undefined],
  ['version 00 with more fields', `00-${T}-${S}-01-more`, undefined],
  ['a later version with more behind no dash', `cc-${T}-${S}-01x`, undefined],
  ['a trace of zeros', `00-${'0'.repeat(32)}-${S}-01`, undefined],
  ['a span of zeros', `00-${T}-${'0'.repeat(16)}-01`, undefined],
  ['capital letters', PARENT.toUpperCase(), undefined],
  ['too short', `00-${T.slice(1)}-${S}-01`, undefined],
  ['nothing', '', undefined],
])('%s', (_, text, wanted) => {
  expect(parseTraceparent(text)).toEqual(wanted);
});

test('what is read is written alike', () => {
  expect(formatTraceparent(parseTraceparent(PARENT) ?? { traceId: '', spanId: '', flags: 0 })).toBe(PARENT);
});

describe('the headers of a request', () => {
  test.each([
    ['both', { traceparent: PARENT, tracestate: 'a=1,b=2' }, { parent: PARENT, state: 'a=1,b=2' }],
    ['a parent alone', { traceparent: PARENT }, { parent: PARENT }],
    ['a state without a valid parent', { traceparent: 'x', tracestate: 'a=1' }, undefined],
    ['a state that is too long', { traceparent: PARENT, tracestate: 'a'.repeat(513) }, { parent: PARENT }],
    ['none', {}, undefined],
  ])('%s', (_, headers, wanted) => {
    expect(incomingOf(new Headers(headers as Record<string, string>))).toEqual(wanted);
  });
});

describe('an event', () => {
  const carry = (text: string, state?: string) =>
    Buffer.from(withTrace(Buffer.from(text), { parent: PARENT, ...(state && { state }) })).toString();
  test.each([
    [
      'gets the trace of its request',
      '{"id":"1","data":{"a":{}}}',
      `{"id":"1","data":{"a":{}},"traceparent":"${PARENT}"}`,
    ],
    ['keeps its own', `{"id":"1","traceparent":"own"}`, `{"id":"1","traceparent":"own"}`],
    ['keeps its own under an escaped name', '{"\\u0074raceparent":"own"}', '{"\\u0074raceparent":"own"}'],
    [
      'one in its data is none of its own',
      '{"data":{"traceparent":1}}',
      `{"data":{"traceparent":1},"traceparent":"${PARENT}"}`,
    ],
    ['keeps the space around it', ' {"id":"1" } \n', ` {"id":"1" ,"traceparent":"${PARENT}"} \n`],
  ])('%s', (_, text, wanted) => {
    expect(carry(text)).toBe(wanted);
  });
  test('gets the state beside it', () => {
    expect(JSON.parse(carry('{"id":"1"}', 'a="1"'))).toEqual({ id: '1', traceparent: PARENT, tracestate: 'a="1"' });
  });
});
