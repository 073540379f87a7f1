// Seeded events of an auction site, as Nexmark has them: of 50 events 1 person, 3 auctions, 46 bids; hot auctions and bidders, pauses, ties,
// events out of order by less than the tables' delay, and on wish late ones. The same options give the same rows.
import { type Rng, rngOf } from '../../local/generate/rng.ts';
import type { EpochMs } from '../../shared/time.ts';

export type NexmarkOptions = {
  readonly seed: number;
  readonly events: number;
  /** Of each 1,000 events, how many arrive LATE_BY after the others of their time. */
  readonly late?: number;
};
export const TABLES = ['person', 'auction', 'bid'] as const;
export type TableName = (typeof TABLES)[number];
/** Lines of NDJSON of each table, in order of arrival. */
export type Nexmark = Readonly<Record<TableName, readonly string[]>>;

/** A minute before a year ends. */
const START: EpochMs = Date.UTC(2025, 11, 31, 23, 59);
const STEP = 5;
/** Below the delay of the tables' watermarks, 4 s. */
const DISORDER = 3_500;
const LATE_BY = 15_000;
/** After each minute of events nothing happens for a while: sessions end, windows are empty. */
const [BUSY, PAUSE] = [60_000, 25_000];
export const SHARDS = 4;

const FIRST = ['Ana', 'Björn', 'Chidi', 'Dana', 'Emil', 'Fatou', 'Goran', 'Hana', 'Ivo', 'Jürgen', 'Keiko', 'Li'];
const LAST = ['Abe', 'Brown', 'Castro', 'Dahl', 'Eze', 'Fox', 'O’Neil', 'Gupta', 'Hall', 'Ito', 'Jones', '"Quote"'];
const CITIES = { OR: 'Portland', ID: 'Boise', CA: 'San Jose', WA: 'Seattle', AZ: 'Phoenix', WY: 'Cheyenne' } as const;
const CHANNELS = ['apple', 'Google', 'facebook', 'BAIDU', 'channel-17', 'channel-42', 'channel-9000'];
const LETTERS = 'abcdefghijklmno';

const stamp = (time: EpochMs): string => new Date(time).toISOString().replace('T', ' ').slice(0, -1);
const words = (r: Rng): string =>
  Array.from({ length: 8 + r.below(24) }, () => LETTERS[r.below(LETTERS.length)]).join('');

/** Cheap and dear bids, and prices that many share. */
const priceOf = (r: Rng): number => {
  const kinds = [
    () => 100 + 25 * r.below(60),
    () => 5_000 + r.below(20_000),
    () => 10_000,
    () => 500_000 + 500 * r.below(2_000),
    () => 1_000_000,
    () => 1_000_000 + r.below(50_000_000),
  ];
  return r.pick(kinds)();
};

const urlOf = (r: Rng): string => {
  const path = `https://shop.example.com/${r.pick(['a', 'bb', 'ccc'])}/${r.pick(['x', 'yy'])}/item.htm?query=${r.below(9)}`;
  return r.chance(2 / 3) ? `${path}&channel_id=${r.below(100)}` : path;
};

type Row = Record<string, string | number | null>;
type Site = { readonly r: Rng; people: number; auctions: number };

const FIRST_ID = 1_000;
/** One of the newest, or any. */
const seller = ({ r, people }: Site): number =>
  FIRST_ID + (r.chance(0.8) ? Math.max(0, people - 1 - r.below(10)) : r.below(Math.max(1, people)));

const person = (site: Site): Row => {
  const { r } = site;
  const id = FIRST_ID + site.people++;
  const state = r.pick(Object.keys(CITIES) as (keyof typeof CITIES)[]);
  const card = () => String(r.below(10_000)).padStart(4, '0');
  return {
    id,
    name: `${r.pick(FIRST)} ${r.pick(LAST)}`,
    emailAddress: `p${id}@example.com`,
    creditCard: `${card()} ${card()}`,
    city: CITIES[state],
    state,
  };
};

const auction = (site: Site, time: EpochMs): Row => {
  const { r } = site;
  const initialBid = 100 + r.below(900);
  return {
    id: FIRST_ID + site.auctions++,
    itemName: `item ${r.below(5_000)}`,
    description: `lot ✓ ${r.below(1_000)}`,
    initialBid,
    reserve: initialBid + r.below(1_000),
    expires: stamp(time + 5_000 + r.below(60_000)),
    seller: seller(site),
    category: 10 + r.below(5),
  };
};

const bid = ({ r, people, auctions }: Site): Row => {
  const newest = Math.max(0, auctions - 1);
  return {
    auction: FIRST_ID + (r.chance(0.5) ? newest - (newest % 100) : Math.max(0, newest - r.below(100))),
    bidder: FIRST_ID + (r.chance(0.25) ? people - (people % 20) : r.below(Math.max(1, people))),
    price: r.chance(0.02) ? null : priceOf(r),
    channel: r.chance(0.02) ? null : r.pick(CHANNELS),
    url: urlOf(r),
  };
};

export const generate = ({ seed, events, late = 0 }: NexmarkOptions): Nexmark => {
  const r = rngOf(seed);
  const site: Site = { r, people: 0, auctions: 0 };
  const all: { readonly arrival: EpochMs; readonly table: TableName; readonly row: Row }[] = [];
  for (let n = 0; n < events; n++) {
    const busy = n * STEP;
    let time = START + busy + Math.floor(busy / BUSY) * PAUSE;
    // Some stand exactly where a window ends, or just before it.
    if (r.below(200) === 0) time = Math.floor(time / 10_000) * 10_000 - r.below(2);
    const kind = n % 50;
    const table: TableName = kind === 0 ? 'person' : kind < 4 ? 'auction' : 'bid';
    const row = table === 'person' ? person(site) : table === 'auction' ? auction(site, time) : bid(site);
    row.dateTime = stamp(time);
    row.extra = r.chance(0.02) ? null : words(r);
    const key = Number(row.id ?? row.auction);
    row.shard = (key * 7 + (key >> 3)) % SHARDS;
    all.push({ arrival: time + r.below(DISORDER + 1) + (r.below(1_000) < late ? LATE_BY : 0), table, row });
  }
  all.sort((a, b) => a.arrival - b.arrival);
  const out: Record<TableName, string[]> = { person: [], auction: [], bid: [] };
  all.forEach(({ table, row }, seq) => void out[table].push(JSON.stringify({ ...row, seq })));
  return out;
};
