// Of a pipeline's plan what a replay of one query runs: the query, what it reads, what reads it, and whoever writes to the same tables, since
// a table is switched whole.
import type { Plan, Query } from '../../query/plan.ts';
import { readsOf } from '../../query/sides.ts';

export type ReplayPlan = {
  readonly plan: Plan;
  /** Destination tables whose readers are switched: of the query, and of those that read its rows. */
  readonly tables: readonly string[];
};

/** @param name the query's name in the plan */
export const replayPlan = (plan: Plan, name: string): ReplayPlan => {
  const chosen = new Set(plan.queries.filter((q) => q.name === name));
  const byId = new Map(plan.queries.map((q) => [q.id, q]));
  const add = (q: Query | undefined): boolean => {
    if (q === undefined || chosen.has(q)) return false;
    chosen.add(q);
    return true;
  };
  for (let moved = true; moved; ) {
    moved = false;
    const into = new Set([...chosen].map((q) => q.into));
    for (const q of plan.queries)
      if (into.has(q.into) || readsOf(q).some((id) => chosen.has(byId.get(id) as Query))) moved = add(q) || moved;
  }
  const tables = [...new Set([...chosen].map((q) => q.into))];
  for (let moved = true; moved; ) {
    moved = false;
    for (const q of [...chosen]) for (const id of readsOf(q)) moved = add(byId.get(id)) || moved;
  }
  return { plan: { ...plan, queries: plan.queries.filter((q) => chosen.has(q)) }, tables };
};
