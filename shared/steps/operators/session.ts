// GROUP BY in session windows.
import { type QueryFold, queryFold, type States } from '../../fold/query-fold.ts';
import type { WindowQuery, WindowSpec } from '../../query/plan.ts';
import type { SideDeps } from '../../query/side-rows.ts';
import type { EpochMs, Ms } from '../../time.ts';
import { joinSessions } from '../../window/session.ts';
import { isDue } from '../../window/window.ts';
import { byText, eachSessionPartial, packPartials, type SessionPartials } from '../ledger/partials.ts';
import { idIn } from './open-slices.ts';
import type { BatchFold, DueRow, OpenQuery, Operator } from './operator.ts';

export type SessionQuery = WindowQuery & { readonly window: Extract<WindowSpec, { kind: 'session' }> };

type Merge = (a: States, b: States) => States;

/** Adds one row that is a session of its own. */
export const addSession = (
  all: SessionPartials,
  key: string,
  time: EpochMs,
  gap: Ms,
  state: States,
  merge: Merge,
): void => {
  const one = [{ start: time, end: time + gap, state }];
  const before = all.get(key);
  all.set(key, before === undefined ? one : joinSessions<States>(before, one, merge));
};

const batchFold = (fold: QueryFold, gap: Ms): BatchFold => {
  const sessions: SessionPartials = new Map();
  return {
    add(_, event, time, w) {
      const rows = fold.rows(event, time);
      if (rows.length === 0) return 'filtered';
      if (time <= w + 1) return { late: null };
      // All rows of the event are computed before the first is added.
      const all = rows.map((row) => [fold.keyOf(row), fold.one(row)] as const);
      for (const [key, states] of all) addSession(sessions, key, time, gap, states, fold.merge);
      return 'folded';
    },
    packed: () => (sessions.size === 0 ? null : packPartials({ kind: 'sessions', of: sessions })),
  };
};

const openSessions = (fold: QueryFold): OpenQuery => {
  const { query, merge, finish } = fold;
  const sessions: SessionPartials = new Map();
  return {
    fold(packed) {
      if (packed.t !== 'i') throw new Error(`partials of ${query.id} are no sessions`);
      eachSessionPartial(packed.p, (key, more) => {
        sessions.set(key, joinSessions(sessions.get(key) ?? [], more, merge));
      });
    },

    deadIn(packed, closed) {
      let dead: string | null = null;
      if (packed.t === 'i')
        eachSessionPartial(packed.p, (_, more) => {
          for (const s of more) if (s.start <= closed) dead = `a session behind the watermark, from ${s.start}`;
        });
      return dead;
    },

    /** Sessions with closed < end - 1 <= w, in order of end. */
    due(closed, w) {
      const found: (DueRow & { readonly end: EpochMs; readonly start: EpochMs })[] = [];
      for (const [key, all] of sessions)
        for (const { start, end, state } of all) {
          if (!isDue(end, w) || isDue(end, closed)) continue;
          const window = { start, end };
          const { kept, values } = finish(key, window, state);
          if (kept) found.push({ query, key, id: idIn(window, key), time: end - 1, kept, values, start, end });
        }
      return found.sort((a, b) => a.end - b.end || a.start - b.start || byText([a.key, 0], [b.key, 0]));
    },

    drop(w) {
      for (const [key, all] of sessions) {
        const open = all.filter((s) => s.end - 1 > w);
        if (open.length === 0) sessions.delete(key);
        else if (open.length < all.length) sessions.set(key, open);
      }
    },

    settle() {},

    pack: () => packPartials({ kind: 'sessions', of: sessions }),
  };
};

export const sessionOperator = (query: SessionQuery, deps: SideDeps): Operator => {
  const fold = queryFold(query, deps);
  return {
    query,
    prepare: fold.prepare,
    batch: () => batchFold(fold, query.window.gap),
    open: () => openSessions(fold),
  };
};
