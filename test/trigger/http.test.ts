import { expect, test } from 'vitest';
import { withoutStrayBody } from '../../shared/trigger/http.ts';

const event = (method: string, body?: string) => ({
  requestContext: { http: { method } },
  isBase64Encoded: true,
  ...(body === undefined ? {} : { body }),
});

test.each([
  ['GET', 'null', null],
  ['HEAD', 'x', null],
  ['POST', 'null', 'null'],
  ['POST', undefined, undefined],
])('%s with the body %s reaches the app with %s', (method, body, left) => {
  expect(withoutStrayBody<{ requestContext: object; body?: string | null }>(event(method, body)).body).toBe(left);
});
