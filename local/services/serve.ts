// The HTTP front of every local service: reads a call, asks the hooks, has it done, counts it, asks again, answers.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { callerOf } from './caller.ts';
import type { Answer, BeforeVerdict, Call, ErrorVerdict, Hooks } from './hooks.ts';
import type { Meter } from './meter.ts';
import { shortCut } from './short-cut.ts';

export type Request = {
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
};
export type Asked = Omit<Call, 'caller'>;

export type Service = {
  /** What a request asks for. @throws Refused when it cannot be read */
  readonly read: (request: Request) => Asked;
  /** @param refused indexes of records that a PutRecords must refuse */
  readonly handle: (call: Call, request: Request, refused: readonly number[]) => Answer | Promise<Answer>;
  /** An error as this service words it. */
  readonly refuse: (error: ErrorVerdict, call: Asked | undefined) => Answer;
};

export class Refused extends Error {
  readonly verdict: ErrorVerdict;
  constructor(verdict: ErrorVerdict) {
    super(verdict.message ?? verdict.error);
    this.verdict = verdict;
  }
}

export type ServeOptions = {
  readonly hooks?: Hooks;
  readonly meter?: Meter;
  readonly port?: number;
  /** SDK clients of this process reach the service without a socket; others by HTTP as ever. */
  readonly shortCut?: boolean;
};
export type Served = { readonly endpoint: string; readonly port: number; close(): Promise<void> };

/** No service of ours takes more in one request; AWS answers 413 as well. */
const MAX_REQUEST_BYTES = 64 * 1024 * 1024;

const bodyOf = async (message: IncomingMessage): Promise<Buffer> => {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of message as AsyncIterable<Buffer>) {
    bytes += chunk.byteLength;
    if (bytes <= MAX_REQUEST_BYTES) chunks.push(chunk);
  }
  if (bytes > MAX_REQUEST_BYTES)
    throw new Refused({ error: 'RequestEntityTooLarge', status: 413, message: `${bytes} bytes in one request` });
  return chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks);
};

const requestOf = async (message: IncomingMessage): Promise<Request> => ({
  method: message.method ?? 'GET',
  url: message.url ?? '/',
  headers: Object.fromEntries(
    Object.entries(message.headers).flatMap(([k, v]) =>
      v === undefined ? [] : [[k, Array.isArray(v) ? v.join(',') : v]],
    ),
  ),
  body: await bodyOf(message),
});

/** What does a call whose caller gave up: nobody hears what the service answers. */
const landing = (service: Service, call: Call, request: Request) => async (): Promise<void> => {
  try {
    await service.handle(call, request, []);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
  }
};

/** The answer to send; `hang` to send none, `drop` to close the connection. For services that speak another protocol than HTTP as well. */
export const decide = async (
  asked: () => Promise<Request> | Request,
  service: Service,
  options: ServeOptions,
): Promise<Answer | 'hang' | 'drop'> => {
  let call: Call | undefined;
  let done = false;
  try {
    const request = await asked();
    call = { ...service.read(request), caller: callerOf(request.headers['user-agent']) };
    const before: BeforeVerdict = (await options.hooks?.before?.(call)) ?? 'pass';
    if (before === 'hang') return 'hang';
    if (typeof before === 'object' && 'error' in before) throw new Refused(before);
    if (typeof before === 'object' && 'later' in before) {
      before.later(landing(service, call, request));
      return 'drop';
    }
    const answer = await service.handle(call, request, typeof before === 'object' ? before.partial : []);
    options.meter?.count(call, answer);
    done = true;
    const after = (await options.hooks?.after?.(call, answer)) ?? 'pass';
    if (after === 'hang') return 'hang';
    if (after === 'drop-answer' || before === 'drop-answer') return 'drop';
    if (typeof after === 'object') throw new Refused(after);
    return answer;
  } catch (error) {
    const verdict: ErrorVerdict =
      error instanceof Refused ? error.verdict : { error: 'InternalFailure', status: 500, message: String(error) };
    const answer = service.refuse(verdict, call);
    if (call && !done) options.meter?.count(call, answer);
    return answer;
  }
};

const reply = async (message: IncomingMessage, response: ServerResponse, service: Service, options: ServeOptions) => {
  const answer = await decide(() => requestOf(message), service, options);
  if (answer === 'hang') return;
  if (answer === 'drop') {
    message.socket.destroy();
    return;
  }
  const headers = { ...answer.headers, 'content-length': String(Buffer.byteLength(answer.body)) };
  response.writeHead(answer.status, message.method === 'HEAD' ? answer.headers : headers);
  response.end(message.method === 'HEAD' ? undefined : answer.body);
};

/** Serves on 127.0.0.1, on a free port unless one is named. */
export const serve = async (service: Service, options: ServeOptions = {}): Promise<Served> => {
  const server = createServer({ keepAliveTimeout: 60_000 }, (message, response) => {
    // A caller that went away while its request was read has nobody left to answer.
    reply(message, response, service, options).catch(() => message.socket.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  const forget = options.shortCut ? shortCut(port, (request) => decide(() => request, service, options)) : () => {};
  return {
    endpoint: `http://127.0.0.1:${port}`,
    port,
    close: () =>
      new Promise((resolve, reject) => {
        forget();
        server.close((error) => (error ? reject(error) : resolve()));
        server.closeAllConnections();
      }),
  };
};
