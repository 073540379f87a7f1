// Bills of several loads, and where their curves cross.
import type { ServiceOptions } from '../template/resolve.ts';
import type { Template } from '../template/template.ts';
import { type Bill, lineMaker, monthly, total } from './bill.ts';
import { type Counted, countLoad } from './count.ts';
import { deployedOf } from './deployed.ts';
import type { Load } from './load.ts';
import { ours } from './ours.ts';
import { managedFlink, naive } from './peers.ts';
import type { Prices, Times } from './prices.ts';
import type { World } from './shared-parts.ts';

export type Estimate = { readonly load: Load; readonly counted: Counted; readonly bills: readonly Bill[] };

export type EstimateOptions = {
  readonly template: Template;
  readonly service: ServiceOptions;
  readonly prices: Prices;
  readonly times: Times;
  readonly tell: (text: string) => void;
};

export const worldOf = ({ template, service, prices, times }: Omit<EstimateOptions, 'tell'>): World => ({
  deployed: deployedOf(template, service),
  times,
  line: lineMaker(prices),
});

/** This pipeline first, then what it stands against. */
export const billsOf = (world: World, counted: Counted): readonly Bill[] => [
  ours(world, counted),
  naive(world, counted, false),
  naive(world, counted, true),
  managedFlink(world, counted),
];

export const estimate = async (options: EstimateOptions, load: Load, mostEvents?: number): Promise<Estimate> => {
  const { template, tell } = options;
  const name = `${load.eventsPerSecond} events/s, ${load.eventsPerRequest} a request`;
  const counted = await countLoad({
    template,
    load,
    ...(mostEvents !== undefined && { mostEvents }),
    tell: (share) => tell(`counting ${name}: ${Math.round(share * 100)} %`),
  });
  return { load, counted, bills: billsOf(worldOf(options), counted) };
};

/** USD for a million events; undefined without events. */
export const perMillion = (bill: Bill, load: Load, of?: Parameters<typeof total>[1]): number | undefined =>
  load.eventsPerSecond === 0 ? undefined : (total(bill, of) / monthly(load.eventsPerSecond)) * 1e6;

/** Rates whose prices make the curves, and the events that are played for each at most. */
export const CURVE_EVENTS = 6_000;
export const CURVE_RATES = [0.1, 1, 3, 10, 30, 100, 300, 1_000, 3_000, 10_000];

export type Curve = { readonly name: string; readonly points: readonly (readonly [rate: number, usd: number])[] };

export const curvesOf = (estimates: readonly Estimate[]): readonly Curve[] => {
  const rising = estimates
    .filter((e) => e.load.eventsPerSecond > 0)
    .toSorted((a, b) => a.load.eventsPerSecond - b.load.eventsPerSecond);
  const names = rising[0]?.bills.map((b) => b.name) ?? [];
  return names.map((name, i) => ({
    name,
    points: rising.map((e) => [e.load.eventsPerSecond, total(e.bills[i] as Bill)] as const),
  }));
};

export type Crossing = {
  readonly other: string;
  readonly rate: number;
  readonly usd: number;
  readonly cheaperAbove: string;
};

/** Where a curve meets another, between neighbouring points on logarithmic scales. */
const crossingsOf = (a: Curve, b: Curve): readonly Crossing[] =>
  a.points.flatMap(([rate, usd], i): readonly Crossing[] => {
    const [next, other, otherNext] = [a.points[i + 1], b.points[i], b.points[i + 1]];
    if (next === undefined || other === undefined || otherNext === undefined) return [];
    const before = Math.log(usd / other[1]);
    const after = Math.log(next[1] / otherNext[1]);
    if (before === 0 || before * after > 0) return [];
    const at = before / (before - after);
    const between = (x: number, y: number): number => Math.exp(Math.log(x) + at * (Math.log(y) - Math.log(x)));
    return [
      {
        other: b.name,
        rate: between(rate, next[0]),
        usd: between(usd, next[1]),
        cheaperAbove: after < 0 ? a.name : b.name,
      },
    ];
  });

/** Of the first curve with each of the others. */
export const crossings = ([first, ...others]: readonly Curve[]): readonly Crossing[] =>
  first === undefined ? [] : others.flatMap((other) => crossingsOf(first, other));
