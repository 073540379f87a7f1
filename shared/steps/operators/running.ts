// GROUP BY, dedup and Top-N per key without a window. A key's state is a session with gap ttl: where a key begins anew follows from the
// times of its rows alone, never from when somebody looked. Rows that are in time touch no session that has died.
import { type KeyedFold, keyedFold } from '../../fold/keyed-fold.ts';
import type { RunningQuery } from '../../query/plan.ts';
import type { EpochMs } from '../../time.ts';
import { joinSessions } from '../../window/session.ts';
import { eachSessionPartial, packPartials, type SessionPartials } from '../ledger/partials.ts';
import type { BatchFold, Due, DueRow, OpenQuery, Operator, OperatorDeps } from './operator.ts';
import { placesOf } from './places.ts';
import { firstRows } from './running-first.ts';
import { updatedRows } from './running-updates.ts';
import { addSession } from './session.ts';

/** Every row that can touch a session was late for it before: t + ttl > w and t <= end give end + ttl > w. First rows: t > w. */
export const outlives = ({ emit, ttl }: RunningQuery, end: EpochMs, w: EpochMs): boolean =>
  emit === 'first' ? end > w : end + ttl > w;

const isLate = ({ emit, ttl }: RunningQuery, time: EpochMs, w: EpochMs): boolean =>
  emit === 'first' ? time <= w : time + ttl <= w;

/** The sessions of all keys, and what is to be told of them. */
export type Shows = {
  /** Call it before a key's sessions change. */
  touch(key: string, fresh: boolean): void;
  due(closed: EpochMs, w: EpochMs): Due;
  /** All rows of keys, in the order in which they stand over each other. */
  standing(keys: Iterable<string>): readonly DueRow[];
  /** First rows up to w were sent: they are kept as marks alone. */
  drop(w: EpochMs): void;
  settle(): void;
};

const batchFold = (query: RunningQuery, fold: KeyedFold): BatchFold => {
  const sessions: SessionPartials = new Map();
  const placeOf = placesOf();
  return {
    add(e, event, time, w) {
      const added = fold.additions(event, time, placeOf(e, time));
      if (added.length === 0) return 'filtered';
      if (isLate(query, time, w)) return { late: null };
      for (const { key, states } of added) addSession(sessions, key, time, query.ttl, states, fold.merge);
      return 'folded';
    },
    packed: () => (sessions.size === 0 ? null : packPartials({ kind: 'sessions', of: sessions })),
  };
};

/** Dead sessions are looked for each time that the watermark has moved by this part of ttl: when they go changes no row. */
const SWEEPS = 8;

const openRunning = (query: RunningQuery, fold: KeyedFold, deps: OperatorDeps): OpenQuery => {
  const sessions: SessionPartials = new Map();
  const shows =
    query.emit === 'first' ? firstRows(query, fold, sessions, deps) : updatedRows(query, fold, sessions, deps);
  let swept = Number.NEGATIVE_INFINITY;

  return {
    fold(packed, fresh) {
      if (packed.t !== 'i') throw new Error(`partials of ${query.id} are no sessions`);
      eachSessionPartial(packed.p, (key, more) => {
        shows.touch(key, fresh.decision);
        sessions.set(key, joinSessions(sessions.get(key) ?? [], more, fold.merge));
      });
    },

    deadIn(packed, closed) {
      let dead: string | null = null;
      if (packed.t === 'i')
        eachSessionPartial(packed.p, (_, more) => {
          for (const s of more) {
            const time = query.emit === 'first' ? s.start : s.end - query.ttl;
            if (isLate(query, time, closed)) dead = `a row behind the watermark, at ${time}`;
          }
        });
      return dead;
    },

    due: shows.due,
    early: () => [],

    drop(w) {
      shows.drop(w);
      if (w < swept + query.ttl / SWEEPS) return;
      swept = w;
      for (const [key, all] of sessions) {
        const open = all.filter((s) => outlives(query, s.end, w));
        if (open.length === 0) sessions.delete(key);
        else if (open.length < all.length) sessions.set(key, open);
      }
    },

    standing: shows.standing,
    settle: shows.settle,
    pack: () => packPartials({ kind: 'sessions', of: sessions }),
    packEarly: () => null,
    restoreEarly() {},
  };
};

export const runningOperator = (query: RunningQuery, deps: OperatorDeps): Operator => {
  const fold = keyedFold(query.fold, deps, deps.mostRows);
  return {
    query,
    prepare: fold.prepare,
    batch: () => batchFold(query, fold),
    open: () => openRunning(query, fold, deps),
  };
};
