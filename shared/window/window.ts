// Windows on event time. Spans are half-open, aligned to the epoch (Flink's rule for TIMESTAMP columns), in ms.
import type { WindowSpec } from '../query/plan.ts';
import type { EpochMs, Ms } from '../time.ts';

export type Window = { readonly start: EpochMs; readonly end: EpochMs };

const positive = (what: string, ms: Ms): void => {
  if (!(ms > 0)) throw new RangeError(`${what} must be above 0 ms, not ${ms}`);
};

const alignDown = (time: EpochMs, step: Ms): EpochMs => Math.floor(time / step) * step;

/**
 * The tumbling window that holds an instant.
 * @param time event time, ms since the epoch; may be negative
 * @param size window length in ms, > 0
 * @returns    the one window with start <= time < end; end - start === size
 * @throws     RangeError when size <= 0: a planning mistake, never bad data
 */
export const tumbling = (time: EpochMs, size: Ms): Window => {
  positive('the size of a tumbling window', size);
  const start = alignDown(time, size);
  return { start, end: start + size };
};

/**
 * The hopping windows that hold an instant, the one that ends first before the others.
 * @throws RangeError when size or slide <= 0
 */
export const hopping = (time: EpochMs, size: Ms, slide: Ms): readonly Window[] => {
  positive('the size of a hopping window', size);
  positive('the slide of a hopping window', slide);
  const out: Window[] = [];
  for (let start = alignDown(time - size, slide) + slide; start <= time; start += slide)
    out.push({ start, end: start + size });
  return out;
};

/**
 * How a tumbling or hopping window is made of slices: stretches of event time that windows share.
 * `width` ms each, `perWindow` of them in a window, windows end every `slide` ms. A hop's slice is gcd(size, slide).
 */
export type Slicing = { readonly width: Ms; readonly perWindow: number; readonly size: Ms; readonly slide: Ms };

const gcd = (a: number, b: number): number => (b === 0 ? a : gcd(b, a % b));

export const slicing = (spec: Exclude<WindowSpec, { kind: 'session' }>): Slicing => {
  if (spec.kind === 'tumble') return { width: spec.size, perWindow: 1, size: spec.size, slide: spec.size };
  const width = gcd(spec.size, spec.slide);
  return { width, perWindow: spec.size / width, size: spec.size, slide: spec.slide };
};

/** Start of the slice that holds an instant. */
export const sliceOf = (time: EpochMs, s: Slicing): EpochMs => alignDown(time, s.width);

/** Ends of the windows that hold a slice, ascending. */
export const endsOf = (slice: EpochMs, s: Slicing): readonly EpochMs[] => {
  const out: EpochMs[] = [];
  // The first end is the smallest one above the slice that lies on the grid size + n x slide.
  const first = alignDown(slice + s.width - s.size + s.slide - 1, s.slide) + s.size;
  for (let end = first; end - s.size <= slice; end += s.slide) out.push(end);
  return out;
};

/** A window is due, and a row for it late, when the watermark has reached its last instant (Flink's rule). */
export const isDue = (end: EpochMs, watermark: EpochMs): boolean => end - 1 <= watermark;
