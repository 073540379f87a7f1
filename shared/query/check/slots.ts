// Walking and rewriting typed expressions.
import type { Expr } from '../plan.ts';
import { call } from './scope.ts';

/** Slots of window_start, window_end and window_time of the window that a row is in, before it is grouped. No table has so many columns. */
export const WINDOW_SLOT = 1_000_000;
export const isWindowSlot = (slot: number): boolean => slot >= WINDOW_SLOT && slot < WINDOW_SLOT + 3;

/** The expression with its slots moved by `by`. */
export const shifted = (e: Expr, by: number): Expr =>
  by === 0 ? e : mapSlots(e, (s) => ({ ...s, slot: s.slot + by }));

/** Every slot that an expression reads, in order. */
export const slotsOf = (exprs: readonly (Expr | null)[]): readonly number[] => {
  const used = new Set<number>();
  const visit = (e: Expr | null): void => {
    if (e?.kind === 'slot') used.add(e.slot);
    if (e?.kind === 'call') e.args.forEach(visit);
  };
  exprs.forEach(visit);
  return [...used].sort((a, b) => a - b);
};

/** The expression with other ones in place of its slots. */
export const mapSlots = (e: Expr, f: (slot: Extract<Expr, { kind: 'slot' }>) => Expr): Expr => {
  if (e.kind === 'slot') return f(e);
  return e.kind === 'call' ? { ...e, args: e.args.map((arg) => mapSlots(arg, f)) } : e;
};

const MOST_PARTS = 10_000;

/** Whether an expression has more parts than a query may have: views that use a column twice, over one another, double it each time. */
export const isHuge = (e: Expr): boolean => {
  let parts = 0;
  const visit = (x: Expr): boolean => ++parts <= MOST_PARTS && (x.kind !== 'call' || x.args.every(visit));
  return !visit(e);
};

/** Whether it reads the window's columns and nothing else of the row. */
export const ofWindowOnly = (e: Expr): boolean => {
  const slots = slotsOf([e]);
  return slots.length > 0 && slots.every(isWindowSlot);
};
export const readsWindow = (e: Expr): boolean => slotsOf([e]).some(isWindowSlot);

/** The conditions that AND joins. */
export const conjuncts = (e: Expr | null): readonly Expr[] => {
  if (e === null) return [];
  return e.kind === 'call' && e.fn === 'AND' ? e.args.flatMap(conjuncts) : [e];
};

/** All of them; null when there is none. */
export const allOf = (conditions: readonly (Expr | null)[]): Expr | null =>
  conditions.reduce<Expr | null>(
    (all, e) => (all === null || e === null ? (all ?? e) : call('AND', [all, e], { kind: 'BOOLEAN' })),
    null,
  );
