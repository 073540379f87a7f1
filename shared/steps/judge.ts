// What the plan and the schemas say of one user record of `raw`.
import { type ScannedEvent, scanOf } from '../event/scan.ts';
import { type ToEvent, toEvent } from '../event/to-event.ts';
import type { CompiledPipeline } from '../pipeline.ts';
import type { TablePlan } from '../query/plan.ts';
import { type EpochMs, type Ms, minutes } from '../time.ts';

/** An event whose type no table names may be this far ahead of its arrival. */
const AHEAD: Ms = minutes(5);

const sourceTables = (tables: readonly TablePlan[]): readonly TablePlan[] => tables.filter((t) => t.types.length > 0);

/** The longest watermark delay of the tables that read events: head judges ticks by it. */
export const longestDelay = (tables: readonly TablePlan[]): Ms =>
  Math.max(0, ...sourceTables(tables).map((t) => t.watermark?.delay ?? 0));

const aheadByType = (tables: readonly TablePlan[]): ReadonlyMap<string, Ms> => {
  const out = new Map<string, Ms>();
  for (const t of sourceTables(tables))
    for (const type of t.types) out.set(type, Math.max(out.get(type) ?? 0, t.ahead));
  return out;
};

export type Verdict = ToEvent | ScannedEvent;
export type Judge = (bytes: Uint8Array, arrival: EpochMs, positionId: () => string) => Verdict;

/** Pure: the same bytes, arrival and position give the same verdict. */
export const judgeOf = ({ types, plan }: Pick<CompiledPipeline, 'types' | 'plan'>): Judge => {
  const aheads = aheadByType(plan.tables);
  const ahead = (type: string): Ms => aheads.get(type) ?? AHEAD;
  const scan = scanOf(types, ahead);
  return (bytes, arrival, positionId) => scan(bytes, arrival) ?? toEvent(bytes, { types, ahead, arrival, positionId });
};
