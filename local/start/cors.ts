// Pages of other origins that may call the producer endpoint, as `origins` lets them on AWS: the HTTP API answers preflights itself, and
// adds its headers to what the function answers. https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-cors.html
import type { IncomingMessage, ServerResponse } from 'node:http';
import { CallError } from '../cli/call-error.ts';

/** As resources/api.yml has them. */
export const ALLOW_METHODS = ['POST'] as const;
export const ALLOW_HEADERS = [
  'authorization',
  'content-encoding',
  'content-type',
  'traceparent',
  'x-api-key',
  'x-event-source',
  'x-event-type',
] as const;
const MAX_AGE = '600'; // seconds

/** @throws CallError for what is no origin */
export const readOrigins = (text: string): readonly string[] =>
  text.split(',').map((origin) => {
    const parsed = URL.parse(origin);
    if (parsed === null || !/^https?:$/.test(parsed.protocol) || parsed.origin !== origin)
      throw new CallError(
        `--origins "${origin}" is no origin; write http://localhost:3000, parted by commas, without a path`,
      );
    return origin;
  });

/** Sets the headers of a response; true: it was a preflight, and is answered. */
export type Cors = (request: IncomingMessage, response: ServerResponse) => boolean;

export const corsOf =
  (origins: readonly string[]): Cors =>
  ({ method, headers }, response) => {
    const { origin } = headers;
    const isAllowed = origin !== undefined && origins.includes(origin);
    if (isAllowed) response.setHeader('access-control-allow-origin', origin).setHeader('vary', 'origin');
    if (origins.length === 0 || method !== 'OPTIONS' || headers['access-control-request-method'] === undefined)
      return false;
    if (isAllowed)
      response
        .setHeader('access-control-allow-methods', ALLOW_METHODS.join(','))
        .setHeader('access-control-allow-headers', ALLOW_HEADERS.join(','))
        .setHeader('access-control-max-age', MAX_AGE);
    response.writeHead(204).end();
    return true;
  };
