// Hands a request to an HTTP server that does not listen.
import type { Server } from 'node:http';
import { Readable } from 'node:stream';
import { type Answer, answerOf } from './hooks.ts';
import type { Request } from './serve.ts';

/** Serves only servers that set headers one by one and end with the whole body, as dynalite does. */
export const askInProcess = (server: Server, request: Request): Promise<Answer> =>
  new Promise((resolve) => {
    const headers: Record<string, string> = {};
    const message = Object.assign(Readable.from([request.body]), {
      method: request.method,
      url: request.url,
      headers: request.headers,
    });
    const response = {
      statusCode: 200,
      setHeader(name: string, value: string | number) {
        headers[name.toLowerCase()] = String(value);
      },
      end(body = '') {
        resolve(answerOf(response.statusCode, headers, body));
      },
    };
    server.emit('request', message, response);
  });
