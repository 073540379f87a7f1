// Prices as text: tables of months and of a million events, the parts of one load, crossings, and the goal of the project.
import { type Bill, PARTS, type Part, total } from './bill.ts';
import { type Crossing, type Estimate, perMillion } from './estimate.ts';
import { STATE } from './ours.ts';
import type { Prices, Times } from './prices.ts';

export const usd = (n: number | undefined): string => {
  if (n === undefined) return '-';
  if (n === 0) return '0';
  if (n >= 100) return Math.round(n).toLocaleString('en-US');
  if (n >= 1) return n.toFixed(2);
  return n >= 0.01 ? n.toFixed(3) : n.toPrecision(2);
};
export const rate = (n: number): string =>
  n === 0 ? 'idle' : `${n >= 100 ? Math.round(n).toLocaleString('en-US') : Number(n.toPrecision(2))}/s`;

/** First column to the left, the others to the right. */
const table = (rows: readonly (readonly string[])[]): string => {
  const widths = rows.reduce<number[]>((w, row) => row.map((cell, i) => Math.max(w[i] ?? 0, cell.length)), []);
  return rows
    .map((row) =>
      `  ${row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0))).join('  ')}`.trimEnd(),
    )
    .join('\n');
};

const names = (estimates: readonly Estimate[]): readonly string[] => estimates[0]?.bills.map((b) => b.name) ?? [];

/** One column for each load, one row for what is compared. */
export const compared = (estimates: readonly Estimate[], cell: (bill: Bill, e: Estimate) => string): string =>
  table([
    ['', ...estimates.map((e) => rate(e.load.eventsPerSecond))],
    ['shards of each stream', ...estimates.map((e) => String(e.counted.shards))],
    ...names(estimates).map((name, i) => [name, ...estimates.map((e) => cell(e.bills[i] as Bill, e))]),
  ]);

const PART_NAMES: Readonly<Record<Part, string>> = {
  endpoint: 'endpoint: API, ingest, raw stream',
  streams: 'further streams',
  functions: 'functions, archive',
  state: 'state',
  results: 'rows written',
  watch: 'logs, metrics, alarms, keys',
};

export const parts = ({ bills }: Estimate): string =>
  table([
    ['', ...bills.map((b) => b.name)],
    ...PARTS.map((part) => [PART_NAMES[part], ...bills.map((b) => usd(total(b, (l) => l.part === part)))]),
    ['a month', ...bills.map((b) => usd(total(b)))],
  ]);

export const lines = (bill: Bill, prices: Prices): string =>
  table([
    ['', 'units', 'USD', 'from'],
    ...bill.lines
      .filter((l) => l.units > 0)
      .map((l) => {
        const { per } = prices.prices[l.price];
        const units = l.units >= 1e6 ? `${(l.units / 1e6).toFixed(2)} M` : String(Number(l.units.toPrecision(4)));
        return [`${l.part}: ${l.what}`, per === 1 ? units : `${units}`, usd(l.usd), l.origin];
      }),
  ]);

export type StatePrice = { readonly name: string; readonly perMillion: number };

/**
 * Money for keeping state alone, for a million events: table, objects and queues of the functions that fold, against the writes of
 * the naive consumers. Time of Lambda, streams and rows are left out on both sides.
 */
export const statePrices = ({ bills, load }: Estimate): readonly StatePrice[] =>
  bills.slice(0, 3).map((bill) => ({
    name: bill.name,
    perMillion: perMillion(bill, load, (l) => l.part === 'state' && !l.price.startsWith('lambda')) ?? 0,
  }));

/** Goal of the project: at most a 50th of the naive consumer and a 200th of the exact one. */
export const GOALS = [50, 200];

const ratio = (n: number): string => (n >= 10 ? String(Math.round(n)) : n.toPrecision(2));
const ratios = (e: Estimate): readonly number[] => {
  const [mine, ...others] = statePrices(e).map((s) => s.perMillion);
  return others.map((o) => o / (mine ?? 1));
};
const meets = (e: Estimate): boolean => ratios(e).every((r, i) => r >= (GOALS[i] ?? 0));

/** From which rate on the goal holds, of the rates that make the curves. */
export const goalLine = (curved: readonly Estimate[]): string => {
  const failed = curved.findLastIndex((e) => !meets(e));
  const from = curved[failed + 1];
  return from === undefined
    ? '  state costs more than a 50th of the naive, or a 200th of the exact consumer, at every rate up to 10,000 events/s'
    : `  state costs at most a 50th of the naive and a 200th of the exact consumer from ${rate(from.load.eventsPerSecond)} on`;
};

export const state = (estimates: readonly Estimate[]): string =>
  table([
    ['', ...['USD for a million events', 'naive', 'times', 'naive, exact', 'times', 'goal 50 / 200']],
    ...estimates
      .filter((e) => e.load.eventsPerSecond > 0)
      .map((e) => {
        const [mine, ...others] = statePrices(e).map((s) => s.perMillion);
        const times = ratios(e);
        return [
          rate(e.load.eventsPerSecond),
          usd(mine),
          ...others.flatMap((o, i) => [usd(o), ratio(times[i] ?? 0)]),
          meets(e) ? 'met' : 'not met',
        ];
      }),
  ]);

export const crossed = (found: readonly Crossing[], others: readonly string[], first: string): string =>
  others
    .map((other) => {
      const mine = found.filter((c) => c.other === other);
      if (mine.length === 0) return `  ${first} and ${other} do not cross between 0.1 and 10,000 events/s`;
      return mine
        .map(
          (c) =>
            `  ${first} and ${other} cross at ${rate(c.rate)}, ${usd(c.usd)} USD a month: above it ${c.cheaperAbove} costs less`,
        )
        .join('\n');
    })
    .join('\n');

export const footnote = (prices: Prices, times: Times): string =>
  [
    `Prices: ${prices.region}, list prices as of ${prices.date}, without free tiers; check them, --prices FILE takes yours.`,
    `Counted in a run of these functions: invocations of streams, PUT units, write and read units, S3 and queue calls.`,
    `Modelled: API requests, shards (70 % full at most), Lambda's time (times.json of ${times.date}), logs, idle polls, key requests,`,
    `storage, and the whole of what this pipeline is compared with. State means ${STATE.join(', ')} and their table and objects.`,
  ].join('\n');
