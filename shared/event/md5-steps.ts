// The numbers of MD5 (RFC 1321, section 3.4), in the form that md5-lanes.ts and md5-pair.ts make code of.

export const BLOCK = 64;
/** a, b, c, d before the first block. */
export const START = [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476] as const;
/** By how many bits step 4t + j of each round turns. */
export const TURNS = [
  [7, 12, 17, 22],
  [5, 9, 14, 20],
  [4, 11, 16, 23],
  [6, 10, 15, 21],
] as const;
/** Step 4t + j of a round takes the word (rise * t + first[j]) mod 16: i, 5i + 1, 3i + 5, 7i. */
export const PLACES = [
  { rise: 4, first: [0, 1, 2, 3] },
  { rise: 4, first: [1, 6, 11, 0] },
  { rise: 12, first: [5, 8, 11, 14] },
  { rise: 12, first: [0, 7, 14, 5] },
] as const;
/** The constant of step `i` of 64. */
export const sine = (i: number): number => Math.floor(Math.abs(Math.sin(i + 1)) * 2 ** 32) | 0;

/** The step's own a, b, c, d: they change their roles at each step. @param local the number of the first of four */
export const roles = (local: number, step: number): readonly [number, number, number, number] => {
  const at = (i: number): number => local + ((i - step + 8) % 4);
  return [at(0), at(1), at(2), at(3)];
};

/** Code that works on some messages at once, in a memory of its own. */
export type Kernel = {
  readonly lanes: number;
  /** `run(blocks, address of the next block of each lane…)`: at least one block; the states in memory go on from where they are. */
  readonly module: () => Uint8Array;
  readonly writeConstants?: (words: Int32Array) => void;
  /** The word of memory that holds word `i` of a lane's state. */
  readonly stateAt: (lane: number, i: number) => number;
  /** Where memory is free, in bytes. */
  readonly free: number;
};
