// Keys that changed since the last decision: their rows as revisions, and `deleted` for rows that are there no more.
//
// What stands at a destination in the end must follow from the rows alone, and not from which decisions were made on the way. So:
// - with HAVING, the newest session of a key is what is shown, and nothing of an older one: a row that HAVING leaves out goes, also
//   when it is one of a session that is forgotten;
// - without, a session only gains names (or loses those that fell out of its best rows), and a newer session's rows stand over an
//   older one's: whenever an older one changes, the newer ones are sent again behind it.
import type { States } from '../../fold/aggregate-fold.ts';
import type { KeyedFold } from '../../fold/keyed-fold.ts';
import type { RunningQuery } from '../../query/plan.ts';
import { keyOf } from '../../query/values.ts';
import type { Session } from '../../window/session.ts';
import type { SessionPartials } from '../ledger/partials.ts';
import { beforeSessions } from './before-sessions.ts';
import type { DueRow, OperatorDeps, Refusal } from './operator.ts';
import type { Shows } from './running.ts';
import { type ShownRow, shownRows } from './shown-rows.ts';

type Named = ReadonlyMap<string, ShownRow>;

/** Those whose names are not among others. */
const without = (rows: Named, others: Named): Named => new Map([...rows].filter(([name]) => !others.has(name)));

const isSame = (a: ShownRow | undefined, b: ShownRow): boolean =>
  a !== undefined && a.id === b.id && keyOf(a.values) === keyOf(b.values);

export const updatedRows = (
  query: RunningQuery,
  fold: KeyedFold,
  sessions: SessionPartials,
  deps: OperatorDeps,
): Shows => {
  const shown = shownRows(query, fold, deps);
  const newestOnly = query.having !== null && shown.possible !== null;
  const before = beforeSessions(sessions, fold.copy);

  const rowOf = (key: string, s: Session<States>, { id, values }: ShownRow, kept: boolean): DueRow => {
    return { query, key, id, from: s.start, time: s.end - query.ttl, kept, early: false, values };
  };

  const differences = (key: string, s: Session<States>, was: Named, is: Named): DueRow[] => [
    ...[...was].flatMap(([name, row]) => (is.has(name) ? [] : [rowOf(key, s, row, false)])),
    ...[...is].flatMap(([name, row]) => (isSame(was.get(name), row) ? [] : [rowOf(key, s, row, true)])),
  ];

  /** @param refused takes what cannot be computed */
  const rowsOfNewest = (key: string, refused: Refusal[]): DueRow[] => {
    const newest = sessions.get(key)?.at(-1);
    if (newest === undefined) return [];
    const is = shown(key, newest);
    refused.push(...is.refused);
    const last = before.of(key).at(-1);
    // Nothing is known of a session that was forgotten: each of its rows may stand there.
    const was = last === undefined ? without(shown.possible?.(key) ?? new Map(), is.rows) : shown(key, last).rows;
    return differences(key, newest, was, is.rows);
  };

  const rowsOfAll = (key: string, refused: Refusal[]): DueRow[] => {
    const out: DueRow[] = [];
    for (const s of sessions.get(key) ?? []) {
      const absorbed = before.of(key).filter((b) => s.start <= b.start && b.end <= s.end);
      const was = new Map(absorbed.flatMap((b) => [...shown(key, b).rows]));
      const is = shown(key, s);
      refused.push(...is.refused);
      // An older session was sent: the rows of this one must stand over it.
      const known = out.length > 0 || absorbed.length > 1 ? without(was, is.rows) : was;
      out.push(...differences(key, s, known, is.rows));
    }
    return out;
  };

  return {
    touch(key, fresh) {
      if (fresh) before.capture(key);
    },
    due() {
      const refused: Refusal[] = [];
      const rowsOf = newestOnly ? rowsOfNewest : rowsOfAll;
      const rows = [...before.keys()].sort().flatMap((key) => rowsOf(key, refused));
      return { rows, refused };
    },
    standing: (keys) =>
      [...keys].flatMap((key) => {
        const all = sessions.get(key) ?? [];
        return (newestOnly ? all.slice(-1) : all).flatMap((s) =>
          [...shown(key, s).rows.values()].map((row) => rowOf(key, s, row, true)),
        );
      }),
    drop() {},
    settle: () => before.clear(),
  };
};
