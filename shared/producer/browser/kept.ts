// Events that a page leaves behind: each is an entry of localStorage from put until it is answered, so that a page that is closed, or
// without a network, loses none. What an earlier page left is taken over by the next one, and by one of several tabs.
import type { Env } from './env.ts';

export type Kept = { readonly key: string; readonly text: string };

/** Without locks a page cannot tell whether another still lives: it takes over what has lain for so long. */
const ABANDONED = 60_000; // ms

export const keeping = (env: Env, prefix: string, tab: string, isOn: boolean) => {
  const store = ((): Env['localStorage'] | undefined => {
    try {
      return isOn ? env.localStorage : undefined;
    } catch {
      return undefined;
    }
  })();
  const { locks } = env.navigator;
  let n = 0;
  let letGo = (): void => {};

  const tabOf = (key: string): string => key.slice(prefix.length).split('.')[2] ?? '';
  const keys = (): string[] =>
    store === undefined
      ? []
      : Array.from({ length: store.length }, (_, i) => store.key(i) ?? '')
          .filter((key) => key.startsWith(prefix))
          .sort();

  /** Full, or forbidden: the event lives as long as the page. */
  const set = ({ key, text }: Kept): void => {
    try {
      store?.setItem(key, text);
    } catch {}
  };
  /** Keys sort in the order of put. */
  const add = (text: string): Kept => {
    const kept = { key: `${prefix}${env.Date.now()}.${String(n++).padStart(9, '0')}.${tab}`, text };
    set(kept);
    return kept;
  };
  const remove = (key: string): void => store?.removeItem(key);

  /** While it is held, other pages leave our entries alone. Let go when the page may freeze: a lock would keep it out of the back button's cache. */
  const hold = (): void => {
    void locks?.request(
      prefix + tab,
      {},
      () =>
        new Promise<void>((resolve) => {
          letGo = resolve;
        }),
    );
  };

  const takeOver = (of: readonly string[]): Kept[] =>
    of.flatMap((key) => {
      const text = store?.getItem(key) ?? null;
      if (text === null) return [];
      remove(key);
      const [time = '', place = ''] = key.slice(prefix.length).split('.');
      const ours = { key: `${prefix}${time}.${place}.${tab}`, text };
      set(ours);
      return [ours];
    });

  return {
    add,
    set,
    remove,
    hold,
    letGo: () => letGo(),
    /** Whether an entry still stands; true where nothing is kept. */
    has: (key: string): boolean => store === undefined || store.getItem(key) !== null,
    /** What pages that are gone left behind, oldest first, each told once. */
    leftovers(found: (kept: Kept[]) => void): void {
      const others = keys().filter((key) => tabOf(key) !== tab);
      if (locks === undefined) {
        const old = others.filter((key) => Number.parseInt(key.slice(prefix.length), 10) < env.Date.now() - ABANDONED);
        if (old.length > 0) found(takeOver(old));
        return;
      }
      for (const other of new Set(others.map(tabOf)))
        void locks.request(prefix + other, { ifAvailable: true }, (lock) => {
          if (lock !== null) found(takeOver(others.filter((key) => tabOf(key) === other)));
          return undefined;
        });
    },
  };
};
