// Of a replay: the rows of a run from scratch, and readers who see one run alone.
import { readServing } from '../../shared/steps/replay/serving.ts';
import { differences } from './differences.ts';
import { expected } from './expected.ts';
import { countedOf, fates, once, placeOf } from './fates.ts';
import type { Resent } from './operator.ts';
import { firstTimes } from './read-streams.ts';
import { SECOND_RUN } from './second.ts';
import { rowsInTable, sideLines } from './stores.ts';
import type { Scene } from './world/scene.ts';

export const judgeSecond = async (world: Scene, resent: ReadonlyMap<string, Resent>): Promise<readonly string[]> => {
  const { second, results } = world;
  if (second === null) return [];
  const served = (await readServing(results)).tables;
  const isServed = second.tables.every((t) => served[t]?.run === SECOND_RUN);
  if (second.removed) return isServed ? ['replay: readers see a run that was cancelled'] : [];
  const problems: string[] = [];
  if (!isServed) problems.push('replay: readers were never switched to it');
  const seen = firstTimes(second.enriched, problems);
  // What it has not read is not its own to reject either: the rest of the judgement is that of the first run.
  const mine: Scene = Object.create(world, { objects: { value: second.objects } });
  const aside = (await sideLines(mine, 'rejected')).filter((l) => l.stage === 'validate');
  const refused = once(aside.map((l) => `${l.rule} ${l.shard} ${l.position}`));
  const places = seen.map(placeOf);
  const fate = fates(world, resent, new Set([...places, ...refused]), problems);
  problems.push(...differences('events', fate.pass, places), ...differences('rejected', fate.refused, refused));
  const rows = expected(world, countedOf(world, resent, seen, problems)).rows;
  const isMine = (row: string) => second.tables.includes(row.slice(0, row.indexOf(' ')));
  problems.push(...differences('table', rows.filter(isMine), rowsInTable(second).filter(isMine)));
  return problems.map((p) => (p.startsWith('replay: ') ? p : `replay: ${p}`));
};
