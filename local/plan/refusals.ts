// Changes that would lose or repeat events, each with the way round.
import { differ, type Known, NEW_RUN, type Refusal, show } from './change.ts';
import { type Deployment, groupsOf, runsOf } from './deployment.ts';
import { mappingName, replacedStreams } from './resource-changes.ts';

const LEDGER = 'LedgerTable';

const keyRefusals = (before: Deployment, now: Deployment): readonly Refusal[] =>
  Object.entries(before.keys ?? {}).flatMap(([type, was]): readonly Refusal[] => {
    const is = now.keys?.[type];
    if (is === undefined || is === was) return [];
    return [
      {
        reason: 'changed-keys',
        name: type,
        says: `the key of ${type} was ${was ?? 'subject or id'} and would be ${is ?? 'subject or id'}: a key's events would stand in two key groups, out of order`,
        wayOut: 'give the schema a new version (a new event type), or a new run: --param run=N',
      },
    ];
  });

/** Files of both types would lie in one table, and readers of it fail. */
const lakeRefusals = (before: Deployment, now: Deployment): readonly Refusal[] =>
  Object.entries(now.lake ?? {}).flatMap(([table, columns]) =>
    Object.entries(columns).flatMap(([column, is]): readonly Refusal[] => {
      const was = before.lake?.[table]?.[column];
      if (was === undefined || was === is) return [];
      return [
        {
          reason: 'changed-lake-type',
          name: `${table}.${column}`,
          says: `was ${was} and would be ${is}: the lake's files have the old type, and readers take one type for a column`,
          wayOut: 'give the changed column a new name, or the table',
        },
      ];
    }),
  );

/** A stage that nothing was recorded of may have topics that its stack does not show. */
const logRefusals = (before: Deployment, now: Deployment): readonly Refusal[] => {
  const nameOf = (d: Deployment): string => (d.log === undefined ? 'Kinesis' : 'Kafka');
  if (before.streams.length === 0) return [];
  if (before.log !== now.log)
    return [
      {
        reason: 'changed-log',
        name: 'log',
        says: `the functions are chained by ${nameOf(before)} and would be by ${nameOf(now)}: what they have not read there would be left behind`,
        wayOut: 'deploy a stage of its own (--stage), send producers there, and remove this one when it is drained',
      },
    ];
  if (now.log === undefined || differ(runsOf(before), runsOf(now))) return [];
  return now.streams.flatMap((s): readonly Refusal[] => {
    const was = before.streams.find((b) => b.id === s.id)?.shards;
    if (was === undefined || was === s.shards) return [];
    return [
      {
        reason: 'changed-partitions',
        name: s.name,
        says: `has ${was} partitions and would have ${s.shards} within run ${show(runsOf(before))}: key groups would leave the partitions where they are counted`,
        wayOut: `keep --param shards=${was}: raw alone grows within a run, by kafka-topics.sh --alter; or deploy a stage of its own with more`,
      },
    ];
  });
};

export const refusalsOf = (before: Deployment | null, now: Deployment, known: Known): readonly Refusal[] => {
  const latest = now.mappings
    .filter((m) => m.position === 'LATEST')
    .map(
      (m): Refusal => ({
        reason: 'mapping-at-latest',
        name: mappingName(m),
        says: 'begins at LATEST: what arrives before its first poll, and all that waits when it is ever replaced, is skipped without a trace',
        wayOut: `startingPosition: TRIM_HORIZON in functions/${m.function}/function.yml; records read again are not counted twice`,
      }),
    );
  if (before === null) return latest;
  const streams = replacedStreams(before, now).flatMap((s): readonly Refusal[] => {
    const unread = known.unread.get(s.id) ?? { kind: 'unknown', why: 'nobody asked the stream' };
    if (unread.kind === 'none') return [];
    const fate = now.streams.some((t) => t.id === s.id) ? 'would be replaced' : 'would be deleted';
    return [
      {
        reason: 'replaced-stream',
        name: s.name,
        says:
          unread.kind === 'some'
            ? `${fate} with unread records: ${unread.where}`
            : `${fate}, and whether all its records were read is not known: ${unread.why}`,
        wayOut: 'keep its name; or stop what writes to it, wait until its readers have caught up, and plan again',
      },
    ];
  });
  const [groupsWere, groupsAre] = [groupsOf(before), groupsOf(now)];
  const sameRun = !differ(runsOf(before), runsOf(now));
  const groups: readonly Refusal[] =
    sameRun && differ(groupsWere, groupsAre)
      ? [
          {
            reason: 'changed-groups',
            name: 'GROUPS',
            says: `key groups ${show(groupsWere)} -> ${show(groupsAre)} within run ${show(runsOf(before))}: positions and clocks are kept by key group, so results would be wrong`,
            wayOut: `keep them: --param groups=${show(groupsWere)}, shards can change without them; or a new run, --param run=N: ${NEW_RUN}`,
          },
        ]
      : [];
  const ledger: readonly Refusal[] =
    sameRun && before.stores[LEDGER] !== undefined && before.stores[LEDGER] !== now.stores[LEDGER]
      ? [
          {
            reason: 'replaced-ledger',
            name: before.stores[LEDGER],
            says: `every position, open window and decision stands in ${before.stores[LEDGER]}, and ${now.stores[LEDGER] ?? 'nothing'} would take its place, empty`,
            wayOut: 'keep its name, or begin a new run: --param run=N',
          },
        ]
      : [];
  return [
    ...latest,
    ...streams,
    ...groups,
    ...(sameRun ? keyRefusals(before, now) : []),
    ...lakeRefusals(before, now),
    ...ledger,
    ...logRefusals(before, now),
  ];
};
