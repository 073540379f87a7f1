import type { JsonObject } from '../../shared/event/cloud-event.ts';
import type { EpochMs, Ms } from '../../shared/time.ts';
import type { Rng } from './rng.ts';

/** Something that happens in a generated world; it becomes an event. `id` is unique within one seed. */
export type Happening = {
  readonly time: EpochMs;
  readonly type: string;
  readonly source: string;
  readonly id: string;
  readonly subject: string;
  readonly data: JsonObject;
};

/** A story: happenings that belong together, from its start on, in any order. */
export type Story = (start: EpochMs, rng: Rng) => readonly Happening[];

export type World = {
  readonly story: Story;
  /** How many happenings a story has on average; with the rate it gives the pace of stories. */
  readonly mean: number;
};

export type WorldOptions = { readonly seed: number; readonly skew: number };

const two = (n: number): string => (n < 10 ? `0${n}` : `${n}`);
const three = (n: number): string => (n < 100 ? `0${two(n)}` : `${n}`);

let lastDay = Number.NaN;
let lastDayText = '';

/** RFC 3339 in UTC with milliseconds, as Date's toISOString gives it, at a fraction of its cost. */
export const isoTime = (time: EpochMs): string => {
  const day = Math.floor(time / 86_400_000);
  if (day !== lastDay) {
    lastDayText = new Date(day * 86_400_000).toISOString().slice(0, 11);
    lastDay = day;
  }
  const ms: Ms = time - day * 86_400_000;
  const s = Math.floor(ms / 1000);
  return `${lastDayText}${two(Math.floor(s / 3600))}:${two(Math.floor(s / 60) % 60)}:${two(s % 60)}.${three(ms % 1000)}Z`;
};
