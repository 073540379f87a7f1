// What an entry carries beside the marks.
import { JsonBytes, JsonWriter } from '../../fold/json-bytes.ts';
import type { PackedPartials } from '../ledger/partials.ts';
import type { SideEvent } from './side-event.ts';

export type EntryBody = {
  /** By query id. */
  readonly p: Readonly<Record<string, PackedPartials>>;
  readonly side: readonly SideEvent[];
};
/** Of a batch; those of queries that are folded by columns are written already. */
export type NewPartials = ReadonlyMap<string, PackedPartials | JsonBytes>;

/** @returns an EntryBody, or its JSON; null when there is nothing to carry */
export const entryBody = (partials: NewPartials, side: readonly SideEvent[]): EntryBody | JsonBytes | null => {
  if (partials.size === 0 && side.length === 0) return null;
  const out = new JsonWriter();
  let next = '{"p":{';
  for (const [id, packed] of partials) {
    out.json(`${next}${JSON.stringify(id)}:`);
    if (packed instanceof JsonBytes) out.put(packed.bytes);
    else out.json(JSON.stringify(packed));
    next = ',';
  }
  out.json(`${partials.size === 0 ? next : ''}},"side":${JSON.stringify(side)}}`);
  return new JsonBytes(out.take());
};
