// GROUP BY in session windows.
import { type QueryFold, queryFold, type States } from '../../fold/query-fold.ts';
import type { WindowQuery, WindowSpec } from '../../query/plan.ts';
import type { SideDeps } from '../../query/side-rows.ts';
import type { EpochMs, Ms } from '../../time.ts';
import { joinSessions, type Session } from '../../window/session.ts';
import { isDue } from '../../window/window.ts';
import { byText, eachSessionPartial, packPartials, type SessionPartials } from '../ledger/partials.ts';
import { beforeSessions } from './before-sessions.ts';
import { type Finished, finished } from './finished.ts';
import { idIn } from './open-slices.ts';
import type { BatchFold, DueRow, OpenQuery, Operator, Refusal } from './operator.ts';

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
      const [only] = rows;
      if (rows.length === 1 && only !== undefined) {
        addSession(sessions, fold.keyOf(only), time, gap, fold.one(only), fold.merge);
        return 'folded';
      }
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
  const before = query.early === undefined ? null : beforeSessions(sessions, (states) => [...states]);

  const rowOf = (key: string, s: Session<States>, early: boolean, { kept, values }: Finished): DueRow => {
    return { query, key, id: idIn(s, key), from: s.start, time: s.end - 1, kept, early, values };
  };
  const finishOne = (key: string, s: Session<States>): Finished =>
    finished(query, key, s, () => finish(key, s, s.state));

  /**
   * Rows of early sessions that go on under another name, or in no row at all: longer, or joined. They go before those that take their
   * place. @param into of these sessions only
   */
  const outgrown = (key: string, into: readonly Session<States>[], early: boolean): readonly DueRow[] =>
    (before?.of(key) ?? []).flatMap((was) => {
      const is = into.find((s) => s.start <= was.start && was.end <= s.end);
      if (is === undefined) return [];
      const result = finishOne(key, was);
      const stays = is.start === was.start && is.end === was.end && finishOne(key, is).kept;
      return result.kept && !stays ? [rowOf(key, was, early, { ...result, kept: false })] : [];
    });

  return {
    fold(packed, fresh) {
      if (packed.t !== 'i') throw new Error(`partials of ${query.id} are no sessions`);
      eachSessionPartial(packed.p, (key, more) => {
        if (fresh.early) before?.capture(key);
        sessions.set(key, joinSessions(sessions.get(key) ?? [], more, merge));
      });
    },

    deadIn(packed, closed) {
      let dead: string | null = null;
      if (packed.t === 'i')
        eachSessionPartial(packed.p, (_, more) => {
          for (const s of more) if (s.start <= closed) dead = `a session that is closed, from ${s.start}`;
        });
      return dead;
    },

    /** Sessions with closed < end - 1 <= w, in order of end. */
    due(closed, w) {
      const found: { readonly row: DueRow; readonly s: Session<States> }[] = [];
      const gone: DueRow[] = [];
      const refused: Refusal[] = [];
      for (const [key, all] of sessions) {
        const ready = all.filter(({ end }) => isDue(end, w) && !isDue(end, closed));
        if (ready.length > 0) gone.push(...outgrown(key, ready, false));
        for (const s of ready) {
          const result = finishOne(key, s);
          if (result.refusal) refused.push(result.refusal);
          if (result.kept) found.push({ s, row: rowOf(key, s, false, result) });
        }
      }
      found.sort((a, b) => a.s.end - b.s.end || a.s.start - b.s.start || byText([a.row.key, 0], [b.row.key, 0]));
      gone.sort((a, b) => byText([a.id, 0], [b.id, 0]));
      return { rows: [...gone, ...found.map(({ row }) => row)], refused };
    },

    early(w) {
      const rows: DueRow[] = [];
      for (const key of [...(before?.keys() ?? [])].sort()) {
        const open = (sessions.get(key) ?? []).filter((s) => !isDue(s.end, w));
        rows.push(...outgrown(key, open, true));
        for (const s of open) {
          const result = finishOne(key, s);
          if (result.kept) rows.push(rowOf(key, s, true, result));
        }
      }
      return rows;
    },

    drop(w) {
      for (const [key, all] of sessions) {
        const open = all.filter((s) => s.end - 1 > w);
        if (open.length === all.length) continue;
        before?.keepWithin(key, open);
        if (open.length === 0) sessions.delete(key);
        else sessions.set(key, open);
      }
    },

    settle(early) {
      if (early) before?.clear();
    },

    pack: () => packPartials({ kind: 'sessions', of: sessions }),
    packEarly: () => before?.pack() ?? null,
    restoreEarly: (packed) => before?.restore(packed),
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
