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
 * The cumulating windows that hold an instant, the shortest first: they begin together and end at each step after it.
 * @param size a multiple of `step`
 * @throws     RangeError when size or step <= 0
 */
export const cumulating = (time: EpochMs, size: Ms, step: Ms): readonly Window[] => {
  positive('the size of a cumulating window', size);
  positive('the step of a cumulating window', step);
  const start = alignDown(time, size);
  const out: Window[] = [];
  for (let end = alignDown(time, step) + step; end <= start + size; end += step) out.push({ start, end });
  return out;
};

/**
 * How windows of one kind are made of slices: stretches of event time that windows share, `width` ms each. A window ends every
 * `slide` ms and is `size` long, or less when it cumulates: then windows begin every `size` ms only. A hop's slice is
 * gcd(size, slide).
 */
export type Slicing = {
  readonly width: Ms;
  readonly size: Ms;
  readonly slide: Ms;
  readonly cumulates: boolean;
};

const gcd = (a: number, b: number): number => (b === 0 ? a : gcd(b, a % b));

export const slicing = (spec: Exclude<WindowSpec, { kind: 'session' }>): Slicing => {
  const { size } = spec;
  if (spec.kind === 'tumble') return { width: size, size, slide: size, cumulates: false };
  if (spec.kind === 'cumulate') return { width: spec.step, size, slide: spec.step, cumulates: true };
  return { width: gcd(size, spec.slide), size, slide: spec.slide, cumulates: false };
};

/** Start of the slice that holds an instant. */
export const sliceOf = (time: EpochMs, s: Slicing): EpochMs => alignDown(time, s.width);

/** The window that ends at `end`. */
export const windowOf = (end: EpochMs, s: Slicing): Window => ({
  start: s.cumulates ? alignDown(end - 1, s.size) : end - s.size,
  end,
});

/** Ends of the windows that hold a slice, ascending. */
export const endsOf = (slice: EpochMs, s: Slicing): readonly EpochMs[] => {
  const out: EpochMs[] = [];
  if (s.cumulates) {
    const last = alignDown(slice, s.size) + s.size;
    for (let end = slice + s.width; end <= last; end += s.slide) out.push(end);
    return out;
  }
  // The first end is the smallest one above the slice that lies on the grid size + n x slide.
  const first = alignDown(slice + s.width - s.size + s.slide - 1, s.slide) + s.size;
  for (let end = first; end - s.size <= slice; end += s.slide) out.push(end);
  return out;
};

/** A window is due, and a row for it late, when the watermark has reached its last instant (Flink's rule). */
export const isDue = (end: EpochMs, watermark: EpochMs): boolean => end - 1 <= watermark;
