// Queries: which are new, and what becomes of the state of the others.
import type { Change, Known } from './change.ts';
import type { Deployment } from './deployment.ts';

/** `orders-1a2b` -> `orders`: an id is the name and a hash. */
const nameOfId = (id: string): string => id.slice(0, Math.max(id.lastIndexOf('-'), 0)) || id;

const NEW_STATE = 'empty, from the first batch after the deploy; its window open then counts from there';
const OLD_STATE = 'open windows of the old one are not sent, its state stays readable 30 days';

export const queryChanges = (before: Deployment, now: Deployment, known: Known): readonly Change[] => {
  const fresh = now.queries ?? [];
  const recorded = before.queries?.map((q) => ({ id: q.id, name: q.name, stateless: q.kind === 'stateless' }));
  const stateful = known.state?.map((id) => ({ id, name: nameOfId(id), stateless: false }));
  const old = recorded ?? stateful;
  if (old === undefined)
    return fresh.map((q) => ({
      about: 'query',
      name: q.name,
      action: 'keep',
      says: `${q.id}: whether it is new is not known, no deploy was recorded`,
    }));
  const changes = fresh.map((q): Change => {
    if (old.some((o) => o.id === q.id))
      return {
        about: 'query',
        name: q.name,
        action: 'keep',
        says: `${q.id}: ${q.kind === 'stateless' ? 'as it is, without state' : 'goes on with its state'}`,
      };
    const was = old.find((o) => o.name === q.name);
    if (was !== undefined && q.kind === 'stateless')
      return {
        about: 'query',
        name: q.name,
        action: 'change',
        says: `${was.id} -> ${q.id}: without state; rows change with the next batch`,
      };
    if (was !== undefined)
      return {
        about: 'query',
        name: q.name,
        action: 'change',
        says: `${was.id} -> ${q.id}: new state beside the old: ${NEW_STATE}; ${OLD_STATE}`,
      };
    // Ids of the manifest name queries with state only: one without is neither new nor known.
    if (recorded === undefined && q.kind === 'stateless')
      return { about: 'query', name: q.name, action: 'keep', says: `${q.id}: without state` };
    return {
      about: 'query',
      name: q.name,
      action: 'add',
      says: q.kind === 'stateless' ? `${q.id}: without state` : `${q.id}: new state, ${NEW_STATE}`,
    };
  });
  const gone = old.filter((o) => !fresh.some((q) => q.name === o.name || q.id === o.id));
  return [
    ...changes,
    ...gone.map(
      (o): Change => ({
        about: 'query',
        name: o.name,
        action: 'remove',
        says: o.stateless
          ? `${o.id}: its rows stay where they are`
          : `${o.id}: rows sent stay, open windows are not sent, its state stays readable 30 days`,
      }),
    ),
  ];
};
