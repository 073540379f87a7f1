// A bill: lines of units and money for a month.
import type { PriceId, Prices } from './prices.ts';

/**
 * `endpoint`: what takes events in, the same for all that are compared: API, ingest, the raw stream. `results`: writing the rows, also
 * the same. `streams`, `functions`, `state`: what differs. `watch`: logs, metrics, alarms, keys.
 */
export const PARTS = ['endpoint', 'streams', 'functions', 'state', 'results', 'watch'] as const;
export type Part = (typeof PARTS)[number];

/** `counted` in the run of the load; `template`: read from serverless.yml; `modelled`: from an assumption that docs/cost.md names. */
export type Origin = 'counted' | 'template' | 'modelled';

export type Line = {
  readonly part: Part;
  readonly what: string;
  readonly price: PriceId;
  readonly units: number;
  readonly usd: number;
  readonly origin: Origin;
};
export type Bill = { readonly name: string; readonly lines: readonly Line[] };

export const HOURS = 730;
export const SECONDS = HOURS * 3_600;
export const MINUTES = HOURS * 60;
export const GB = 1e9;

export type LineMaker = (part: Part, what: string, price: PriceId, units: number, origin: Origin) => Line;

export const lineMaker =
  ({ prices }: Prices): LineMaker =>
  (part, what, price, units, origin) => ({
    part,
    what,
    price,
    units,
    usd: (units / prices[price].per) * prices[price].usd,
    origin,
  });

export const total = (bill: Bill, of: (line: Line) => boolean = () => true): number =>
  bill.lines.filter(of).reduce((sum, l) => sum + l.usd, 0);

/** Events of a month at a rate. */
export const monthly = (perSecond: number): number => perSecond * SECONDS;
