// A browser with tabs, a network that can go, and a server: what the page's producer sees of the world, moved by hand.
import { webcrypto } from 'node:crypto';
import type { Env } from '../../shared/producer/browser/env.ts';
import { connect, type Options, type PageProducer } from '../../shared/producer/browser/index.ts';
import { type ManualTiming, manualTiming } from '../local/manual-timing.ts';

export type Sent = { readonly id: string; readonly type: string; readonly data: unknown; readonly time: string };
type Listener = (event: { persisted?: boolean }) => void;

export type Tab = {
  readonly page: PageProducer;
  /** Ends without a word, as a crash does. */
  die(): void;
  hide(): void;
  /** Into the cache of the back button, or closed. */
  leave(): void;
  back(): void;
  go(path: string): void;
};

export type Browser = {
  readonly timing: ManualTiming;
  readonly storage: Map<string, string>;
  /** Every request that reached the server: how it came, and its events. */
  readonly requests: {
    readonly by: 'fetch' | 'beacon';
    readonly headers: Record<string, string>;
    readonly events: readonly Sent[];
  }[];
  /** Ids that the server took, in order, repeated when it took one again. */
  readonly taken: string[];
  /** What the next requests meet: a status for all, or 'lost': taken, but the answer never comes. */
  readonly replies: (number | 'lost')[];
  /** How long a request is under way, in ms. */
  slow: number;
  online: boolean;
  locks: boolean;
  storageThrows: boolean;
  refuse(event: Sent): string | undefined;
  tab(options?: Partial<Options>): Tab;
  setOnline(on: boolean): void;
  /** Lets `ms` pass. */
  pass(ms: number): Promise<void>;
};

export const browser = (): Browser => {
  const timing = manualTiming();
  const storage = new Map<string, string>();
  const held = new Map<string, object>();
  const everywhere: { fire(type: string): void }[] = [];
  const take = (by: 'fetch' | 'beacon', body: string, headers: Record<string, string> = {}) => {
    const events = JSON.parse(body) as Sent[];
    made.requests.push({ by, headers, events });
    const reply = made.replies.shift() ?? 202;
    if (typeof reply === 'number' && reply >= 400) return { status: reply, json: async () => ({ reason: 'no' }) };
    const answers = events.map((event) => {
      const reason = made.refuse(event);
      if (reason === undefined) made.taken.push(event.id);
      return reason === undefined ? { status: 'accepted' } : { status: 'rejected', reason };
    });
    if (reply === 'lost') throw new TypeError('Failed to fetch');
    return { status: 202, json: async () => ({ events: answers }) };
  };

  const made: Browser = {
    timing,
    storage,
    requests: [],
    taken: [],
    replies: [],
    slow: 0,
    online: true,
    locks: true,
    storageThrows: false,
    refuse: () => undefined,
    tab(options = {}) {
      const listeners = new Map<string, Listener[]>();
      const fire = (type: string, event = {}): void => {
        if (alive) for (const l of listeners.get(type) ?? []) l(event);
      };
      let alive = true;
      const mine = new Set<string>();
      const addEventListener = (type: string, l: Listener): void =>
        void listeners.set(type, [...(listeners.get(type) ?? []), l]);
      const document = { visibilityState: 'visible', prerendering: false, addEventListener };
      const location = { href: 'https://shop.example/a', origin: 'https://shop.example' };
      const history = {
        pushState: (_: unknown, __: unknown, path: unknown) => {
          location.href = new URL(String(path), location.href).href;
        },
      };
      const free = (name: string): void => {
        held.delete(name);
        mine.delete(name);
      };
      const env: Env = {
        fetch: async (_, init) => {
          if (!made.online) throw new TypeError('Failed to fetch');
          if (made.slow > 0) await new Promise<void>((resolve) => timing.after(made.slow, resolve));
          const { body, headers } = init as { body: string; headers: Record<string, string> };
          return take('fetch', body, headers);
        },
        setTimeout: (then, ms) => timing.after(ms, () => alive && then()),
        clearTimeout: (cancel) => (cancel as (() => void) | undefined)?.(),
        addEventListener,
        Blob: class {
          readonly parts: readonly string[];
          constructor(parts: readonly string[]) {
            this.parts = parts;
          }
        } as never,
        Date: timing as never,
        crypto: webcrypto as never,
        location,
        history,
        document,
        navigator: {
          get onLine() {
            return made.online;
          },
          sendBeacon: (_, blob) => {
            if (made.online) take('beacon', (blob as { parts: string[] }).parts.join(''));
            return true;
          },
          ...(made.locks && {
            locks: {
              async request(name, options, use) {
                if (held.has(name)) return 'ifAvailable' in options ? use(null) : undefined;
                held.set(name, {});
                mine.add(name);
                await use({});
                free(name);
                return undefined;
              },
            },
          }),
        },
        get localStorage() {
          if (made.storageThrows) throw new DOMException('denied', 'SecurityError');
          return {
            get length() {
              return storage.size;
            },
            key: (i: number) => [...storage.keys()][i] ?? null,
            getItem: (key: string) => storage.get(key) ?? null,
            setItem: (key: string, text: string) => void storage.set(key, text),
            removeItem: (key: string) => void storage.delete(key),
          };
        },
      };
      everywhere.push({ fire });
      const page = connect({ url: '/events', source: '/shop', ...options }, env);
      const end = (): void => {
        alive = false;
        for (const name of mine) free(name);
      };
      return {
        page,
        die: end,
        hide() {
          document.visibilityState = 'hidden';
          fire('visibilitychange');
        },
        leave() {
          this.hide();
          fire('pagehide');
          end();
        },
        back() {
          alive = true;
          document.visibilityState = 'visible';
          fire('pageshow', { persisted: true });
        },
        go(path) {
          env.history.pushState({}, '', path);
        },
      };
    },
    setOnline(on) {
      made.online = on;
      for (const tab of everywhere) tab.fire(on ? 'online' : 'offline');
    },
    async pass(ms) {
      for (let left = ms; left > 0; left -= 100) {
        await timing.settled();
        timing.advance(Math.min(100, left));
      }
      await timing.settled();
    },
  };
  return made;
};
