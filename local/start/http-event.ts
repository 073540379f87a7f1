// A request of node:http as Lambda gets it from an HTTP API (payload 2.0), and the function's answer as a response.
import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { LOCAL_ACCOUNT } from '../template/intrinsics.ts';

/** An HTTP API takes at most 10 MB, and answers 413 itself beyond that. */
export const MAX_BODY = 10 * 1024 * 1024;

/** The whole body; undefined when it is longer than an HTTP API takes. */
export const readBody = async (request: IncomingMessage): Promise<Buffer | undefined> => {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.byteLength;
    if (bytes <= MAX_BODY) chunks.push(chunk);
  }
  return bytes > MAX_BODY ? undefined : Buffer.concat(chunks);
};

/** Header values that repeat are joined by commas, names are in lower case: as the service hands them on. */
const headersOf = (request: IncomingMessage): Record<string, string> =>
  Object.fromEntries(
    Object.entries(request.headers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, Array.isArray(value) ? value.join(',') : value]],
    ),
  );

/** Text stays text; anything else travels in base64, as the service decides by the content type. */
const isText = (type: string | undefined, encoding: string | undefined): boolean =>
  encoding === undefined && /^(text\/|application\/([\w.+-]*json|x-ndjson|xml))/i.test(type ?? '');

export const httpEvent = (request: IncomingMessage, body: Buffer, now: number): APIGatewayProxyEventV2 => {
  const url = new URL(request.url ?? '/', 'http://local');
  const headers = headersOf(request);
  const text = isText(headers['content-type'], headers['content-encoding']);
  const method = request.method ?? 'GET';
  return {
    version: '2.0',
    routeKey: 'ANY /{proxy+}',
    rawPath: url.pathname,
    rawQueryString: url.search.slice(1),
    headers,
    ...(url.search !== '' && { queryStringParameters: Object.fromEntries(url.searchParams) }),
    requestContext: {
      accountId: LOCAL_ACCOUNT,
      apiId: 'local',
      domainName: headers.host ?? '127.0.0.1',
      domainPrefix: 'local',
      http: {
        method,
        path: url.pathname,
        protocol: `HTTP/${request.httpVersion}`,
        sourceIp: request.socket.remoteAddress ?? '127.0.0.1',
        userAgent: headers['user-agent'] ?? '',
      },
      requestId: randomUUID(),
      routeKey: 'ANY /{proxy+}',
      stage: '$default',
      time: new Date(now).toISOString(),
      timeEpoch: now,
    },
    ...(body.length > 0 && { body: body.toString(text ? 'utf8' : 'base64') }),
    isBase64Encoded: body.length > 0 && !text,
  };
};

export const sendResult = (response: ServerResponse, result: APIGatewayProxyStructuredResultV2): void => {
  const body = Buffer.from(result.body ?? '', result.isBase64Encoded ? 'base64' : 'utf8');
  const headers = Object.fromEntries(
    Object.entries(result.headers ?? {}).map(([name, value]) => [name, String(value)]),
  );
  response.writeHead(result.statusCode ?? 200, { ...headers, 'content-length': String(body.length) });
  response.end(body);
};
