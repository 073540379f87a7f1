// What an entry carries beside the marks.
import type { PackedPartials } from '../ledger/partials.ts';
import type { SideEvent } from './side-event.ts';

export type EntryBody = {
  /** By query id. */
  readonly p: Readonly<Record<string, PackedPartials>>;
  readonly side: readonly SideEvent[];
};

export const entryBody = (
  partials: ReadonlyMap<string, PackedPartials>,
  side: readonly SideEvent[],
): EntryBody | null => (partials.size === 0 && side.length === 0 ? null : { p: Object.fromEntries(partials), side });
