import { nearest } from '../../shared/did-you-mean.ts';

/** `did you mean "x"? ` when a word is near, then all that would work: `; <list>`. */
export const wouldWork = (word: string, known: readonly string[], label: string): string => {
  const near = nearest(word, known);
  const all = known.length === 0 ? `${label}: none` : `${label}: ${known.join(', ')}`;
  return near === undefined ? all : `did you mean "${near}"? (${all})`;
};
