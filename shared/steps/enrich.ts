// validated -> enriched. Adds fields under `data.<as>`, in the order of the list: a later enrichment sees what an earlier one added.
// Look-ups decide nothing; the user's own functions reject an event by throwing.
import type { StampedEvent } from '../lanes/inner.ts';
import type { Enrichment } from '../pipeline.ts';
import type { BatchStep } from '../trigger/batch.ts';
import { apply, type Lookups } from './enrich/apply.ts';
import { resultOf, startWork, type Work } from './enrich/work.ts';
import { type HopDeps, type HopResult, hop } from './hop.ts';

export const STAGE = 'enrich';

export type EnrichDeps = Omit<HopDeps, 'stage' | 'passMarks' | 'prepare' | 'transform'> & {
  readonly enrichments: readonly Enrichment[];
  readonly lookups: Lookups;
};

/** Events without an enrichment pass as their own bytes, marks and ends unchanged. */
export const enrich = ({ enrichments, lookups, ...ports }: EnrichDeps): BatchStep => {
  const types = new Set(enrichments.flatMap((e) => e.on));
  /** Answers are looked up once for each record and used in its order. */
  const results = new WeakMap<StampedEvent, HopResult>();

  const prepare = async (events: readonly StampedEvent[]): Promise<void> => {
    const works: Work[] = [];
    for (const event of events) {
      const started = startWork(event, types);
      if (started === 'as it is') continue;
      if ('rule' in started) results.set(event, { out: [], rejects: [started] });
      else works.push(started);
    }
    for (const e of enrichments) {
      const open = works.filter((w) => w.reject === undefined && e.on.includes(w.type));
      if (open.length > 0) await apply(e, open, lookups);
    }
    for (const w of works) results.set(w.event, resultOf(w));
  };

  return hop({
    ...ports,
    stage: STAGE,
    passMarks: true,
    ...(types.size > 0 && { prepare }),
    transform: (event) => results.get(event) ?? { out: [event], rejects: [] },
  });
};
