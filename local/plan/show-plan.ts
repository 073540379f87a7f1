// A plan as text: what changes, then what is refused and why. What stays as it is is counted, not listed, except positions and queries.
import type { Action, Change, PlanOfDeploy, Reason } from './change.ts';

const SIGN: Readonly<Record<Action, string>> = { add: '+', change: '~', remove: '-', keep: ' ' };
const TITLES: readonly (readonly [Change['about'], string])[] = [
  ['run', 'Run'],
  ['function', 'Functions'],
  ['mapping', 'Mappings, and from where each will read'],
  ['stream', 'Streams'],
  ['store', 'Tables and buckets'],
  ['query', 'Queries, and what becomes of their state'],
];
/** Kept ones of these say something worth reading. */
const LISTED_WHEN_KEPT: readonly Change['about'][] = ['mapping', 'query'];

const section = (title: string, changes: readonly Change[], heading: (text: string) => string): string => {
  const listed = changes.filter((c) => c.action !== 'keep' || LISTED_WHEN_KEPT.includes(c.about));
  const kept = changes.length - listed.length;
  const width = Math.max(0, ...listed.map((c) => c.name.length));
  return [
    heading(title),
    ...listed.map((c) => `  ${SIGN[c.action]} ${c.name.padEnd(width)}  ${c.says}`.trimEnd()),
    ...(kept > 0 ? [`    ${kept} unchanged`] : []),
  ].join('\n');
};

export type ShownPlan = { readonly text: string; readonly refused: readonly Reason[] };

/** @param accepted reasons that the user took upon themselves: told, and not refused */
export const showPlan = (
  plan: PlanOfDeploy,
  accepted: readonly Reason[],
  heading: (text: string) => string,
): ShownPlan => {
  const sections = TITLES.flatMap(([about, title]) => {
    const mine = plan.changes.filter((c) => c.about === about);
    return mine.length === 0 ? [] : [section(title, mine, heading)];
  });
  const refusals = plan.refusals.map((r) =>
    [
      `${accepted.includes(r.reason) ? 'accepted' : 'REFUSED'} ${r.reason}: ${r.name}`,
      `  ${r.says}`,
      `  way round: ${r.wayOut}`,
    ].join('\n'),
  );
  const refused = plan.refusals.map((r) => r.reason).filter((r) => !accepted.includes(r));
  return { text: [...sections, ...refusals].join('\n\n'), refused };
};
