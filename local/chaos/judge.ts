// Compares every destination with a reference computed straight from the input. Every difference is one line of text.

import { CHILD_DIGITS, shardOfLane } from '../../shared/lanes/position.ts';
import { aggregateName } from '../../shared/steps/aggregate/aggregate.ts';
import { readServing } from '../../shared/steps/replay/serving.ts';
import { RUN_ID } from './cast.ts';
import { differences } from './differences.ts';
import { type Counted, expected } from './expected.ts';
import { judgedAfterDeploy } from './judge-deploy.ts';
import { judgeOutside, OUTSIDE_STAGES } from './judge-outside.ts';
import { type Resent, resentIn } from './operator.ts';
import { firstTimes, NEVER, rawClocks, type Seen } from './read-streams.ts';
import { DELAY } from './scenario.ts';
import { SECOND_RUN } from './second.ts';
import { finalsTwice, partialRows, rowsInLake, rowsInTable, rowsOnStream, sideLines } from './stores.ts';
import type { Scene } from './world/scene.ts';

/** Tables whose rows are sent once by their nature. */
const ONCE = ['meets', 'firsts'];

const inTables = (world: Scene, connector: string, rows: readonly string[]): readonly string[] => {
  const names = new Set(world.wholePlan.tables.filter((t) => t.connector === connector).map((t) => t.name));
  return rows.filter((row) => names.has(row.slice(0, row.indexOf(' '))));
};
const placeOf = ({ e, pos }: Seen): string => `${shardOfLane(e.lane)} ${pos}`;
const once = (names: readonly string[]): readonly string[] => [...new Set(names)];

type Fate = {
  readonly pass: readonly string[];
  /** `<rule> <place>`, duplicates too. */
  readonly refused: readonly string[];
};

/** Refused events that still say their id and a known type: claims are made before the verdict. */
const CLAIMED = new Set(['schema.mismatch', 'event.future', 'event.bad-time']);

/** The event behind a row of a stateless query: such a row has the number of its query as child. One row an event here. */
const eventAt = (position: string): string => `${position.slice(0, -CHILD_DIGITS)}${'0'.repeat(CHILD_DIGITS)}`;

/**
 * Which positions of `raw` must have passed. Of copies that are told apart by id exactly one owns the id; which one is the order
 * of claims, so the one that was taken is the one.
 * @param taken positions that passed, and `<rule> <position>` of those refused
 */
const fates = (
  world: Scene,
  resent: ReadonlyMap<string, Resent>,
  taken: ReadonlySet<string>,
  problems: string[],
): Fate => {
  const pass: string[] = [];
  const refused: string[] = [];
  const copies = new Map<string, [name: string, at: string][]>();
  for (const [at, sent] of world.sent) {
    const isClick = sent.kind === 'click';
    const name = isClick ? at : `${sent.rule} ${at}`;
    if (world.shape.deduplicate && sent.copied && (isClick || CLAIMED.has(sent.rule))) {
      const id = isClick ? sent.click.id : sent.id;
      copies.set(id, [...(copies.get(id) ?? []), [name, at]]);
    } else (isClick ? pass : refused).push(name);
  }
  for (const [id, all] of copies) {
    const through = all.filter(([name]) => taken.has(name));
    if (through.length !== 1) problems.push(`${id} was sent ${all.length} times and taken ${through.length} times`);
    for (const [name, at] of all)
      if (!taken.has(name)) refused.push(`event.duplicate ${at}`);
      else (name === at ? pass : refused).push(name);
  }
  // Of all copies that were sent again for one rejected event exactly one counts, however many there were.
  for (const [first, all] of Map.groupBy(resent, ([, r]) => r.first.at)) {
    for (const [at, r] of all) if (r.broken) refused.push(`schema.mismatch ${at}`);
    const good = all.filter(([, r]) => !r.broken).map(([at]) => at);
    const through = good.filter((at) => taken.has(at));
    if (good.length > 0 && through.length !== 1)
      problems.push(`${first} was sent again ${good.length} times and taken ${through.length} times`);
    for (const at of good) taken.has(at) ? pass.push(at) : refused.push(`event.duplicate ${at}`);
  }
  return { pass, refused };
};

const countedOf = (
  world: Scene,
  resent: ReadonlyMap<string, Resent>,
  enriched: readonly Seen[],
  problems: string[],
): readonly Counted[] =>
  enriched.flatMap((seen) => {
    const again = resent.get(placeOf(seen));
    const sent = again === undefined ? world.sent.get(placeOf(seen)) : { kind: 'click' as const, click: again.click };
    if (sent?.kind !== 'click') return [];
    const { id, data } = JSON.parse(Buffer.from(seen.e.bytes).toString()) as {
      id: string;
      data: { info?: { w?: number } };
    };
    const w = data.info?.w;
    if (id !== sent.click.id) problems.push(`${placeOf(seen)} holds ${id}, not ${sent.click.id}`);
    if (w === undefined || !world.answers.get(id)?.has(w)) problems.push(`${id}: nobody answered ${w}`);
    return w === undefined ? [] : [{ c: sent.click, w, seen, ...(again && { first: again.first }) }];
  });

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

/** What a replay has made: the rows of a run from scratch, and readers who see one run alone. */
const judgeSecond = async (world: Scene, resent: ReadonlyMap<string, Resent>): Promise<readonly string[]> => {
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
