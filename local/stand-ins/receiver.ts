// A receiver of webhooks on this machine: takes every POST and tells what came. `/<name>` is the endpoint of the table of that name.
import { answerOf } from '../services/hooks.ts';
import { type Served, type ServeOptions, type Service, serve } from '../services/serve.ts';

export type Posted = {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
};

/** Hands a request on as it came, to an endpoint that somebody runs here. */
const handOn = async (
  to: string,
  { headers, body }: Posted,
): Promise<{ status: number; text: string; retryAfter: string | null }> => {
  const { host: _, 'content-length': __, connection: ___, ...sent } = headers;
  const response = await fetch(to, { method: 'POST', headers: sent, body, redirect: 'manual' });
  return { status: response.status, text: await response.text(), retryAfter: response.headers.get('retry-after') };
};

/**
 * Answers 202 to what `taken` takes; what it throws is answered 400, as a receiver that cannot read a body does.
 * @param endpoint of the user's own for a path, which then answers; only what it took is told
 */
export const startReceiver = (
  taken: (posted: Posted) => void,
  endpoint: (path: string) => string | undefined,
  options: ServeOptions = {},
): Promise<Served> => {
  const service: Service = {
    read: ({ method, url, headers }) => ({
      service: 'webhook',
      operation: method,
      body: { path: url, id: headers['webhook-id'] },
    }),
    handle: async (_call, { url, headers, body, method }) => {
      if (method !== 'POST') return answerOf(405, { allow: 'POST' }, '');
      const posted: Posted = { path: url, headers, body: body.toString() };
      const to = endpoint(url);
      if (to !== undefined) {
        const { status, text, retryAfter } = await handOn(to, posted);
        const more = retryAfter === null ? {} : { 'retry-after': retryAfter };
        if (status < 200 || status >= 300) return answerOf(status, { 'content-type': 'text/plain', ...more }, text);
      }
      try {
        taken(posted);
      } catch (error) {
        return answerOf(400, { 'content-type': 'text/plain' }, (error as Error).message);
      }
      return answerOf(202, {}, '');
    },
    refuse: ({ status, message, error }) => answerOf(status, { 'content-type': 'text/plain' }, message ?? error),
  };
  return serve(service, options);
};
