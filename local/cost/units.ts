// What AWS counts, by function. Plain sums: units of a run, of a second or of a month, as the context says.

export type Units = {
  readonly invocations: number;
  /** Events or records that the function worked through. */
  readonly events: number;
  readonly writeUnits: number;
  readonly readUnits: number;
  readonly tableCalls: number;
  /** Bytes of items that were put where none stood: what a table grows by. */
  readonly tableBytes: number;
  readonly putCalls: number;
  readonly putUnits: number;
  /** Bytes of records, each rounded up to 1 KB: what a stream on demand counts as in. */
  readonly streamBytes: number;
  /** Bytes that the mapping handed to the function: what a stream on demand counts as out. */
  readonly readBytes: number;
  readonly objectPuts: number;
  readonly objectGets: number;
  readonly objectBytes: number;
  readonly queueCalls: number;
  /** Processor time of the steps in this run, ports in memory included. */
  readonly cpuMicros: number;
};

export const NO_UNITS: Units = {
  invocations: 0,
  events: 0,
  writeUnits: 0,
  readUnits: 0,
  tableCalls: 0,
  tableBytes: 0,
  putCalls: 0,
  putUnits: 0,
  streamBytes: 0,
  readBytes: 0,
  objectPuts: 0,
  objectGets: 0,
  objectBytes: 0,
  queueCalls: 0,
  cpuMicros: 0,
};
const NAMES = Object.keys(NO_UNITS) as readonly (keyof Units)[];

export const combine = (a: Units, b: Units, how: (x: number, y: number) => number): Units =>
  Object.fromEntries(NAMES.map((n) => [n, how(a[n], b[n])])) as Units;
export const plus = (a: Units, b: Units): Units => combine(a, b, (x, y) => x + y);
export const times = (a: Units, factor: number): Units => combine(a, a, (x) => x * factor);

export type ByFunction = Readonly<Record<string, Units>>;

export const plusAll = (a: ByFunction, b: ByFunction): ByFunction =>
  Object.fromEntries(
    [...new Set([...Object.keys(a), ...Object.keys(b)])].map((fn) => [fn, plus(a[fn] ?? NO_UNITS, b[fn] ?? NO_UNITS)]),
  );
export const timesAll = (a: ByFunction, factor: number): ByFunction =>
  Object.fromEntries(Object.entries(a).map(([fn, units]) => [fn, times(units, factor)]));
/** What came on top between two counts. */
export const since = (before: ByFunction, after: ByFunction): ByFunction => plusAll(after, timesAll(before, -1));
export const atLeastNothing = (a: ByFunction): ByFunction =>
  Object.fromEntries(Object.entries(a).map(([fn, units]) => [fn, combine(units, units, (x) => Math.max(0, x))]));
export const sumOf = (a: ByFunction, of: (fn: string) => boolean = () => true): Units =>
  Object.entries(a)
    .filter(([fn]) => of(fn))
    .reduce((sum, [, units]) => plus(sum, units), NO_UNITS);
