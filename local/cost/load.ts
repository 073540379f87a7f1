// The load that is priced, and the sizes that follow from it.

export type Load = {
  readonly eventsPerSecond: number;
  /** Of one event as JSON, at least 300: the CloudEvent around the data takes that much. */
  readonly bytes: number;
  readonly eventsPerRequest: number;
  /** Group keys of each query: at most so many rows a window. */
  readonly keys: number;
  readonly queries: number;
  /** Seconds of event time; each query closes one window in this time. */
  readonly windowSeconds: number;
  /** Of each stream; null: as many as the load needs. */
  readonly shards: number | null;
  readonly onDemand: boolean;
};

export const DEFAULT_LOAD: Load = {
  eventsPerSecond: 100,
  bytes: 525,
  eventsPerRequest: 100,
  keys: 1_000,
  queries: 1,
  windowSeconds: 60,
  shards: null,
  onDemand: false,
};

/** Room for peaks: a shard is planned at this share of what it takes. */
const PLANNED_SHARE = 0.7;
/** What a stream on demand begins with. */
const ON_DEMAND_SHARDS = 4;
const SHARD_BYTES = 1_000_000;
const SHARD_RECORDS = 1_000;
/** The stamp of a position and the frame around an event between functions (protocol, section 14). */
const STAMP_BYTES = 40;
/** The counts that serverless.yml offers (custom.sizes). */
const SIZES = [1, 2, 3, 4, 6, 8, 12, 16, 24, 32];

/** Shards of each stream. Records are those of `raw`: `ingest` puts the events of a request as one for each shard. */
export const shardsFor = (load: Load): number => {
  if (load.shards !== null) return load.shards;
  if (load.onDemand) return Math.max(ON_DEMAND_SHARDS, shardsFor({ ...load, onDemand: false }));
  const { eventsPerSecond: r, bytes } = load;
  const perByte = (r * (bytes + STAMP_BYTES)) / SHARD_BYTES;
  const perRecord = r / load.eventsPerRequest / SHARD_RECORDS;
  const fits = (n: number): boolean => {
    // A request of E events spreads over n shards in at most min(E, n) records.
    const records = perRecord * Math.min(load.eventsPerRequest, n);
    return Math.max(perByte, records) / n <= PLANNED_SHARE;
  };
  const found = SIZES.find(fits);
  if (found !== undefined) return found;
  let n = 64; // beyond them by powers of two
  while (!fits(n) && n < 10_000) n *= 2;
  return n;
};

/** Keys seen in a window when `n` events draw from `keys` evenly. */
export const distinctKeys = (n: number, keys: number): number => keys * (1 - (1 - 1 / keys) ** n);
