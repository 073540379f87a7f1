// Sessions of the keys that changed since early rows were sent last, as they were then.
import type { States } from '../../fold/aggregate-fold.ts';
import type { Session } from '../../window/session.ts';
import { eachSessionPartial, type PackedSessions, packSessions, type SessionPartials } from '../ledger/partials.ts';

export type BeforeSessions = {
  /** Call it before a partial is merged; keeps what stands there, once. */
  capture(key: string): void;
  /** Keys that changed. */
  keys(): Iterable<string>;
  /** The sessions of a key as they were. */
  of(key: string): readonly Session<States>[];
  /** Forgets the sessions of a key that went into others than these: those are over, and their rows were sent. */
  keepWithin(key: string, open: readonly Session<States>[]): void;
  clear(): void;
  /** null when nothing changed. */
  pack(): PackedSessions | null;
  restore(packed: unknown): void;
};

/** @param copy states that a merge does not change */
export const beforeSessions = (now: SessionPartials, copy: (states: States) => States): BeforeSessions => {
  const before: SessionPartials = new Map();
  return {
    capture(key) {
      if (before.has(key)) return;
      before.set(
        key,
        (now.get(key) ?? []).map((s) => ({ ...s, state: copy(s.state) })),
      );
    },
    keys: () => before.keys(),
    of: (key) => before.get(key) ?? now.get(key) ?? [],
    keepWithin(key, open) {
      const was = before.get(key);
      if (was === undefined) return;
      if (open.length === 0) before.delete(key);
      else
        before.set(
          key,
          was.filter((s) => open.some((o) => o.start <= s.start && s.end <= o.end)),
        );
    },
    clear: () => before.clear(),
    pack: () => (before.size === 0 ? null : packSessions(before)),
    restore(packed) {
      eachSessionPartial(packed as PackedSessions, (key, sessions) => before.set(key, sessions));
    },
  };
};
