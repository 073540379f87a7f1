import type { Measures, OurMetric } from './list.ts';

/** What a step tells of one invocation, beside its result. */
export type Told = {
  readonly measures: Measures;
  /** Fields of the log line that are no metrics: query, window and the like. Never a payload. */
  readonly fields?: Readonly<Record<string, unknown>>;
};

/** What a step returns that tells nothing. */
// biome-ignore lint/suspicious/noConfusingVoidType: a function without a return statement returns just that
export type Untold = void;

type Counted = { -readonly [M in OurMetric]?: number };

/** Adds up what several parts of a step counted. */
export const sumMeasures = (all: readonly Measures[]): Measures => {
  const sum: Counted = {};
  for (const measures of all)
    for (const [name, value] of Object.entries(measures) as [OurMetric, number][]) sum[name] = (sum[name] ?? 0) + value;
  return sum;
};
