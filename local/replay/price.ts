// What a replay on a deployed stage costs: so much an hour for what stands there, so much once for what is read and run.
import type { Objects } from '../../shared/ports.ts';
import { readArchive } from '../../shared/steps/archive/container.ts';
import { lineMaker } from '../cost/bill.ts';
import { type EstimateOptions, estimate, perMillion } from '../cost/estimate.ts';
import { DEFAULT_LOAD } from '../cost/load.ts';
import type { PriceId, Prices } from '../cost/prices.ts';

export type ArchiveFacts = {
  readonly objects: number;
  /** As they lie there, compressed. */
  readonly bytes: number;
  /** Reckoned from objects that were read: `sampled` of them. */
  readonly records: number;
  readonly recordBytes: number;
  readonly sampled: number;
};

const SAMPLES = 8;

/** @param run that archived; all of the archive, whatever `--from` says: it is what a replay may cost at most */
export const archiveFacts = async (objects: Objects, run: string): Promise<ArchiveFacts> => {
  const all = await objects.list(`archive/${run}/dt=`);
  const bytes = all.reduce((sum, o) => sum + o.size, 0);
  const chosen = all.filter((_, i) => i % Math.max(1, Math.ceil(all.length / SAMPLES)) === 0);
  let [read, records, plain] = [0, 0, 0];
  for (const { key, size } of chosen) {
    const batch = readArchive((await objects.get(key)) ?? new Uint8Array());
    read += size;
    records += batch.records.length;
    plain += batch.records.reduce((sum, r) => sum + r.data.length, 0);
  }
  return {
    objects: all.length,
    bytes,
    records: read === 0 ? 0 : Math.round((records * bytes) / read),
    recordBytes: records === 0 ? 0 : Math.round(plain / records),
    sampled: chosen.length,
  };
};

export type PriceLine = { readonly what: string; readonly usd: number; readonly sure: string };
export type ReplayPrice = { readonly hour: readonly PriceLine[]; readonly once: readonly PriceLine[] };

/** Lines of a bill that grow with the events. */
const FLOWS: ReadonlySet<PriceId> = new Set<PriceId>([
  'putUnits',
  'onDemandInGb',
  'onDemandOutGb',
  'lambdaRequests',
  'lambdaGbSeconds',
  'tableWriteUnits',
  'tableReadUnits',
  'objectPuts',
  'objectGets',
]);
const LEAST_BYTES = 300;
const HOURS_OF_MONTH = 730;
/** The feeder runs the whole minute but for its reserve, at most. */
const FEEDER_SECONDS = 3_600;
const STREAMS = 3;

export type PriceOptions = Omit<EstimateOptions, 'prices'> & {
  readonly prices: Prices;
  readonly facts: ArchiveFacts;
  readonly shards: number;
  readonly onDemand: boolean;
  readonly ownKey: boolean;
  readonly memoryMb: number;
};

/** @param options `template` with `validate`, without doors for what a replay has not: its functions are counted in a run */
export const replayPrice = async (options: PriceOptions): Promise<ReplayPrice> => {
  const { prices, facts, shards, onDemand, ownKey, memoryMb } = options;
  const made = lineMaker(prices);
  const priced = (what: string, price: PriceId, units: number): PriceLine => ({
    what,
    usd: made('streams', what, price, units, 'modelled').usd,
    sure: prices.prices[price].sure,
  });
  const load = {
    ...DEFAULT_LOAD,
    bytes: Math.max(LEAST_BYTES, facts.recordBytes),
    eventsPerRequest: 1,
    onDemand,
  };
  const { bills } = await estimate(options, load, 6_000);
  const [mine] = bills;
  const million =
    mine === undefined
      ? 0
      : (perMillion(mine, load, (l) => l.part !== 'endpoint' && l.part !== 'watch' && FLOWS.has(l.price)) ?? 0);
  return {
    hour: [
      onDemand
        ? priced(`${STREAMS} streams on demand`, 'onDemandStreamHours', STREAMS)
        : priced(`${STREAMS} streams of ${shards} shard${shards === 1 ? '' : 's'}`, 'shardHours', STREAMS * shards),
      priced('feed-replay, at most', 'lambdaGbSeconds', (FEEDER_SECONDS * memoryMb) / 1024),
      ...(ownKey ? [priced('a KMS key', 'kmsKeys', 1 / HOURS_OF_MONTH)] : []),
    ],
    once: [
      priced(`${facts.objects} objects of the archive read`, 'objectGets', facts.objects),
      {
        what: `${facts.records} records through the functions, ${million.toFixed(2)} USD a million`,
        usd: (million * facts.records) / 1e6,
        sure: 'units counted in a run of these functions with sample events; yours may take more',
      },
    ],
  };
};

const usd = (n: number): string => (n < 0.01 ? n.toFixed(4) : n.toFixed(2));
const sum = (lines: readonly PriceLine[]): number => lines.reduce((s, l) => s + l.usd, 0);

/** Lines for the one who is asked. */
export const showPrice = ({ hour, once }: ReplayPrice, { date, region }: Prices): readonly string[] => {
  const list = (lines: readonly PriceLine[]) => lines.map((l) => `  ${l.what}: ${usd(l.usd)} USD (${l.sure})`);
  return [
    `an hour, until it is cancelled: ${usd(sum(hour))} USD`,
    ...list(hour),
    `once: about ${usd(sum(once))} USD`,
    ...list(once),
    `list prices of ${region}, ${date}, without free tiers; live traffic after it has caught up costs as the live stage's does`,
  ];
};
