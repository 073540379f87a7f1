// Compares every destination with a reference computed straight from the input. Every difference is one line of text.
import { aggregateName } from '../../shared/steps/aggregate/name.ts';
import { RUN_ID } from './cast.ts';
import { differences } from './differences.ts';
import { expected } from './expected.ts';
import { countedOf, eventAt, fates, once, placeOf } from './fates.ts';
import { judgedAfterDeploy } from './judge-deploy.ts';
import { judgeOutside, OUTSIDE_STAGES } from './judge-outside.ts';
import { judgeSecond } from './judge-second.ts';
import { resentIn } from './operator.ts';
import { firstTimes, NEVER, rawClocks } from './read-streams.ts';
import { DELAY } from './scenario.ts';
import { finalsTwice, partialRows, rowsInLake, rowsInTable, rowsOnStream, sideLines } from './stores.ts';
import type { Scene } from './world/scene.ts';

/** Tables whose rows are sent once by their nature. */
const ONCE = ['meets', 'firsts'];

const inTables = (world: Scene, connector: string, rows: readonly string[]): readonly string[] => {
  const names = new Set(world.wholePlan.tables.filter((t) => t.connector === connector).map((t) => t.name));
  return rows.filter((row) => names.has(row.slice(0, row.indexOf(' '))));
};

/** I8: each query's doors over all entries add up to the events that it must have read. */
const doors = (world: Scene, read: ReadonlyMap<string, number>): string[] => {
  const sums = new Map<string, number>();
  for (const [pk, entries] of world.ledgers.entries) {
    if (
      !pk.startsWith(`led#${RUN_ID}#${aggregateName('enriched')}`) &&
      !pk.startsWith(`led#${RUN_ID}#${aggregateName('refined')}`)
    )
      continue;
    for (const { counts } of entries)
      for (const [query, [n]] of Object.entries(counts)) sums.set(query, (sums.get(query) ?? 0) + n);
  }
  return [...read].flatMap(([query, n]) =>
    (sums.get(query) ?? 0) === n ? [] : [`doors: ${query} read ${sums.get(query) ?? 0} events, not ${n}`],
  );
};

const differencesOf = async (world: Scene): Promise<readonly string[]> => {
  const problems: string[] = [];
  const enriched = firstTimes(world.enriched, problems);
  const places = enriched.map(placeOf);
  const aside = await sideLines(world, 'rejected');
  const refused = once(
    aside
      .filter((l) => l.rule !== 'query.threw' && !OUTSIDE_STAGES.has(l.stage))
      .map((l) => `${l.rule} ${l.shard} ${l.position}`),
  );
  const resent = resentIn(world);
  const fate = fates(world, resent, new Set([...places, ...refused]), problems);
  problems.push(...differences('enriched', fate.pass, places));
  const counted = countedOf(world, resent, enriched, problems);
  const want = expected(world, counted);
  const refined = firstTimes(world.refined, problems, world.copies.fences);
  problems.push(...differences('rows', want.rows, rowsOnStream(refined)));
  const early = world.wholePlan.queries.filter((q) => 'early' in q && !('lateness' in q && q.lateness > 0));
  const { redeploy } = world.shape;
  for (const row of partialRows(refined))
    if (redeploy === null || !row.startsWith(`${redeploy.leaf} `))
      problems.push(`rows: marked as partial, although its query was there: ${row}`);
  problems.push(...finalsTwice(refined, new Set([...early.map((q) => q.into), ...ONCE])));
  if (world.shape.sinks) {
    problems.push(...differences('table', inTables(world, 'dynamodb', want.rows), rowsInTable(world)));
    problems.push(...differences('lake', inTables(world, 'filesystem', want.rows), await rowsInLake(world, problems)));
  }
  problems.push(...judgeOutside(world, refined, aside));
  problems.push(...doors(world, want.read));
  problems.push(...(await judgeSecond(world, resent)));

  const late = await sideLines(world, 'late');
  problems.push(
    ...differences('late', want.late, once(late.map((l) => `${l.query} ${l.shard} ${eventAt(l.position)}`))),
  );
  const clocks = rawClocks(world);
  for (const l of late) {
    const at = `${l.shard} ${eventAt(l.position)}`;
    const sent = world.sent.get(at);
    if (sent?.kind === 'click' && sent.click.t > (clocks.get(at) ?? NEVER) - DELAY)
      problems.push(`late although on time: ${sent.click.id} for ${l.query}`);
  }
  const idOf = new Map(world.wholePlan.queries.map((q) => [q.name, q.id]));
  const failed = aside.filter((l) => l.rule === 'query.threw');
  const failedNames = failed.map((l) => `${idOf.get(l.query ?? '') ?? l.query} ${l.shard} ${eventAt(l.position)}`);
  problems.push(...differences('failed', want.failed, once(failedNames)));
  problems.push(...differences('rejected', fate.refused, refused));
  return problems.filter(judgedAfterDeploy(world, { enriched, refined }));
};

/** Rows that must stand at the end, as `<table> <row as JSON>`. */
export const rowsWanted = (scene: Scene): readonly string[] =>
  expected(scene, countedOf(scene, resentIn(scene), firstTimes(scene.enriched, []), [])).rows;

/** Everything that is not as it must be; empty when the run was exact, or cannot be judged (`scene.void`). */
export const judge = async (scene: Scene): Promise<readonly string[]> =>
  scene.void === null ? differencesOf(scene) : [];
