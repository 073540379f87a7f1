// One HTTP request and its whole answer, over connections that are kept. No redirect is followed, nothing is retried.
import { type Ms, seconds } from '../../time.ts';
import { CONNECT_TIMEOUT, MAX_SOCKETS } from '../connection.ts';

export type WireRequest = {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
};
/** Names of headers in lower case. */
export type WireAnswer = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: Buffer;
};
/** @throws Error with `code` as Node gives it, or named `TimeoutError` */
export type Exchange = (request: WireRequest, timeout: Ms) => Promise<WireAnswer>;

const HERE = Symbol.for('millrace.inProcess');
const known = globalThis as unknown as { [HERE]?: Map<string, Exchange> };
known[HERE] ??= new Map();
/** Services that live in this process, by host and port: one list, however often this module is loaded. Empty but in the local run. */
export const inProcess: Map<string, Exchange> = known[HERE];

/** A connection that nobody used for so long may be dead without a word (a frozen function's are): it is not used again. */
const IDLE: Ms = seconds(50);

export const timedOut = (what: string): Error => Object.assign(new Error(what), { name: 'TimeoutError' });

/** Not by `import`: of `node:http` that reads every export, lazy ones too, and loads what WebSocket needs: 35 ms of a cold start's CPU. */
const https = process.getBuiltinModule('node:https');

const overSockets = (url: URL): Exchange => {
  const { request, Agent } = url.protocol === 'http:' ? process.getBuiltinModule('node:http') : https;
  const agent = new Agent({ keepAlive: true, maxSockets: MAX_SOCKETS, timeout: IDLE });
  const to = { host: url.hostname.replace(/^\[|\]$/g, ''), port: url.port || undefined, agent };
  return ({ method, path, headers, body }, timeout) =>
    new Promise((resolve, reject) => {
      const sent = request({
        ...to,
        method,
        path,
        headers: { ...headers, 'content-length': body.length },
      });
      const end = (error: Error): void => {
        clearTimeout(whole);
        reject(error);
        sent.destroy();
      };
      const whole = setTimeout(() => end(timedOut(`no answer within ${timeout} ms`)), timeout);
      sent.once('socket', (socket) => {
        if (!socket.connecting) return;
        const early = setTimeout(() => end(timedOut(`no connection within ${CONNECT_TIMEOUT} ms`)), CONNECT_TIMEOUT);
        const settled = (): void => clearTimeout(early);
        socket.once(url.protocol === 'http:' ? 'connect' : 'secureConnect', settled).once('close', settled);
      });
      sent.on('error', end);
      sent.once('response', (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        // A connection that breaks within the body ends it with this, never with `end`.
        response.on('error', end);
        response.on('end', () => {
          clearTimeout(whole);
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) });
        });
      });
      sent.end(body);
    });
};

export const exchangeWith = (url: URL): Exchange => {
  let sockets: Exchange | undefined;
  return (request, timeout) => {
    const near = url.protocol === 'http:' ? inProcess.get(url.host) : undefined;
    if (near !== undefined) return near(request, timeout);
    sockets ??= overSockets(url);
    return sockets(request, timeout);
  };
};
