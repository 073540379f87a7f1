// The places of all quotes of an event without backslashes, found sixteen bytes at a time: then no text needs to be looked through for its
// end. Where WebAssembly has no vectors, for events with backslashes, and for long ones, there is no answer, and the walk goes byte by byte.
import { FOUND, MEMORY, MOST_TEXT, PLACES, quotesModule, TEXT } from './quotes-code.ts';
import { instantiate, PAGE } from './wasm-instance.ts';

export type QuoteFinder = {
  /** Ascending; those of the event that was looked at last. */
  readonly places: Int32Array;
  /** @returns how many, or NO_ANSWER */
  find(b: Uint8Array): number;
};

export const NO_ANSWER = -1;
const COUNT = FOUND >> 2;
const HAS_SLASH = COUNT + 1;

/** @returns null where there are no vectors */
export const quoteFinder = (): QuoteFinder | null => {
  const instance = instantiate(quotesModule(), Math.ceil(MEMORY / PAGE));
  if (instance === null) return null;
  const { memory, run } = instance;
  const text = new Uint8Array(memory, TEXT, MOST_TEXT + 16);
  const words = new Int32Array(memory);
  return {
    places: new Int32Array(memory, PLACES),
    find(b) {
      const { length } = b;
      if (length === 0 || length > MOST_TEXT) return NO_ANSWER;
      text.set(b);
      for (let p = length; (p & 15) !== 0; p++) text[p] = 0;
      run(length);
      return words[HAS_SLASH] === 0 ? (words[COUNT] as number) >> 2 : NO_ANSWER;
    },
  };
};
