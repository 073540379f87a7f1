// The key condition of a query: DynamoDB takes one comparison of the sort key, so `after` and `prefix` become one range.
import { compareText } from '../compare-text.ts';
import { type Attributes, toAttribute } from './items.ts';

export type SortRange = {
  readonly text: string;
  readonly values: Attributes;
  /** Whether the key `after` itself lies in the range; it is no part of the answer. */
  readonly holdsAfter: boolean;
};

/** Sorts behind every key that begins with the prefix before it. */
const HIGHEST = '\u{10ffff}';

/**
 * @returns the condition on sk, an empty text when all keys of the partition are meant; undefined when no key can be
 */
export const sortRange = (after: string | undefined, prefix: string): SortRange | undefined => {
  if (prefix === '')
    return after === undefined
      ? { text: '', values: {}, holdsAfter: false }
      : { text: ' AND sk > :after', values: { ':after': toAttribute(after) }, holdsAfter: false };
  if (after === undefined || compareText(after, prefix) < 0)
    return { text: ' AND begins_with(sk, :prefix)', values: { ':prefix': toAttribute(prefix) }, holdsAfter: false };
  if (!after.startsWith(prefix)) return undefined;
  return {
    text: ' AND sk BETWEEN :after AND :last',
    values: { ':after': toAttribute(after), ':last': toAttribute(prefix + HIGHEST) },
    holdsAfter: true,
  };
};
