// Whether items that were read one after the other are a cut that the streams can make good. What must hold, whatever the order of reading:
//   no manifest counts an entry that the ledger lacks       (it would never be counted)
//   no ledger holds a row that its writer's manifest lacks  (it would be decided anew, and counted twice)
import { unpackJson } from '../../shared/fold/pack.ts';
import { SEQ_DIGITS } from '../../shared/lanes/position.ts';
import type { Item } from '../../shared/ports.ts';
import { understood } from '../../shared/steps/ledger/format.ts';
import { type PackedLanes, unpackLanes } from '../../shared/steps/ledger/lane-marks.ts';
import { outboxNumber } from '../../shared/steps/refine/manifest.ts';
import { isRefinedLane, refinedLanesOf } from '../../shared/steps/roster.ts';

type Newest = { readonly n: number; readonly item: Item };

export type Cut = {
  add(item: Item): void;
  /** What does not hold; empty: the cut is safe. */
  faults(): readonly string[];
};

export const cutOf = (run: string): Cut => {
  const newest = new Map<string, Newest>();
  const manifests: Item[] = [];
  return {
    add(item) {
      if (item.pk.startsWith(`man#${run}#aggregate/`)) manifests.push(understood('manifest of refine', item));
      if (!item.pk.startsWith(`led#${run}#`) || !(item.h instanceof Uint8Array)) return;
      const n = understood('entry of a ledger', item).n as number;
      if ((newest.get(item.pk)?.n ?? 0) <= n) newest.set(item.pk, { n, item });
    },
    faults() {
      const out: string[] = [];
      for (const m of manifests) {
        const { cur } = unpackJson(m.b as Uint8Array) as { cur: Readonly<Record<string, number>> };
        for (const [shard, n] of Object.entries(cur)) {
          const there = newest.get(`${m.pk.replace('man#', 'led#')}#${shard}`)?.n ?? 0;
          if (there < n) out.push(`${m.pk} counts entry ${n} of ${shard}, and the ledger ends with ${there}`);
        }
      }
      for (const [pk, { item }] of newest)
        for (const [lane, mark] of unpackLanes((unpackJson(item.h as Uint8Array) as { l: PackedLanes }).l)) {
          if (!isRefinedLane(lane)) continue;
          const writer = manifests.find((m) => refinedLanesOf(m.pk.slice(`man#${run}#`.length), lane));
          const next =
            writer === undefined ? outboxNumber(0, 0) : outboxNumber(writer.epoch as number, writer.next as number);
          if (mark.seq !== '' && mark.seq >= next.padStart(SEQ_DIGITS, '0'))
            out.push(`${pk} holds a row that the manifest of ${lane} has not decided`);
        }
      return out;
    },
  };
};
