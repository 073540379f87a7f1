// Counts calls and what they would cost, by caller and operation.
import { getOrMake } from '../../shared/get-or-make.ts';
import type { Answer, Call, ServiceName } from './hooks.ts';
import { createTargets, type Target } from './targets.ts';
import { NO_UNITS, type Units, unitsOf } from './units.ts';

export type MeterRow = Units & {
  readonly caller: string;
  readonly service: ServiceName;
  readonly operation: string;
  readonly calls: number;
  /** Calls of these that were answered with an error; failed conditions are among them. */
  readonly failed: number;
};
export type MeterTotals = Units & { readonly calls: number; readonly failed: number };

export type Meter = {
  count(call: Call, answer: Answer): void;
  /** One row for each caller and operation, in that order. */
  rows(): readonly MeterRow[];
  /** The sum of the rows that `of` picks, of all without it. */
  totals(of?: (row: MeterRow) => boolean): MeterTotals;
  /** By the name of stream or table. */
  targets(): ReadonlyMap<string, Target>;
  reset(): void;
};

const UNITS = Object.keys(NO_UNITS) as readonly (keyof Units)[];

type Counting<T extends MeterTotals> = { -readonly [K in keyof T]: T[K] };

/** Counted at every call, so in place. */
const add = <T extends MeterTotals>(sum: Counting<T>, more: MeterTotals): Counting<T> => {
  sum.calls += more.calls;
  sum.failed += more.failed;
  for (const unit of UNITS) sum[unit] += more[unit];
  return sum;
};

export const createMeter = (): Meter => {
  const counted = new Map<string, Counting<MeterRow>>();
  const targets = createTargets();
  const rows = (): readonly MeterRow[] =>
    [...counted.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => ({ ...row }));
  return {
    count(call, answer) {
      const { caller, service, operation } = call;
      const name = `${caller}\n${service}\n${operation}`;
      const sum = getOrMake(counted, name, () => ({ caller, service, operation, calls: 0, failed: 0, ...NO_UNITS }));
      const units = unitsOf(call, answer);
      add(sum, { calls: 1, failed: answer.status < 400 ? 0 : 1, ...units });
      targets.count(call, answer, units);
    },
    rows,
    totals: (of = () => true) =>
      rows()
        .filter(of)
        .reduce<Counting<MeterTotals>>(add, { calls: 0, failed: 0, ...NO_UNITS }),
    targets: targets.all,
    reset: () => {
      counted.clear();
      targets.reset();
    },
  };
};
