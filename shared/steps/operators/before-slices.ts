// What slices held when early rows were sent last, kept for the keys that changed since: so a row that does not come any more can be
// taken back, and only what changed is sent again.
import type { States } from '../../fold/aggregate-fold.ts';
import type { EpochMs, Ms } from '../../time.ts';
import type { Slicing } from '../../window/window.ts';
import { eachSlicePartial, type PackedSlices, packSlices, type SlicePartials } from '../ledger/partials.ts';
import { dropSlices, keysOf, type Part } from './open-slices.ts';

/** null: the key had no rows there. */
type Before = Map<number, Map<EpochMs, Map<string, States | null>>>;
type Packed = { readonly held: PackedSlices; readonly none: PackedSlices };

export type BeforeSlices = {
  /** Call it before a partial is merged; keeps what stands there, once. */
  capture(at: Part, key: string): void;
  /** Keys that changed in some of these parts. */
  touched(parts: readonly Part[]): Set<string>;
  /** The states of a key in a part as they were; undefined when it had no rows. */
  states(at: Part, key: string): States | undefined;
  clear(): void;
  drop(slicing: Slicing, lateness: Ms, w: EpochMs): void;
  /** null when nothing changed. */
  pack(): Packed | null;
  restore(packed: Packed): void;
};

/** @param copy states that a merge does not change */
export const beforeSlices = (now: SlicePartials, copy: (states: States) => States): BeforeSlices => {
  const before: Before = new Map();
  const known = ({ j, slice }: Part): Map<string, States | null> | undefined => before.get(j)?.get(slice);
  const standing = ({ j, slice }: Part, key: string): States | undefined => now.get(j)?.get(slice)?.get(key);

  return {
    capture(at, key) {
      const keys = keysOf(before, at);
      if (keys.has(key)) return;
      const states = standing(at, key);
      keys.set(key, states === undefined ? null : copy(states));
    },
    touched: (parts) => new Set(parts.flatMap((at) => [...(known(at)?.keys() ?? [])])),
    states(at, key) {
      const was = known(at)?.get(key);
      return was === undefined ? standing(at, key) : (was ?? undefined);
    },
    clear: () => before.clear(),
    drop: (slicing, lateness, w) => dropSlices(before, slicing, lateness, w),
    pack() {
      const held: SlicePartials = new Map();
      const none: SlicePartials = new Map();
      for (const [j, slices] of before)
        for (const [slice, keys] of slices)
          for (const [key, states] of keys)
            keysOf(states === null ? none : held, { j, slice }).set(key, states === null ? [] : states);
      return held.size + none.size === 0 ? null : { held: packSlices(held), none: packSlices(none) };
    },
    restore({ held, none }) {
      eachSlicePartial(held, (j, slice, key, states) => keysOf(before, { j, slice }).set(key, states));
      eachSlicePartial(none, (j, slice, key) => keysOf(before, { j, slice }).set(key, null));
    },
  };
};
