// Where in a shard's archive a time begins, found by halves: the objects before it are listed, not read.
import { padSeq } from '../../lanes/position.ts';
import type { Objects } from '../../ports.ts';
import { type EpochMs, type Ms, minutes } from '../../time.ts';
import { readArchive } from './container.ts';

/** Arrivals in a shard step back by a little; never so far. */
const STEPS_BACK: Ms = minutes(5);

/**
 * @param names objects of a shard in the order of their first records
 * @returns     a sequence number, padded: every record at or below it arrived before `since`; '' where nothing is known of it
 */
export const arrivedBefore = async (
  objects: Objects,
  names: readonly { readonly key: string; readonly first: string }[],
  since: EpochMs,
): Promise<string> => {
  const isBefore = async (i: number): Promise<boolean> => {
    const bytes = await objects.get(names[i]?.key as string);
    const [first] = bytes === undefined ? [] : readArchive(bytes).records;
    return first !== undefined && first.arrival < since - STEPS_BACK;
  };
  let [low, high] = [0, names.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (await isBefore(middle)) low = middle + 1;
    else high = middle;
  }
  const last = names[low - 1];
  return last === undefined ? '' : padSeq((BigInt(last.first) - 1n).toString());
};
