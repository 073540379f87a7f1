// The producer of a web page: `millrace/producer/browser`. No dependencies; collects nothing but what it is given.
// An event's id, time and bytes are made once, by put: whatever is sent again is the same event, and `deduplicate` finds it.
import { type Env, freshId } from './env.ts';
import { type Kept, keeping } from './kept.ts';

export type Options = {
  /** Of the endpoint, `https://…/events`; a path is of the page's own server. */
  readonly url: string;
  /** The attribute `source` of the events: a URI reference. */
  readonly source: string;
  /** Goes as `x-api-key`. Whoever has the page has the key: give it to nothing else. */
  readonly key?: string;
  /** How long an event waits for others, in ms; 1,000. */
  readonly linger?: number;
  /** Events kept at most while they cannot be sent; 1,000. The oldest goes when one more comes. */
  readonly keep?: number;
  /** Off: nothing is written to localStorage; events live as long as the page. */
  readonly store?: boolean;
  /** On: what was handed to the browser as the page closed is kept until it is answered, and sent again by the next page. */
  readonly confirm?: boolean;
  /** Told of an event that is not sent any more, with the reason. */
  readonly refused?: (event: object, reason: string) => void;
};

export type PageProducer = {
  /** @param attributes more of CloudEvents: `subject`, `partitionkey`, … @returns the event's id */
  put(type: string, data: unknown, attributes?: object): string;
  /** Puts a view now, and one for each address that the page shows from then on. @returns what ends it */
  views(type: string, data: () => unknown): () => void;
  /** Sends what waits now. */
  flush(): Promise<void>;
  /** How many events wait. */
  waiting(): number;
  /** Forgets all that waits, here and in localStorage: the user said no. */
  forget(): void;
};

type Queued = Kept & { flying?: boolean };
type Answers = {
  readonly events?: readonly { readonly status?: string; readonly reason?: string }[];
  readonly reason?: string;
};

const TYPE = 'application/cloudevents-batch+json';
const MOST = 100; // events of a request
/** A browser lets requests outlive their page up to 64 KiB in all. */
const ROOM = 60_000;
const LONGEST = 60_000; // ms between two tries
const bytesOf = (text: string): number => new TextEncoder().encode(text).length;

export const connect = (options: Options, env: Env = globalThis as unknown as Env): PageProducer => {
  const { key, linger = 1_000, keep = 1_000, refused = () => {}, confirm } = options;
  const { document, navigator } = env;
  const url = new URL(options.url, env.location.href);
  const kept = keeping(env, `millrace ${url.href} `, freshId(env), options.store !== false);
  // A beacon brings cookies along and cannot bring a key: to other servers, and with a key, a request that outlives the page goes.
  const beacons = url.origin === env.location.origin && key === undefined && navigator.sendBeacon !== undefined;
  let queue: Queued[] = [];
  let busy: Promise<void> | undefined;
  let timer: unknown;
  let due = Number.POSITIVE_INFINITY;
  let failures = 0;
  let most = MOST;

  const isOffline = (): boolean => navigator.onLine === false;
  const drop = (gone: Queued, reason?: string): void => {
    queue = queue.filter((q) => q !== gone);
    kept.remove(gone.key);
    if (reason !== undefined) refused(JSON.parse(gone.text), reason);
  };
  const trim = (): void => {
    while (queue.length > keep)
      drop(queue.find((q) => !q.flying) ?? (queue[0] as Queued), 'more waits than `keep` allows');
  };

  const later = (ms: number): void => {
    const at = env.Date.now() + ms;
    if (at >= due) return;
    env.clearTimeout(timer);
    due = at;
    timer = env.setTimeout(() => {
      due = Number.POSITIVE_INFINITY;
      void send();
    }, ms);
  };

  /** The first that are not under way. */
  const take = (): Queued[] => {
    const batch: Queued[] = [];
    let room = ROOM;
    for (const q of queue) {
      if (q.flying) continue;
      room -= bytesOf(q.text) + 1;
      if (batch.length === most || (batch.length > 0 && room < 0)) break;
      batch.push(q);
    }
    return batch;
  };
  const bodyOf = (batch: readonly Queued[]): string => `[${batch.map((q) => q.text)}]`;

  const post = async (batch: readonly Queued[]): Promise<void> => {
    for (const q of batch) q.flying = true;
    const body = bodyOf(batch);
    let status = 0;
    let answer: Answers = {};
    try {
      const response = await env.fetch(url.href, {
        method: 'POST',
        headers: { 'content-type': TYPE, ...(key !== undefined && { 'x-api-key': key }) },
        body,
        credentials: 'omit',
        keepalive: bytesOf(body) < ROOM + 2, // an event alone may have more
      });
      status = response.status;
      answer = ((await response.json()) ?? {}) as Answers;
    } catch {}
    const { events } = answer;
    const each = events?.length === batch.length;
    const isFinal = !each && status >= 400 && status < 500 && status !== 408 && status !== 429;
    let again = false;
    batch.forEach((q, i) => {
      q.flying = false;
      const said = each ? events[i] : undefined;
      if (said?.status === 'accepted') drop(q);
      else if (said?.status === 'rejected') drop(q, said.reason ?? 'rejected');
      else if (isFinal && batch.length === 1) drop(q, `${status} ${answer.reason ?? ''}`);
      else {
        again = true;
        if (queue.includes(q)) kept.set(q);
      }
    });
    // Too many for one request; or one of them cannot be read, and which it is shows when fewer go together.
    most = isFinal && again ? batch.length >> 1 : Math.min(MOST, most * 2);
    failures = again && !isFinal ? failures + 1 : 0;
  };

  const sendAll = async (): Promise<void> => {
    for (let batch = take(); batch.length > 0 && !isOffline(); batch = take()) {
      await post(batch);
      if (failures > 0) return;
    }
  };
  const send = (): Promise<void> => {
    busy ??= sendAll().finally(() => {
      busy = undefined;
      if (queue.length > 0) later(isOffline() ? LONGEST : Math.random() * Math.min(LONGEST, 1_000 * 2 ** failures));
    });
    return busy;
  };

  /** The page may be gone after this. */
  const leave = (isClosing: boolean): void => {
    if (isOffline()) return;
    const batch = take();
    if (beacons) {
      if (
        batch.length > 0 &&
        navigator.sendBeacon?.(url.href, new env.Blob([bodyOf(batch)], { type: TYPE })) &&
        !confirm
      )
        for (const q of batch) drop(q);
    } else if (batch.length > 0) void post(batch);
    // What is under way arrives without us: only the next page would send it again.
    if (isClosing && !confirm) for (const q of queue) if (q.flying) kept.remove(q.key);
  };

  const enter = (): void => {
    kept.hold();
    kept.leftovers((found) => {
      queue.unshift(...found);
      trim();
      later(0);
    });
  };

  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'hidden') leave(false);
  });
  env.addEventListener('pagehide', () => {
    leave(true);
    kept.letGo();
  });
  env.addEventListener('pageshow', ({ persisted }) => {
    if (!persisted) return;
    // Back from the cache: another page may have sent meanwhile what was ours.
    queue = queue.filter((q) => q.flying || kept.has(q.key));
    due = Number.POSITIVE_INFINITY; // its alarm slept too
    later(0);
    enter();
  });
  env.addEventListener('online', () => {
    failures = 0;
    kept.leftovers((found) => queue.unshift(...found));
    later(0);
  });
  enter();

  const put: PageProducer['put'] = (type, data, attributes) => {
    const id = freshId(env);
    const time = new Date(env.Date.now()).toISOString();
    const { source } = options;
    queue.push(kept.add(JSON.stringify({ specversion: '1.0', id, source, type, time, ...attributes, data })));
    trim();
    if (failures === 0) later(isOffline() ? LONGEST : linger);
    return id;
  };

  return {
    put,
    views(type, data) {
      let last: string | undefined;
      let on = true;
      const look = (): void => {
        const { href } = env.location;
        if (!on || document.prerendering || href === last) return;
        last = href;
        put(type, data());
      };
      const { history } = env;
      const push = history.pushState;
      history.pushState = (...args) => {
        push.apply(history, args);
        look();
      };
      env.addEventListener('popstate', look);
      document.addEventListener('prerenderingchange', look);
      look();
      return () => {
        on = false;
      };
    },
    flush: send,
    waiting: () => queue.length,
    forget() {
      for (const q of queue) drop(q);
      kept.leftovers((found) => {
        for (const { key } of found) kept.remove(key);
      });
    },
  };
};
