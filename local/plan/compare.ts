// What a deploy changes, and what it must not: pure, from what is deployed, what would be, and what is known of streams.
import { type Change, differ, type Known, NEW_RUN, type PlanOfDeploy, show } from './change.ts';
import { type Deployment, runsOf } from './deployment.ts';
import { queryChanges } from './query-changes.ts';
import { refusalsOf } from './refusals.ts';
import { functionChanges, mappingChanges, storeChanges, streamChanges } from './resource-changes.ts';

const byName =
  <T>(of: (t: T) => string) =>
  (a: T, b: T): number =>
    of(a) < of(b) ? -1 : of(a) > of(b) ? 1 : 0;
/** @param before null: nothing is deployed */
export const comparePlans = (before: Deployment | null, now: Deployment, known: Known): PlanOfDeploy => {
  const was: Deployment = before ?? {
    ...now,
    functions: [],
    streams: [],
    mappings: [],
    stores: {},
    queries: [],
    keys: {},
  };
  const run: readonly Change[] = differ(runsOf(was), runsOf(now))
    ? [
        {
          about: 'run',
          name: show(runsOf(now)),
          action: 'change',
          says: `${show(runsOf(was))} -> ${show(runsOf(now))}: ${NEW_RUN}`,
        },
      ]
    : [];
  const changes = [
    ...run,
    ...functionChanges(was, now),
    ...mappingChanges(was, now),
    ...known.drift,
    ...streamChanges(was, now),
    ...storeChanges(was, now),
    ...[...queryChanges(was, now, known)].sort(byName((c) => c.name)),
  ];
  return { changes, refusals: refusalsOf(before, now, known) };
};
