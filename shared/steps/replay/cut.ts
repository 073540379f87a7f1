// A replay that begins in the middle of the past: what began before all of it could be read is marked `partial`. The new run's first manifests say so
// before anything is decided, so that `refine` marks rows as it does after a deploy.
import type { Nonce, Objects, Table } from '../../ports.ts';
import type { Plan, StatefulQuery } from '../../query/plan.ts';
import type { EpochMs, Ms } from '../../time.ts';
import { aggregateName } from '../aggregate/name.ts';
import { manifests, NO_MANIFEST } from '../refine/manifest.ts';
import { reachOf } from '../refine/since.ts';
import { statefulQueries } from '../roster.ts';

/** How long before its own start what a row counts may lie: of what has no grid, so long as an earlier row would have begun it earlier. */
const ownReach = (q: StatefulQuery): Ms => {
  if (q.kind === 'running') return q.ttl;
  return q.kind === 'window' && q.window.kind === 'session' ? q.window.gap : 0;
};

/** Query -> event time up to which it may have missed events that arrived before `from`. */
export const cutAt = (plan: Plan, from: EpochMs): Readonly<Record<string, EpochMs>> => {
  const ahead = Math.max(0, ...plan.tables.map((t) => t.ahead));
  const all = plan.queries.filter((q): q is StatefulQuery => q.kind !== 'stateless');
  return Object.fromEntries(all.map((q) => [q.id, from + ahead - 1 + reachOf(q, plan) + ownReach(q)]));
};

/** Before the first record is fed; again it changes nothing. */
export const markCut = async (
  deps: { readonly table: Table; readonly objects: Objects; readonly run: string; readonly nonce: Nonce },
  plan: Plan,
  from: EpochMs | null | undefined,
): Promise<void> => {
  if (from === null || from === undefined) return;
  const all = cutAt(plan, from);
  for (const on of ['enriched', 'refined'] as const) {
    const mine = statefulQueries(plan, on).map((q) => q.id);
    if (mine.length === 0) continue;
    const since = Object.fromEntries(mine.map((id) => [id, all[id] as EpochMs]));
    await manifests({ ...deps, fn: aggregateName(on), part: 0 }).decide(NO_MANIFEST, {
      ...NO_MANIFEST,
      v: 1,
      at: from,
      since,
    });
  }
};
