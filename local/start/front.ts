// One address for all: the page, its data, and the producer endpoint, which is the function `ingest` behind an HTTP API.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import type { PageServer } from '../page/serve-page.ts';
import type { FunctionPool } from '../sandbox/pool.ts';
import type { Cors } from './cors.ts';
import { httpEvent, readBody, sendResult } from './http-event.ts';

export type Front = { readonly origin: string; close(): Promise<void> };

const isInUse = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === 'EADDRINUSE';

const listen = (server: Server, port: number): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject);
      resolve();
    });
  });

/** What an HTTP API routes; others never reach a function. */
const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];

const toFunction = async (
  ingest: Pick<FunctionPool, 'invoke'>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> => {
  const body = await readBody(request);
  if (!METHODS.includes(request.method ?? '')) {
    const headers = { allow: METHODS.join(', '), 'content-type': 'application/json' };
    sendResult(response, { statusCode: 405, headers, body: '{"message":"Method Not Allowed"}' });
    return;
  }
  if (body === undefined) {
    sendResult(response, { statusCode: 413, body: '{"message":"Request Too Long"}' });
    return;
  }
  const outcome = await ingest.invoke(httpEvent(request, body, Date.now()));
  // As an HTTP API answers for a function that failed.
  if (outcome.kind === 'returned') sendResult(response, outcome.value as APIGatewayProxyStructuredResultV2);
  else if (outcome.kind === 'timed-out')
    sendResult(response, { statusCode: 503, body: '{"message":"Service Unavailable"}' });
  else sendResult(response, { statusCode: 500, body: '{"message":"Internal Server Error"}' });
};

/**
 * Listens on 127.0.0.1.
 * @param port where to listen; null: on 8080, or on a free port when that is taken
 */
export const startFront = async (
  page: PageServer,
  ingest: Pick<FunctionPool, 'invoke'>,
  port: number | null,
  answered: (status: number, ms: number) => void = () => {},
  cors: Cors = () => false,
): Promise<Front> => {
  const server = createServer((request, response) => {
    const path = (request.url ?? '/').split('?')[0] ?? '/';
    if (page.answer(request.method ?? 'GET', path, response)) return;
    if (cors(request, response)) return;
    const begin = performance.now();
    response.on('finish', () => answered(response.statusCode, performance.now() - begin));
    // A caller that went away has nobody left to answer.
    toFunction(ingest, request, response).catch(() => response.destroy());
  });
  try {
    await listen(server, port ?? 8080);
  } catch (error) {
    if (port !== null || !isInUse(error)) throw error;
    await listen(server, 0);
  }
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};
