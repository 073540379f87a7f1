// An input with only what a query needs of it.
import { UNREAD } from '../check/draft.ts';
import type { Feed } from '../check/relation.ts';
import { mapSlots, slotsOf } from '../check/slots.ts';
import type { Expr, Lookup, Side } from '../plan.ts';

export type Narrowed = {
  readonly side: Side;
  /** An expression over the input's slots, on those that are left. */
  readonly move: (e: Expr) => Expr;
};

/** @param exprs what is computed of the rows, over the input's slots */
export const sideOf = (feed: Feed, exprs: readonly (Expr | null)[]): Narrowed => {
  const { base, lookups, unnest, where } = feed;
  const used = new Set(slotsOf([...exprs, where]));
  const add = (e: Expr): void => {
    for (const slot of slotsOf([e])) used.add(slot);
  };
  if (unnest) add(unnest.array);
  let end = base.columns.length + lookups.reduce((n, l) => n + l.columns.length, 0);
  const unnestFrom = end;
  // A look-up may need the columns of one before it, so the last one is decided first.
  const kept = [...lookups].reverse().flatMap((lookup) => {
    const from = end - lookup.columns.length;
    end = from;
    const slots = lookup.columns.flatMap((_, i) => (used.has(from + i) ? [from + i] : []));
    if (!lookup.required && slots.length === 0) return [];
    add(lookup.key);
    return [{ lookup, slots, from }];
  });
  kept.reverse();
  const places = new Map<number, number>();
  const place = (slot: number): number => {
    const known = places.get(slot) ?? places.size;
    places.set(slot, known);
    return known;
  };
  const columns = base.columns.flatMap((column, slot) => {
    if (!used.has(slot)) return [];
    place(slot);
    return [column];
  });
  const move = (e: Expr): Expr => mapSlots(e, (s) => ({ ...s, slot: places.get(s.slot) ?? s.slot }));
  const found = kept.map(({ lookup, slots, from }): Lookup => {
    const key = move(lookup.key);
    return {
      ...lookup,
      key,
      columns: slots.flatMap((slot) => {
        place(slot);
        return lookup.columns[slot - from] ?? [];
      }),
    };
  });
  const array = unnest && { ...unnest, array: move(unnest.array) };
  if (unnest) for (let i = 0; i < unnest.columns.length + (unnest.ordinality ? 1 : 0); i++) place(unnestFrom + i);
  const side: Side = {
    input: UNREAD,
    columns,
    ...(found.length > 0 ? { lookups: found } : {}),
    ...(array ? { unnest: array } : {}),
    where: where && move(where),
  };
  return { side, move };
};
