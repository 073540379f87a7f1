// The first row of each key, sent once, when the watermark reaches its time: then no row that is in time can come before it.
import type { States } from '../../fold/aggregate-fold.ts';
import type { KeyedFold } from '../../fold/keyed-fold.ts';
import type { RunningQuery } from '../../query/plan.ts';
import type { Session } from '../../window/session.ts';
import { byText, type SessionPartials } from '../ledger/partials.ts';
import type { DueRow, OperatorDeps, Refusal } from './operator.ts';
import type { Shows } from './running.ts';
import { shownRows } from './shown-rows.ts';

export const firstRows = (
  query: RunningQuery,
  fold: KeyedFold,
  sessions: SessionPartials,
  deps: OperatorDeps,
): Shows => {
  const shown = shownRows(query, fold, deps);
  /** Keys with a row that was not sent yet. */
  const waiting = new Set<string>();
  const isSent = (s: Session<States>): boolean => fold.rows?.listOf(s.state).length === 0;

  return {
    touch: (key) => void waiting.add(key),

    /** In the order of time, then of keys. */
    due(closed, w) {
      const found: DueRow[] = [];
      const refused: Refusal[] = [];
      for (const key of waiting)
        for (const s of sessions.get(key) ?? []) {
          if (s.start > w || s.start <= closed) continue;
          const is = shown(key, s);
          refused.push(...is.refused);
          for (const { values } of is.rows.values())
            found.push({
              query,
              key,
              id: `${key}|${s.start}`,
              from: s.start,
              time: s.start,
              kept: true,
              early: false,
              values,
            });
        }
      found.sort((a, b) => a.time - b.time || byText([a.key, 0], [b.key, 0]));
      return { rows: found, refused };
    },

    drop(w) {
      for (const key of waiting) {
        const all = sessions.get(key) ?? [];
        // A session that began before w keeps its span: rows to come are not the first.
        for (const s of all) if (s.start <= w) s.state = [[]];
        if (all.every(isSent)) waiting.delete(key);
      }
    },

    standing: () => [],
    settle() {},
  };
};
