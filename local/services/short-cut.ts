// Calls of this process to services of this process: handed over, not sent through a socket. The clients are the same, with their own
// signing, retries and parsing; only the bytes take the short way. Our own client asks for it; for the SDK's it reaches into the HTTP
// handler, whose version is pinned for that reason.
import { Readable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { type Exchange, inProcess, timedOut } from '../../shared/aws/signed/exchange.ts';
import { encode } from '../../shared/aws/signed/sign.ts';
import type { Answer } from './hooks.ts';
import type { Request } from './serve.ts';

/** What a service does with a request; `hang`: it never answers, `drop`: it closes the connection. */
export type Answerer = (request: Request) => Promise<Answer | 'hang' | 'drop'>;

type Handle = NodeHttpHandler['handle'];
type SdkRequest = Parameters<Handle>[0];
type SdkOptions = NonNullable<Parameters<Handle>[1]>;
type SdkResponse = Awaited<ReturnType<Handle>>['response'];

/** The handler reads its settings late, and does not tell them before its first own request. */
type Configured = { readonly configProvider: Promise<{ readonly requestTimeout?: number }> };

/** By host and port. */
const near = new Map<string, Answerer>();
let taught = false;

const urlOf = ({ path, query }: SdkRequest): string => {
  const parts = Object.entries(query ?? {})
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([name, value]) =>
      [value].flat().map((v) => (typeof v === 'string' ? `${encode(name)}=${encode(v)}` : encode(name))),
    );
  return parts.length === 0 ? path : `${path}?${parts.join('&')}`;
};

/** undefined: a stream, which takes the long way. */
const bodyOf = ({ body }: SdkRequest): Buffer | undefined => {
  if (body === undefined || body === null) return Buffer.alloc(0);
  if (typeof body === 'string') return Buffer.from(body);
  return body instanceof Uint8Array ? Buffer.from(body.buffer, body.byteOffset, body.byteLength) : undefined;
};

const responseOf = (answer: Answer, asked: Request): SdkResponse => {
  const bytes = typeof answer.body === 'string' ? Buffer.from(answer.body) : answer.body;
  const headers = { ...answer.headers, 'content-length': String(bytes.byteLength) };
  const sent = asked.method === 'HEAD' ? new Uint8Array() : bytes;
  // An object's body is read as a stream; the JSON services' are taken whole.
  const body = 'x-amz-target' in asked.headers ? sent : Readable.from([sent], { objectMode: false });
  return {
    statusCode: answer.status,
    headers: asked.method === 'HEAD' ? { ...answer.headers } : headers,
    body,
  } as SdkResponse;
};

/** As a socket that never answers: until the caller's time is up, or its patience. */
const silence = (timeout: number | undefined, signal: SdkOptions['abortSignal']): Promise<never> =>
  new Promise((_, reject) => {
    const end = (name: string, message: string): void => reject(Object.assign(new Error(message), { name }));
    if (timeout) setTimeout(() => end('TimeoutError', `no answer within ${timeout} ms`), timeout);
    if (signal) signal.onabort = () => end('AbortError', 'the request was aborted');
  });

const teach = (): void => {
  if (taught) return;
  taught = true;
  const { handle } = NodeHttpHandler.prototype;
  const short = async (self: NodeHttpHandler, to: Answerer, sdk: SdkRequest, body: Buffer, options: SdkOptions) => {
    const headers = Object.fromEntries(Object.entries(sdk.headers).map(([name, value]) => [name.toLowerCase(), value]));
    const request: Request = { method: sdk.method, url: urlOf(sdk), headers, body };
    // Others get their turn, as they do while a request travels.
    await setImmediate();
    const answer = await to(request);
    if (answer === 'drop') throw closed();
    if (answer !== 'hang') return { response: responseOf(answer, request) };
    const { requestTimeout } = await (self as unknown as Configured).configProvider;
    return silence(options.requestTimeout ?? requestTimeout, options.abortSignal);
  };
  NodeHttpHandler.prototype.handle = function (this: NodeHttpHandler, request, options) {
    const to = request.protocol === 'http:' ? near.get(`${request.hostname}:${request.port}`) : undefined;
    const body = to === undefined ? undefined : bodyOf(request);
    return to === undefined || body === undefined
      ? handle.call(this, request, options)
      : short(this, to, request, body, options ?? {});
  };
};

const closed = (): Error => Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });

/** The way of our own client. */
const exchanging =
  (to: Answerer): Exchange =>
  async ({ method, path, headers, body }, timeout) => {
    await setImmediate();
    const answer = await to({ method, url: path, headers, body });
    if (answer === 'drop') throw closed();
    if (answer === 'hang')
      return new Promise((_, reject) => setTimeout(() => reject(timedOut(`no answer within ${timeout} ms`)), timeout));
    const { status, headers: said } = answer;
    const bytes = typeof answer.body === 'string' ? Buffer.from(answer.body) : answer.body;
    return { status, headers: said, body: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength) };
  };

/** Calls of this process to that port of this machine take the short way, until the answer is called. */
export const shortCut = (port: number, to: Answerer): (() => void) => {
  teach();
  const host = `127.0.0.1:${port}`;
  near.set(host, to);
  inProcess.set(host, exchanging(to));
  return () => {
    near.delete(host);
    inProcess.delete(host);
  };
};
