// The watermark of each query and what holds it back, from the newest entries and manifests alone: what a page may ask every second or two.
import type { Plan } from '../../shared/query/plan.ts';
import { aggregateName } from '../../shared/steps/aggregate/name.ts';
import { type LaneMark, laterMark } from '../../shared/steps/ledger/lane-marks.ts';
import { ledger } from '../../shared/steps/ledger/ledger.ts';
import { manifests } from '../../shared/steps/refine/manifest.ts';
import { statefulQueries } from '../../shared/steps/roster.ts';
import type { EpochMs } from '../../shared/time.ts';
import type { StageHere } from '../stage/stage-here.ts';
import type { Holder } from './holder.ts';
import { heldBack } from './inspect.ts';

export type Held = {
  readonly query: string;
  readonly watermark: EpochMs | null;
  readonly holder: Holder | null;
};

const nobody = (): string => {
  throw new Error('inspect decides nothing');
};

export const held = async (from: StageHere, plan: Plan): Promise<readonly Held[]> => {
  // One instant for all: what one lane holds is said in the same words.
  const now = from.clock.now();
  const stage: StageHere = { ...from, clock: { now: () => now } };
  const out: Held[] = [];
  for (const reads of ['enriched', 'refined'] as const) {
    const mine = statefulQueries(plan, reads);
    if (mine.length === 0) continue;
    const fn = aggregateName(reads);
    const deps = { table: stage.ledger, objects: stage.objects, clock: stage.clock, run: stage.run, fn, nonce: nobody };
    const m = await manifests({ ...deps, part: 0 }).read();
    const book = ledger(deps);
    const lanes = new Map<string, LaneMark>();
    for (const shard of new Set([...(await stage.streams[reads].shards()).map((s) => s.id), ...Object.keys(m.cur)]))
      for (const [lane, mark] of (await book.newest(shard))?.lanes ?? [])
        lanes.set(lane, laterMark(lanes.get(lane) ?? mark, mark));
    for (const q of mine) {
      const { watermark, holder } = await heldBack(stage, plan, q, lanes, m.closed[q.id]);
      out.push({ query: q.name, watermark, holder });
    }
  }
  return out;
};
