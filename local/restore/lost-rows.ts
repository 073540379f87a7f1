// What a table that is given up sent of an aggregate's rows after the instant: read from `refined`, and from the decision that it may still be sending.
import { packJson, unpackJson } from '../../shared/fold/pack.ts';
import { unpackInner } from '../../shared/lanes/block.ts';
import type { StampedEvent } from '../../shared/lanes/inner.ts';
import { padSeq } from '../../shared/lanes/position.ts';
import type { Item, Objects } from '../../shared/ports.ts';
import { type Fence, isFenced } from '../../shared/steps/home.ts';
import { type Outgoing, outboxNumber } from '../../shared/steps/refine/manifest.ts';
import type { LostRow } from '../../shared/steps/refine/take-back.ts';
import { queryOfLane, refinedLanesOf } from '../../shared/steps/roster.ts';

type Known = { readonly no: string; readonly row: LostRow };
const idOf = (event: string): string => (JSON.parse(event) as { id: string }).id;

export type LostRows = {
  /** A record of `refined`. */
  sent(data: Uint8Array): void;
  /** A manifest of the table that is given up: its rows may not have been sent yet. */
  decided(item: Item, fn: string): Promise<void>;
  /** Stores the newest of each row. @returns the fences with the names of their objects */
  keep(name: (fn: string) => string): Promise<readonly Fence[]>;
};

/** @param fences numbers of what was decided after the instant, one fence for each aggregate */
export const lostRowsOf = (fences: readonly Fence[], objects: Objects): LostRows => {
  const rows = new Map<string, Map<string, Known>>(fences.map(({ fn }) => [fn, new Map()]));
  const add = (fn: string, no: string, row: LostRow): void => {
    const mine = rows.get(fn);
    if (mine !== undefined && (mine.get(row.id)?.no ?? '') < no) mine.set(row.id, { no, row });
  };
  const take = ({ lane, seq, key, bytes }: StampedEvent): void => {
    const fn = fences.find((f) => refinedLanesOf(f.fn, lane))?.fn;
    const event = Buffer.from(bytes).toString();
    if (fn !== undefined) add(fn, padSeq(seq), { query: queryOfLane(lane), id: idOf(event), key, event });
  };
  return {
    sent(data) {
      const unpacked = unpackInner(data);
      for (const item of unpacked.ok ? unpacked.items : [])
        if (item.kind === 'event' && isFenced(item, fences)) take(item);
    },
    async decided(item, fn) {
      const bytes = item.o instanceof Uint8Array ? item.o : await objects.get(String(item.oo));
      if (item.sent === true || bytes === undefined) return;
      const epoch = (item.oe as number | undefined) ?? (item.epoch as number);
      const from = fences.find((f) => f.fn === fn)?.from ?? '';
      for (const { query, no, key, event } of (unpackJson(bytes) as Outgoing).rows) {
        const number = outboxNumber(epoch, no);
        if (number >= from) add(fn, padSeq(number), { query, id: idOf(event), key, event });
      }
    },
    async keep(name) {
      const out: Fence[] = [];
      for (const fence of fences) {
        const lost = [...(rows.get(fence.fn)?.values() ?? [])].map(({ row }) => row);
        if (lost.length > 0) await objects.put(name(fence.fn), packJson(lost));
        out.push(lost.length === 0 ? fence : { ...fence, lost: name(fence.fn) });
      }
      return out;
    },
  };
};
