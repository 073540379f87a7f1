// Prices and times, each in one dated file; a user's file replaces single prices.
import { readFileSync } from 'node:fs';
import { nearest } from '../../shared/did-you-mean.ts';
import pricesFile from './prices.json' with { type: 'json' };
import timesFile from './times.json' with { type: 'json' };

export type PriceId = keyof typeof pricesFile.prices;
export type Price = {
  readonly usd: number;
  readonly per: number;
  readonly unit: string;
  readonly source: string;
  readonly sure: string;
};
export type Prices = {
  readonly date: string;
  readonly region: string;
  readonly prices: Readonly<Record<PriceId, Price>>;
};
export const LIST_PRICES: Prices = pricesFile;

export type Carrier = 'signed' | 'sdk';
export type CallTimes = {
  /** Of each call that is none of S3. */
  readonly msPerCall: number;
  /** Of a call of S3. */
  readonly msPerObjectCall: number;
  /** Of 10^6 bytes of records put, beside the call. */
  readonly msPerPutMb: number;
};

/** What Lambda's billed time is made of, and what a Flink KPU takes. */
export type Times = {
  readonly date: string;
  readonly msPerInvocation: number;
  /** CPU of what carries the calls of functions to AWS, as `--param client` names it; it is not overlapped. */
  readonly client: Readonly<Record<Carrier, CallTimes>>;
  readonly waitMs: { readonly put: number; readonly table: number; readonly object: number; readonly queue: number };
  readonly callsInFlight: Readonly<Record<string, number>>;
  readonly cpuMicrosPerEvent: Readonly<Record<string, number>>;
  readonly cpuMicrosPerRow: Readonly<Record<string, number>>;
  readonly cpuMillisPerRequest: Readonly<Record<string, number>>;
  readonly naiveCpuMicrosPerEvent: number;
  readonly flinkEventsPerSecondPerKpu: number;
};
export const TIMES: Times = timesFile;

const IDS = Object.keys(pricesFile.prices) as readonly PriceId[];
const isId = (name: string): name is PriceId => (IDS as readonly string[]).includes(name);

/** A file of prices that cannot be used; says which field, what stands there and what would work. */
export class PriceError extends Error {}

/**
 * The list prices with those of a file in their place: `{ "date": …, "prices": { "shardHours": 0.012 } }`; a price is a number for
 * the same unit, or the whole entry.
 * @throws PriceError
 */
export const readPrices = (file: string): Prices => {
  let found: unknown;
  try {
    found = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new PriceError(`${file}: ${(error as Error).message}`);
  }
  const { date, region, prices } = (found ?? {}) as Record<string, unknown>;
  if (typeof prices !== 'object' || prices === null)
    throw new PriceError(`${file}: no field "prices" with the prices by name; local/cost/prices.json has the form`);
  const merged: Record<PriceId, Price> = { ...LIST_PRICES.prices };
  for (const [name, value] of Object.entries(prices)) {
    if (!isId(name)) {
      const near = nearest(name, IDS);
      throw new PriceError(`${file}: unknown price "${name}"${near ? `; did you mean "${near}"?` : ''}`);
    }
    const usd = typeof value === 'number' ? value : (value as Partial<Price> | null)?.usd;
    const per =
      typeof value === 'number' ? merged[name].per : ((value as Partial<Price> | null)?.per ?? merged[name].per);
    if (typeof usd !== 'number' || !(usd >= 0) || !(per > 0))
      throw new PriceError(
        `${file}: price "${name}" is ${JSON.stringify(value)}; write USD for ${merged[name].per} ${merged[name].unit}`,
      );
    merged[name] = { ...merged[name], usd, per, source: file, sure: 'given' };
  }
  return {
    date: typeof date === 'string' ? date : LIST_PRICES.date,
    region: typeof region === 'string' ? region : LIST_PRICES.region,
    prices: merged,
  };
};
