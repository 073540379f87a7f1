// What was counted -> units of a month.
import { MINUTES, SECONDS } from './bill.ts';
import type { Counted } from './count.ts';
import { distinctKeys } from './load.ts';
import { type ByFunction, combine, plusAll, timesAll } from './units.ts';

/** Rows that all queries write in one window at the load's rate. */
export const rowsPerWindow = ({ eventsPerSecond, windowSeconds, keys, queries }: Counted['load']): number =>
  queries * distinctKeys(eventsPerSecond * windowSeconds, keys);

export const rowsPerMonth = (load: Counted['load']): number => (rowsPerWindow(load) * SECONDS) / load.windowSeconds;

/** A window has its calls once, and the units of as many rows as the load brings. */
const windows = ({ window, rows, load }: Counted): ByFunction => {
  if (rows === 0) return {};
  const ratio = rowsPerWindow(load) / rows;
  const count = SECONDS / load.windowSeconds;
  return Object.fromEntries(
    Object.entries(window).map(([fn, units]) => {
      const scaled = combine(units, units, (x) => x * ratio * count);
      return [fn, { ...scaled, invocations: units.invocations * count }];
    }),
  );
};

export const unitsOfMonth = (counted: Counted): ByFunction => {
  const flow = counted.seconds === 0 ? {} : timesAll(counted.flow, SECONDS / counted.seconds);
  return plusAll(plusAll(flow, timesAll(counted.minute, MINUTES)), windows(counted));
};
