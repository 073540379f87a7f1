// A search engine on this machine behind HTTP: what it answers stands in search-engine.ts.
import { answerOf } from '../services/hooks.ts';
import { type ServeOptions, type Service, serve } from '../services/serve.ts';
import { error, searchEngine } from './search-engine.ts';

export type SearchStandIn = {
  readonly url: string;
  /** Documents of an index by _id, as JSON text. */
  docs(index: string): ReadonlyMap<string, string>;
  indices(): readonly string[];
  /** The next `calls` requests are answered 429. */
  throttle(calls: number): void;
  /** The next request is done, and its connection breaks. */
  loseAnswer(): void;
  close(): Promise<void>;
};

/** What a call of the engine asks for. `host`: as the pipeline names it, for what judges the call. */
export type SearchCall = { readonly host: string; readonly method: string; readonly lines: readonly string[] };

/** @param host the address that it stands for */
export const startSearchStandIn = async (options: ServeOptions = {}, host = ''): Promise<SearchStandIn> => {
  const engine = searchEngine();
  let throttled = 0;
  let lost = false;

  const actionsOf = (text: string): readonly string[] =>
    text.split('\n').filter((l) => /^\{"(index|delete|update)":/.test(l));
  const service: Service = {
    read: ({ method, url, body }): { service: 'es'; operation: string; body: SearchCall } => ({
      service: 'es',
      operation: url.split(/[/?]/).findLast((part) => part.startsWith('_')) ?? method,
      body: { host, method, lines: url.startsWith('/_bulk') ? actionsOf(body.toString()) : [] },
    }),
    handle: (_call, { method, url, body }, refused) => {
      const slow = throttled > 0;
      if (slow) throttled--;
      const { status, body: text } = slow
        ? { status: 429, body: JSON.stringify(error(429, 'rejected_execution_exception', 'queue is full')) }
        : engine.answer(method, decodeURIComponent(url.split('?')[0] ?? ''), body.toString(), refused);
      return answerOf(status, { 'content-type': 'application/json' }, text);
    },
    refuse: (e) =>
      answerOf(
        e.status,
        { 'content-type': 'application/json' },
        JSON.stringify(error(e.status, e.error, e.message ?? '')),
      ),
  };
  const { hooks } = options;
  const served = await serve(service, {
    ...options,
    hooks: {
      ...hooks,
      after: (call, done) => {
        if (lost && done.status === 200) {
          lost = false;
          return 'drop-answer';
        }
        return hooks?.after?.(call, done) ?? 'pass';
      },
    },
  });
  return {
    url: served.endpoint,
    docs: engine.docs,
    indices: engine.indices,
    throttle: (calls) => {
      throttled = calls;
    },
    loseAnswer: () => {
      lost = true;
    },
    close: () => served.close(),
  };
};
