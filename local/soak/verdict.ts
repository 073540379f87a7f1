// Whether a long run stayed bounded. Pure: from samples to reasons why not.

export type Sample = {
  /** Seconds since the start. */
  readonly at: number;
  /** Objects and buffers, after a full collection where the process allows one. */
  readonly heapMb: number;
  readonly rssMb: number;
  /** What lies in table and bucket, which nothing removes here as it would on AWS. */
  readonly storedMb: number;
  /** Age of the oldest record that some function has not done, in seconds, less its batching window. */
  readonly lag: number;
  /** How far the watermark that windows close by is behind the wall clock, in seconds; null before the first event. */
  readonly delay: number | null;
  readonly faults: number;
};

/** A line through points by least squares: what it rises by for each unit of x. */
export const slope = (points: readonly (readonly [x: number, y: number])[]): number => {
  const n = points.length;
  const meanX = points.reduce((s, [x]) => s + x, 0) / n;
  const meanY = points.reduce((s, [, y]) => s + y, 0) / n;
  const across = points.reduce((s, [x]) => s + (x - meanX) ** 2, 0);
  return across === 0 ? 0 : points.reduce((s, [x, y]) => s + (x - meanX) * (y - meanY), 0) / across;
};

/** A stored byte takes more than one in memory: keys, maps, copies for a reader. */
const OVERHEAD = 4;
/** MB a minute that nothing stored explains: below it, noise of the collector over the shortest run that is judged. */
const LEAK = 3;
/** Seconds: far above any back-off that a fault causes, far below the streams' retention. */
const MOST_LAG = 60;

export type Growth = { readonly heap: number; readonly stored: number; readonly unexplained: number };

/** Seconds in which the streams fill: their retention, and a little for what comes after it. */
const FILLS = 240;
/** A line through fewer samples says nothing. */
const ENOUGH = 12;

/** MB a minute, over the second half and after the streams are full; null when the run is too short to say. */
export const growth = (samples: readonly Sample[]): Growth | null => {
  const late = samples.slice(Math.floor(samples.length / 2)).filter((s) => s.at > FILLS);
  if (late.length < ENOUGH) return null;
  const heap = slope(late.map((s) => [s.at / 60, s.heapMb]));
  const stored = slope(late.map((s) => [s.at / 60, s.storedMb]));
  return { heap, stored, unexplained: heap - OVERHEAD * stored };
};

/** Reasons why the run failed; none when it passed. */
export const judge = (samples: readonly Sample[]): readonly string[] => {
  const reasons: string[] = [];
  const grown = growth(samples);
  if (grown !== null && grown.unexplained > LEAK)
    reasons.push(
      `the heap grows by ${grown.heap.toFixed(1)} MB a minute; ${grown.stored.toFixed(1)} MB a minute of stored bytes do not explain it`,
    );
  const worst = Math.max(...samples.map((s) => s.lag));
  if (worst > MOST_LAG) reasons.push(`a record waited for ${worst.toFixed(0)} s`);
  if (!samples.some((s) => s.delay !== null)) reasons.push('no watermark ever came');
  return reasons;
};
