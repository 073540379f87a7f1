// What a repair makes of each event, and what `validate` would say of it; kept when it would pass.
import { ownerOf } from '../../shared/steps/resubmit.ts';
import { framesHere, openerOf } from '../stage/frames-here.ts';
import type { StageHere } from '../stage/stage-here.ts';
import type { Entry } from './entry.ts';
import type { Repair } from './repair.ts';
import type { Known } from './select.ts';
import { keepRepaired, setState } from './state.ts';
import { adapting, type Verdict, verdicts } from './verdict.ts';
import { wayOf } from './way.ts';

export type Tried = Known & {
  /** `refused`: it would not pass; `skipped`: nothing is to be done. */
  readonly kind: 'passes' | 'refused' | 'skipped';
  /** After the repair, where there is something. */
  readonly after?: Uint8Array;
  /** Why it is refused or skipped. */
  readonly why: string;
};

const sayOf = (v: Extract<Verdict, { kind: 'refused' }>): string =>
  `${v.rule}${v.field === undefined ? '' : ` at ${v.field}`}: ${v.cause}`;

const AT_ONCE = 32;

/** What a value that could not be opened then says now; null: it was opened, or has no framing. @throws Fault `registry.unavailable` */
export const readable = async (
  stage: StageHere,
  { rule, payload, arrival }: Pick<Entry, 'rule' | 'payload' | 'arrival'>,
): Promise<Uint8Array | { readonly cause: string } | null> => {
  if (!rule.startsWith('framing.')) return null;
  const open = await openerOf(await framesHere(stage), payload);
  if (open === undefined) return null;
  const said = adapting((await stage.built()).pipeline)(payload, arrival, open);
  return said instanceof Uint8Array ? said : { cause: said.kind === 'refused' ? said.cause : '' };
};

/** Nothing is written. */
export const tryRepair = async (
  stage: StageHere,
  known: readonly Known[],
  repair: Repair,
): Promise<readonly Tried[]> => {
  const { pipeline } = await stage.built();
  const judge = verdicts(pipeline);
  const frames = await framesHere(stage);
  const one = async (k: Known): Promise<Tried> => {
    const skipped = (why: string): Tried => ({ ...k, kind: 'skipped', why });
    const refused = (why: string, after?: Uint8Array): Tried => ({
      ...k,
      kind: 'refused',
      why,
      ...(after && { after }),
    });
    const way = wayOf(k.entry, pipeline);
    if (way.kind === 'none') return refused(way.why);
    const owner = await ownerOf(stage.ledger, stage.run, way.key);
    if (owner !== undefined) return skipped(`it passed already, at ${owner}`);
    // A framed value whose schema can be read now is repaired as the event that it holds.
    const read = await readable(stage, k.entry);
    const repaired = repair.of(read instanceof Uint8Array ? { ...k.entry, payload: read } : k.entry);
    if (repaired.kind === 'failed') return refused(repaired.cause);
    if (repaired.kind === 'skip') return skipped('left out by the function');
    const verdict = judge(repaired.payload, k.entry, way, await openerOf(frames, repaired.payload));
    if (verdict.kind === 'refused') return refused(sayOf(verdict), repaired.payload);
    return { ...k, kind: 'passes', after: verdict.bytes, why: '' };
  };
  const out: Tried[] = [];
  for (let i = 0; i < known.length; i += AT_ONCE)
    out.push(...(await Promise.all(known.slice(i, i + AT_ONCE).map(one))));
  return out;
};

/** Keeps the repaired bytes of those that would pass. @returns how many */
export const keepFixes = async (
  stage: StageHere,
  tried: readonly Tried[],
  how: string,
  by: string,
): Promise<number> => {
  const good = tried.filter((t) => t.kind === 'passes');
  for (let i = 0; i < good.length; i += AT_ONCE)
    await Promise.all(
      good.slice(i, i + AT_ONCE).map(async ({ entry, after }) => {
        const object = await keepRepaired(stage, after as Uint8Array);
        await setState(stage, entry, { kind: 'fixed', at: stage.clock.now(), by, how, object });
      }),
    );
  return good.length;
};

export const discard = async (stage: StageHere, known: readonly Known[], reason: string, by: string): Promise<void> => {
  for (let i = 0; i < known.length; i += AT_ONCE)
    await Promise.all(
      known
        .slice(i, i + AT_ONCE)
        .map(({ entry }) => setState(stage, entry, { kind: 'discarded', at: stage.clock.now(), by, reason })),
    );
};
