// A seeded generator of random numbers: the same seed gives the same numbers on every machine and version of Node.

export type Rng = {
  /** In [0, 1), with 32 random bits. */
  next(): number;
  /** A whole number in [0, n); n >= 1. */
  below(n: number): number;
  /** True with probability p. */
  chance(p: number): boolean;
  /** Exponentially distributed around `mean`. */
  wait(mean: number): number;
  pick<T>(items: readonly T[]): T;
};

/** One step of splitmix32 (public domain, after Steele, Lea and Flood): turns close seeds into unrelated states. */
const mix = (state: number): number => {
  let z = (state + 0x9e3779b9) | 0;
  z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
  z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
  return (z ^ (z >>> 15)) | 0;
};

/**
 * The sfc32 generator (public domain, Chris Doty-Humphrey's PractRand).
 * @param seed a safe integer
 */
export const rngOf = (seed: number): Rng => {
  let a = mix(seed | 0);
  let b = mix(a ^ Math.floor(seed / 0x1_0000_0000));
  let c = mix(b);
  let counter = 1;
  const step = (): number => {
    const t = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + t;
    c |= 0;
    return (t >>> 0) / 0x1_0000_0000;
  };
  for (let i = 0; i < 12; i++) step();
  const below = (n: number): number => Math.floor(step() * n);
  return {
    next: step,
    below,
    chance: (p) => step() < p,
    wait: (mean) => -Math.log(1 - step()) * mean,
    pick: <T>(items: readonly T[]): T => items[below(items.length)] as T,
  };
};

/**
 * Ranks by Zipf's law: rank r (from 0) comes with a weight of 1 / (r + 1)^skew.
 * @param skew 0: all ranks alike; 1.1: about as web traffic is
 */
export const zipf = (ranks: number, skew: number): ((rng: Rng) => number) => {
  const sums = new Float64Array(ranks);
  let sum = 0;
  for (let r = 0; r < ranks; r++) {
    sum += (r + 1) ** -skew;
    sums[r] = sum;
  }
  return (rng) => {
    const at = rng.next() * sum;
    let low = 0;
    let high = ranks - 1;
    while (low < high) {
      const mid = (low + high) >> 1;
      if ((sums[mid] as number) > at) high = mid;
      else low = mid + 1;
    }
    return low;
  };
};
