// S3, SQS and SNS on this machine: fauxqs behind our own front, which adds conditional writes.
import { buildApp } from 'fauxqs';
import type { Ms } from '../../shared/time.ts';
import { isConditional, obstacleTo, oneAtATime } from './conditional-writes.ts';
import { type Answer, answerOf, type Call, type ErrorVerdict, type ObjectCall } from './hooks.ts';
import { readJsonCall, refuseAsJson } from './json-service.ts';
import { readObjectCall } from './object-calls.ts';
import { ownBytes } from './own-bytes.ts';
import { type Asked, type Request, type Served, type ServeOptions, type Service, serve } from './serve.ts';
import { isTopicCall, readTopicCall, refuseAsTopic, type TopicCall, takenBy } from './topic-calls.ts';

/** Told each message that a queue or topic took, in order. */
export type Taken = (kind: 'sqs' | 'sns', name: string, text: string) => void;

const SQS_TYPE = 'application/x-amz-json-1.0';
const ACCOUNT = '000000000000';

export type LocalObjects = Served & {
  createBucket(name: string): Promise<void>;
  /** An object without HTTP, hooks or meter; undefined: there is none. */
  getObject(bucket: string, key: string): Promise<Uint8Array | undefined>;
  /** With the times of its messages, in ms; without them SQS's own: none and 30 s. @returns the queue's URL */
  createQueue(name: string, times?: { readonly delayMs: Ms; readonly visibilityMs: Ms }): Promise<string>;
  /** @returns the topic's ARN */
  createTopic(name: string): Promise<string>;
  /**
   * One operation of SQS without HTTP, hooks or meter: for a poller that receives and deletes.
   * @throws Error with the answer's JSON when the service refuses
   */
  sqs(operation: string, body: object): Promise<unknown>;
  /** Calls back with the name of each queue that a message was sent to, whoever sent it. @returns a function that ends it */
  onMessage(listener: (queue: string) => void): () => void;
};

const escapeXml = (text: string): string =>
  text.replace(/[<>&]/g, (c) => (c === '<' ? '&lt;' : c === '>' ? '&gt;' : '&amp;'));
const refuseAsXml = ({ error, status, message }: ErrorVerdict): Answer =>
  answerOf(
    status,
    { 'content-type': 'application/xml' },
    `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${escapeXml(error)}</Code><Message>${escapeXml(message ?? error)}</Message></Error>`,
  );

const WRITES = new Set(['PutObject', 'CopyObject', 'CompleteMultipartUpload', 'DeleteObject']);
const isSqs = (request: Request): boolean => request.headers['x-amz-target']?.startsWith('AmazonSQS.') ?? false;

type SqsBatch = {
  readonly QueueUrl?: string;
  readonly Entries?: readonly { readonly Id: string; readonly MessageBody: string }[];
};
const lastOf = (text = '', parter: string): string => text.split(parter).at(-1) ?? '';

export const startObjects = async (options: ServeOptions & { readonly taken?: Taken } = {}): Promise<LocalObjects> => {
  const app = buildApp({ logger: false });
  // It keeps a body as it came, which may be a small part of a slab.
  app.addHook('preHandler', async (request) => {
    if (request.body instanceof Uint8Array) request.body = ownBytes(request.body);
  });
  await app.ready();
  const oneWrite = oneAtATime<Answer>();
  const listeners = new Set<(queue: string) => void>();
  const announce = (operation: string, body: unknown, { status }: Answer): void => {
    if (status !== 200 || !operation.startsWith('SendMessage')) return;
    const queue = lastOf((body as SqsBatch).QueueUrl, '/');
    for (const listener of listeners) listener(queue);
  };

  const ask = async (request: Request): Promise<Answer> => {
    const response = await app.inject({
      method: request.method as 'GET',
      url: request.url,
      headers: request.headers,
      ...(request.body.byteLength > 0 && { payload: request.body }),
    });
    const headers = Object.entries(response.headers).flatMap(([k, v]) =>
      v === undefined || k === 'connection' || k === 'transfer-encoding' ? [] : [[k, String(v)] as const],
    );
    return answerOf(response.statusCode, Object.fromEntries(headers), response.rawPayload);
  };

  const write = async (request: Request, { bucket, key }: ObjectCall): Promise<Answer> => {
    if (isConditional(request)) {
      const { pathname } = new URL(request.url, 'http://local');
      const head = await ask({ method: 'HEAD', url: pathname, headers: {}, body: Buffer.alloc(0) });
      const obstacle = obstacleTo(request, head.status === 200 ? head.headers.etag : undefined);
      if (obstacle === 'PreconditionFailed')
        return refuseAsXml({ error: obstacle, status: 412, message: `a condition does not hold for ${bucket}/${key}` });
      if (obstacle === 'NoSuchKey') return refuseAsXml({ error: obstacle, status: 404 });
    }
    return ask(request);
  };

  /** Asks, and tells what of a batch was taken. */
  const send = async ({ service: of, operation, body }: Call, request: Request): Promise<Answer> => {
    const answer = await ask(request);
    if (of === 'sqs') announce(operation, body, answer);
    const { taken } = options;
    if (taken === undefined || answer.status !== 200) return answer;
    if (of === 'sns' && operation === 'PublishBatch') {
      const { TopicArn, Entries } = body as TopicCall;
      const ids = takenBy(answer);
      for (const e of Entries) if (ids.has(e.Id)) taken('sns', lastOf(TopicArn, ':'), e.Message);
    } else if (of === 'sqs' && operation === 'SendMessageBatch') {
      const { QueueUrl, Entries = [] } = body as SqsBatch;
      const { Successful = [] } = answer.json() as { readonly Successful?: readonly { readonly Id: string }[] };
      const ids = new Set(Successful.map((e) => e.Id));
      for (const e of Entries) if (ids.has(e.Id)) taken('sqs', lastOf(QueueUrl, '/'), e.MessageBody);
    }
    return answer;
  };

  const service: Service = {
    read: (request) => {
      if (isSqs(request)) return readJsonCall('sqs', request);
      return isTopicCall(request)
        ? { service: 'sns', ...readTopicCall(request) }
        : { service: 's3', ...readObjectCall(request) };
    },
    handle(call: Call, request) {
      if (call.service !== 's3') return send(call, request);
      if (!WRITES.has(call.operation)) return ask(request);
      const object = call.body as ObjectCall;
      return oneWrite(`${object.bucket}/${object.key}`, () => write(request, object));
    },
    refuse: (error, call: Asked | undefined) =>
      call?.service === 'sqs'
        ? refuseAsJson(SQS_TYPE)(error)
        : call?.service === 'sns'
          ? refuseAsTopic(error)
          : refuseAsXml(error),
  };
  const served = await serve(service, options);

  const sqs = async (operation: string, body: object): Promise<unknown> => {
    const answer = await ask({
      method: 'POST',
      url: '/',
      headers: { 'content-type': SQS_TYPE, 'x-amz-target': `AmazonSQS.${operation}`, host: `127.0.0.1:${served.port}` },
      body: Buffer.from(JSON.stringify(body)),
    });
    if (answer.status !== 200) throw new Error(`${operation}: ${Buffer.from(answer.body).toString()}`);
    announce(operation, body, answer);
    return answer.json();
  };

  return {
    ...served,
    async createBucket(name) {
      const answer = await ask({ method: 'PUT', url: `/${name}`, headers: {}, body: Buffer.alloc(0) });
      if (answer.status !== 200) throw new Error(`bucket ${name}: ${Buffer.from(answer.body).toString()}`);
    },
    async getObject(bucket, key) {
      const url = `/${bucket}/${key.split('/').map(encodeURIComponent).join('/')}`;
      const answer = await ask({ method: 'GET', url, headers: {}, body: Buffer.alloc(0) });
      return answer.status === 200 ? Buffer.from(answer.body) : undefined;
    },
    async createQueue(name, times) {
      const Attributes = {
        ...(times && {
          DelaySeconds: String(times.delayMs / 1000),
          VisibilityTimeout: String(times.visibilityMs / 1000),
        }),
        ...(name.endsWith('.fifo') && { FifoQueue: 'true' }),
      };
      await sqs('CreateQueue', { QueueName: name, Attributes });
      return `${served.endpoint}/${ACCOUNT}/${name}`;
    },
    async createTopic(name) {
      const headers = { 'content-type': 'application/x-www-form-urlencoded' };
      const fifo = name.endsWith('.fifo') ? '&Attributes.entry.1.key=FifoTopic&Attributes.entry.1.value=true' : '';
      const body = Buffer.from(`Action=CreateTopic&Version=2010-03-31&Name=${name}${fifo}`);
      const answer = await ask({ method: 'POST', url: '/', headers, body });
      const arn = /<TopicArn>([^<]+)</.exec(Buffer.from(answer.body).toString())?.[1];
      if (answer.status !== 200 || arn === undefined)
        throw new Error(`topic ${name}: ${Buffer.from(answer.body).toString()}`);
      return arn;
    },
    sqs,
    onMessage(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async close() {
      await served.close();
      await app.close();
    },
  };
};
