// Inner join of two streams by key and time. A pair is sent in the decision in which the watermark passes the later of its two times:
// so what a decision sends follows from the watermark alone, and nothing that is sent is late for a query that reads it.

import { type Code, decodeValue, encodeKey, encodeValue } from '../../fold/value-code.ts';
import { evaluator, predicate } from '../../query/evaluate.ts';
import type { IntervalQuery, JoinSide } from '../../query/plan.ts';
import { type SideReader, sideReader } from '../../query/side-rows.ts';
import type { Value } from '../../query/types.ts';
import type { EpochMs } from '../../time.ts';
import type { PackedPartials } from '../ledger/partials.ts';
import { takesInput } from '../roster.ts';
import { emptySides, type JoinRow, mergeRows, packSides, SIDES, type SideRows, sidesIn } from './join-sides.ts';
import type { BatchFold, Due, DueRow, OpenQuery, Operator, OperatorDeps, Refusal } from './operator.ts';
import { placesOf } from './places.ts';

/** A row with its key; the key is text, or null where a part of it is NULL: such a row meets nothing. */
type Read = { readonly key: string | null; readonly codes: readonly Code[] };

const reading = (side: JoinSide, deps: OperatorDeps) => {
  let made: SideReader | undefined;
  const reader = (): SideReader => {
    made ??= sideReader(side, deps);
    return made;
  };
  const keys = side.keys.map((k) => evaluator(k, deps.functions));
  const keyTypes = side.keys.map((k) => k.type);
  const slots = side.row.map((e) => evaluator(e, deps.functions));
  const types = side.row.map((e) => e.type);
  return {
    takes: takesInput(side.input),
    reader,
    read(row: readonly Value[]): Read {
      const values = keys.map((k) => k(row));
      const codes = slots.map((slot, i) => encodeValue(types[i] as (typeof types)[number], slot(row)));
      return { key: values.includes(null) ? null : encodeKey(keyTypes, values), codes };
    },
    decode: ([, , ...codes]: JoinRow): Value[] => types.map((t, i) => decodeValue(t, codes[i] ?? null)),
  };
};
type Reading = ReturnType<typeof reading>;

const batchFold = (sides: readonly Reading[]): BatchFold => {
  const all = emptySides();
  const placeOf = placesOf();
  let folded = false;
  return {
    add(e, event, time, w) {
      const place = placeOf(e, time);
      // Both sides are computed before a row is added: an event that fails on one counts on none.
      const added = sides.map((s): readonly (readonly [string, JoinRow])[] => {
        if (!s.takes(event)) return [];
        const reader = s.reader();
        return reader.rows(event, time).flatMap((row) => {
          const { key, codes } = s.read(row);
          return key === null ? [] : [[key, [time, place(reader.elementOf(row)), ...codes]] as const];
        });
      });
      if (added.every((rows) => rows.length === 0)) return 'filtered';
      if (time <= w) return { late: null };
      for (const i of SIDES) for (const [key, row] of added[i] ?? []) mergeRows(all[i], key, [row]);
      folded = true;
      return 'folded';
    },
    packed: () => (folded ? { t: 'j', p: packSides(all) } : null),
  };
};

/** The first row of a sorted list whose time is at least `time`. */
const firstAt = (rows: readonly JoinRow[], time: EpochMs): number => {
  let low = 0;
  let high = rows.length;
  while (low < high) {
    const mid = (low + high) >> 1;
    if ((rows[mid] as JoinRow)[0] < time) low = mid + 1;
    else high = mid;
  }
  return low;
};

type Pair = { readonly key: string; readonly at: EpochMs; readonly left: JoinRow; readonly right: JoinRow };

const byPlace = (a: JoinRow, b: JoinRow): number => a[0] - b[0] || (a[1] < b[1] ? -1 : a[1] > b[1] ? 1 : 0);
/** Of the later time, then of keys and places: a decision over a longer stretch sends them in the same order as several over parts of it. */
const inOrder = (a: Pair, b: Pair): number =>
  a.at - b.at || (a.key < b.key ? -1 : a.key > b.key ? 1 : byPlace(a.left, b.left) || byPlace(a.right, b.right));

const openInterval = (query: IntervalQuery, sides: readonly [Reading, Reading], deps: OperatorDeps): OpenQuery => {
  const { low, high } = query;
  const all = emptySides();
  const on = predicate(query.on, deps.functions);
  const select = query.select.map((s) => evaluator(s, deps.functions));

  /** Pairs of a key whose later time is in (closed, w]: each row of that stretch with the rows of the other side that are not later. */
  const pairsOf = (key: string, left: SideRows, right: SideRows, closed: EpochMs, w: EpochMs): Pair[] => {
    const [ls, rs] = [left.get(key) ?? [], right.get(key) ?? []];
    const out: Pair[] = [];
    for (let i = firstAt(ls, closed + 1); i < ls.length && (ls[i] as JoinRow)[0] <= w; i++) {
      const l = ls[i] as JoinRow;
      const until = Math.min(l[0], l[0] - low);
      for (let j = firstAt(rs, l[0] - high); j < rs.length && (rs[j] as JoinRow)[0] <= until; j++)
        out.push({ key, at: l[0], left: l, right: rs[j] as JoinRow });
    }
    for (let j = firstAt(rs, closed + 1); j < rs.length && (rs[j] as JoinRow)[0] <= w; j++) {
      const r = rs[j] as JoinRow;
      const until = Math.min(r[0] - 1, r[0] + high);
      for (let i = firstAt(ls, r[0] + low); i < ls.length && (ls[i] as JoinRow)[0] <= until; i++)
        out.push({ key, at: r[0], left: ls[i] as JoinRow, right: r });
    }
    return out;
  };

  return {
    fold(packed) {
      if (packed.t !== 'j') throw new Error(`partials of ${query.id} are no sides of a join`);
      const more = sidesIn(packed.p);
      for (const i of SIDES) for (const [key, rows] of more[i]) mergeRows(all[i], key, rows);
    },

    deadIn(packed: PackedPartials, closed) {
      if (packed.t !== 'j') return null;
      for (const rows of sidesIn(packed.p).flatMap((s) => [...s.values()]))
        for (const [time] of rows) if (time <= closed) return `a row behind the watermark, at ${time}`;
      return null;
    },

    due(closed, w): Due {
      if (w <= closed) return { rows: [], refused: [] };
      const [left, right] = all;
      const pairs = [...left.keys()].flatMap((key) => (right.has(key) ? pairsOf(key, left, right, closed, w) : []));
      const rows: DueRow[] = [];
      const refused: Refusal[] = [];
      for (const { key, at, left: l, right: r } of pairs.sort(inOrder))
        try {
          const pair = [...sides[0].decode(l), ...sides[1].decode(r)];
          if (!on(pair)) continue;
          const values = select.map((s) => s(pair));
          rows.push({ query, key, id: `${l[1]}|${r[1]}`, from: null, time: at, kept: true, early: false, values });
        } catch (error) {
          const cause = error instanceof Error ? error.message : String(error);
          refused.push({ query, rule: 'row.threw', cause, key, window: null });
        }
      return { rows, refused };
    },

    early: () => [],

    /** A row dies when its own time is told and no partner can come: left partners are at most `high` later, right ones `-low`. */
    drop(w) {
      const reach = [Math.max(0, -low), Math.max(0, high)] as const;
      for (const i of SIDES)
        for (const [key, rows] of all[i]) {
          const from = firstAt(rows, w - reach[i] + 1);
          if (from === rows.length) all[i].delete(key);
          else if (from > 0) all[i].set(key, rows.slice(from));
        }
    },

    settle() {},
    pack: () => ({ t: 'j', p: packSides(all) }),
    packEarly: () => null,
    restoreEarly() {},
  };
};

export const intervalOperator = (query: IntervalQuery, deps: OperatorDeps): Operator => {
  const sides = [reading(query.left, deps), reading(query.right, deps)] as const;
  return {
    query,
    async prepare(events) {
      for (const s of sides) await s.reader().prepare(events.filter(({ event }) => s.takes(event)));
    },
    batch: () => batchFold(sides),
    open: () => openInterval(query, sides, deps),
  };
};
