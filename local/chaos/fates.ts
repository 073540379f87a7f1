// What must have become of every event that lies in `raw`, and how those that passed count.
import { CHILD_DIGITS, shardOfLane } from '../../shared/lanes/position.ts';
import type { Counted } from './expected.ts';
import type { Resent } from './operator.ts';
import type { Seen } from './read-streams.ts';
import type { Scene } from './world/scene.ts';

export const placeOf = ({ e, pos }: Seen): string => `${shardOfLane(e.lane)} ${pos}`;
export const once = (names: readonly string[]): readonly string[] => [...new Set(names)];

type Fate = {
  readonly pass: readonly string[];
  /** `<rule> <place>`, duplicates too. */
  readonly refused: readonly string[];
};

/** Refused events that still say their id and a known type: claims are made before the verdict. */
const CLAIMED = new Set(['schema.mismatch', 'event.future', 'event.bad-time']);

/** The event behind a row of a stateless query: such a row has the number of its query as child. One row an event here. */
export const eventAt = (position: string): string => `${position.slice(0, -CHILD_DIGITS)}${'0'.repeat(CHILD_DIGITS)}`;

/**
 * Which positions of `raw` must have passed. Of copies that are told apart by id exactly one owns the id; which one is the order
 * of claims, so the one that was taken is the one.
 * @param taken positions that passed, and `<rule> <position>` of those refused
 */
export const fates = (
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

export const countedOf = (
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
