// What must be right of a query that a deploy added or removed in the middle: all that began when everything was read with one plan.
import type { Plan } from '../../shared/query/plan.ts';
import { readsOf, streamOf } from '../../shared/query/sides.ts';
import type { Seen } from './read-streams.ts';
import { partialRows } from './stores.ts';
import type { Scene } from './world/scene.ts';

const NEVER = Number.NEGATIVE_INFINITY;
const timeOf = ({ e }: Seen): number =>
  Date.parse((JSON.parse(Buffer.from(e.bytes).toString()) as { time: string }).time);
const typeOf = ({ e }: Seen): string => (JSON.parse(Buffer.from(e.bytes).toString()) as { type: string }).type;

const textOf = ({ e }: Seen): string => {
  const { type, data } = JSON.parse(Buffer.from(e.bytes).toString()) as { type: string; data: unknown };
  return `${type} ${JSON.stringify(data)}`;
};

/**
 * The greatest event time that the query may have missed: windows that begin later hold only what was read with it.
 * @returns null when the old plan was at work to the end
 */
const missedUpTo = (
  scene: Scene,
  plan: Plan,
  name: string,
  streams: Readonly<Record<'enriched' | 'refined', readonly Seen[]>>,
): number | null => {
  const query = plan.queries.find((q) => q.name === name);
  if (query === undefined || query.kind === 'stateless' || scene.settledAt === null) return null;
  const stream = streamOf(query);
  const from = scene.settledAt.get(stream) ?? '';
  const reads = new Set(readsOf(query));
  const tables = new Set(plan.queries.filter((q) => reads.has(q.id)).map((q) => q.into));
  const missed = streams[stream].filter((s) => s.record <= from && (stream === 'enriched' || tables.has(typeOf(s))));
  return missed.reduce((most, s) => Math.max(most, timeOf(s)), NEVER);
};

/** Windows of rows begin at `s`; a session that begins this soon after a missed row might have been one with it. */
const SESSION_GAP = 5_000;

export type AfterDeploy = (problem: string) => boolean;

/** Whether a problem is one, although a deploy changed its query. */
export const judgedAfterDeploy = (
  scene: Scene,
  streams: Readonly<Record<'enriched' | 'refined', readonly Seen[]>>,
): AfterDeploy => {
  const { redeploy } = scene.shape;
  if (redeploy === null) return () => true;
  const { leaf, adds } = redeploy;
  const ofLeaf = new RegExp(`^(rows|table|lake|warehouse|bus|late|failed|doors): (missing |unexpected )?${leaf}[ -]`);
  const partial = partialRows(streams.refined);
  const until = scene.deployedAt;
  const sentBefore = new Set(streams.refined.filter((s) => s.record <= until).map(textOf));
  const upTo = missedUpTo(scene, scene.wholePlan, leaf, streams);
  return (problem) => {
    if (!ofLeaf.test(problem)) return true;
    const row = /^(?:rows|table|lake): unexpected (.*?)(?: early)?$/.exec(problem)?.[1];
    if (!adds) {
      // What it sent until then was whole. A revision that did not come any more, or an early row, is no final; and a run of the old
      // plan that is still at work may send what the new one counted without it.
      if (leaf === 'hops' || !problem.startsWith('rows:') || problem.endsWith(' early')) return false;
      return row !== undefined && sentBefore.has(row) && !partial.has(row);
    }
    // What is wrong with a row must be said with the row.
    if (row !== undefined && !partial.has(row)) return true;
    if (upTo === null || !/^(rows|table|lake):/.test(problem)) return false;
    const start = /"s":"([^"]+)"/.exec(problem)?.[1];
    return start !== undefined && Date.parse(`${start.replace(' ', 'T')}Z`) > upTo + SESSION_GAP;
  };
};
