// Lengths of time for people.
import type { Ms } from '../../time.ts';

const UNITS: readonly (readonly [Ms, string])[] = [
  [86_400_000, 'd'],
  [3_600_000, 'h'],
  [60_000, 'min'],
  [1000, 's'],
];

/** `90 s`, `5 min`, `1 d`: the largest unit that goes in whole. */
export const showDuration = (ms: Ms): string => {
  const unit = UNITS.find(([size]) => ms !== 0 && ms % size === 0);
  return unit ? `${ms / unit[0]} ${unit[1]}` : ms === 0 ? '0 s' : `${ms} ms`;
};
