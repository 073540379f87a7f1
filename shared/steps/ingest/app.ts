// HTTP -> raw. Tells the producer of each event its id or why it was not taken.
import { type Context, Hono } from 'hono';
import { bindHttp, MEDIA_TYPES } from '../../event/http-binding.ts';
import type { Received, ReceivedEvent } from '../../event/received.ts';
import { unknownType } from '../../event/unknown-type.ts';
import type { Told } from '../../metrics/told.ts';
import type { CompiledPipeline } from '../../pipeline.ts';
import type { Clock, Stream } from '../../ports.ts';
import { type Ms, seconds } from '../../time.ts';
import { spanOf } from '../../trace/spans.ts';
import { incomingOf, withTrace } from '../../trace/traceparent.ts';
import { answerFor, answerOf, statusOf } from './answer.ts';
import { readSent, unpackBody } from './body.ts';
import type { Admit } from './door.ts';
import type { ReadHook } from './hooks.ts';
import { openApi } from './open-api.ts';
import { type Fate, packer } from './pack.ts';
import { type Patience, within } from './patience.ts';

/** So that the answer to the largest request stays far below Lambda's 6 MB. */
export const MAX_EVENTS = 10_000;
/** In seconds, for 429 and 503: Kinesis counts a shard's limits by the second. */
const RETRY_AFTER = '1';
/** In seconds, while the stage is drained: producers keep their events, and shall not wait long when it goes on. */
const CLOSED_RETRY_AFTER = '30';

export type IngestDeps = {
  readonly raw: Stream;
  readonly clock: Clock;
  readonly types: CompiledPipeline['types'];
  /** How long a throttled or failing stream is tried before the producer is told; below the function's time limit. */
  readonly budget?: Ms;
  readonly patience?: Patience;
  /** Told what came of the events of a request, for metrics. */
  readonly tell?: (told: Told) => void;
  /** Judges who may send; without it whoever reaches the function may: the API before it has judged. */
  readonly admit?: Admit;
  /** Reads signed requests of third parties; absent: the pipeline has no webhooks. */
  readonly hooks?: ReadHook;
  /** Takes no events, since the stage is drained: they must be sent again. */
  readonly closed?: boolean;
  /** Told why a request to a webhook was refused: its sender is not. */
  readonly onRefused?: (hook: string, why: string) => void;
  /** Told what a bug of ours threw; the producer gets a 500 without it. */
  readonly onError?: (error: unknown) => void;
};

const problem = (
  c: Context,
  status: 400 | 401 | 404 | 405 | 413 | 415 | 500 | 503,
  rule: string,
  reason: string,
): Response => c.json({ rule, reason }, status);

export const createApp = (deps: IngestDeps) => {
  const { raw, clock, types } = deps;
  const send = packer(raw, deps.patience ?? within(deps.budget ?? seconds(10), clock));
  const description = openApi(Object.keys(types), deps.admit !== undefined, deps.hooks !== undefined);
  const app = new Hono<{ Variables: { sent: Uint8Array } }>();

  if (deps.closed === true)
    app.use(async (c, next) => {
      if (c.req.method !== 'POST') return next();
      c.header('retry-after', CLOSED_RETRY_AFTER);
      return problem(c, 503, 'intake.closed', 'the pipeline takes no events now; send them again later');
    });

  // A webhook's own signature is its key, and nobody learns whether there is one of a name.
  const isHook = (path: string): boolean => deps.hooks !== undefined && /^\/webhooks\/[^/]+$/.test(path);

  // Before anything is told of paths, types or events. The function's health is no secret.
  app.use(async (c, next) => {
    if (deps.admit === undefined || c.req.path === '/health' || isHook(c.req.path)) return next();
    const sent = await readSent(c.req.raw);
    if (!sent.ok) return problem(c, sent.status, sent.rule, sent.reason);
    const verdict = await deps.admit(c.req.raw.headers, sent.bytes);
    if (verdict.kind === 'unknown') {
      c.header('retry-after', RETRY_AFTER);
      return problem(c, 503, 'request.keys-unknown', verdict.reason);
    }
    if (verdict.kind === 'refused') {
      c.header('www-authenticate', 'ApiKey realm="millrace"');
      return problem(c, 401, 'request.key', verdict.reason);
    }
    c.set('sent', sent.bytes);
    return next();
  });

  const store = async (c: Context, path: string, headers: Headers, events: readonly Received[]): Promise<Response> => {
    const taken = events.filter((e): e is ReceivedEvent => e.kind === 'event');
    const fates = new Map<unknown, Fate | undefined>();
    const span = spanOf(`POST ${path}`, 'server', incomingOf(headers));
    const trace = span.outgoing();
    const stored = await send(
      trace === undefined ? taken : taken.map((e) => ({ ...e, bytes: withTrace(e.bytes, trace) })),
    ).catch((error: unknown) => {
      span.end(error);
      throw error;
    });
    taken.forEach((event, i) => {
      fates.set(event, stored[i]);
    });
    const answer = answerOf(events.map((e) => answerFor(e, fates.get(e))));
    const { accepted, rejected, notStored } = answer;
    deps.tell?.({
      measures: {
        EventsIn: answer.events.length,
        EventsPassed: accepted,
        EventsRejected: rejected,
        EventsNotStored: notStored,
      },
    });
    const status = statusOf(answer);
    span.set('http.response.status_code', status);
    span.set('messaging.batch.message_count', taken.length);
    span.end(status >= 500 ? new Error(`answered ${status}`) : undefined);
    if (status === 429 || status === 503) c.header('retry-after', RETRY_AFTER);
    return c.json(answer, status);
  };

  const post = async (c: Context, type?: string): Promise<Response> => {
    const sent = c.get('sent') as Uint8Array | undefined;
    const read = sent === undefined ? await readSent(c.req.raw) : ({ ok: true, bytes: sent } as const);
    const body = read.ok ? unpackBody(c.req.raw.headers, read.bytes) : read;
    if (!body.ok) {
      if (body.status === 415) c.header('accept-encoding', 'gzip');
      return problem(c, body.status, body.rule, body.reason);
    }
    const headers = c.req.raw.headers;
    const bound = bindHttp({ headers, body: body.bytes, ...(type === undefined ? {} : { type }) }, types, MAX_EVENTS);
    switch (bound.kind) {
      case 'broken':
        return problem(c, 400, bound.rule, bound.cause);
      case 'unsupported':
        c.header('accept-post', MEDIA_TYPES.join(', '));
        return problem(c, 415, 'request.media-type', bound.cause);
      case 'too-many':
        return problem(c, 413, 'request.too-many', bound.cause);
      case 'events':
        break;
      default:
        return bound satisfies never;
    }
    if (bound.events.length === 0 && type !== undefined && !Object.hasOwn(types, type))
      return problem(c, 400, 'event.unknown-type', unknownType(type, Object.keys(types)));
    return store(c, type === undefined ? '/events' : '/events/:type', headers, bound.events);
  };

  const hook = async (c: Context, read: ReadHook): Promise<Response> => {
    const name = c.req.param('name') ?? '';
    const sent = await readSent(c.req.raw);
    if (!sent.ok) return problem(c, sent.status, sent.rule, sent.reason);
    const request = await read(name, c.req.raw.headers, sent.bytes);
    switch (request.kind) {
      case 'events':
        return store(c, '/webhooks/:name', c.req.raw.headers, request.events);
      case 'refused':
        deps.onRefused?.(name, request.why);
        return problem(c, 401, 'request.signature', 'the request is not taken');
      case 'unknown':
        c.header('retry-after', RETRY_AFTER);
        return problem(c, 503, 'request.keys-unknown', 'the request cannot be judged now');
      case 'broken':
        return problem(c, request.status, request.rule, request.reason);
      default:
        return request satisfies never;
    }
  };

  const only = (path: string, ...methods: readonly string[]): void => {
    app.all(path, (c) => {
      c.header('allow', methods.join(', '));
      return problem(
        c,
        405,
        'request.method',
        `${c.req.method} is not for ${c.req.path}; it takes ${methods.join(', ')}`,
      );
    });
  };

  app.post('/events', (c) => post(c));
  app.post('/events/:type', (c) => post(c, c.req.param('type')));
  const { hooks } = deps;
  if (hooks !== undefined) {
    app.post('/webhooks/:name', (c) => hook(c, hooks));
    only('/webhooks/:name', 'POST');
  }
  app.get('/health', (c) => c.json({ status: 'ok' }));
  app.get('/openapi.json', (c) => c.json(description));
  only('/events', 'POST');
  only('/events/:type', 'POST');
  only('/health', 'GET', 'HEAD');
  only('/openapi.json', 'GET', 'HEAD');
  app.notFound((c) => problem(c, 404, 'request.path', 'there is /events, /events/{type}, /health and /openapi.json'));
  app.onError((error, c) => {
    deps.onError?.(error);
    return problem(c, 500, 'request.failed', 'a fault of ours; the request may be sent again');
  });
  return app;
};
