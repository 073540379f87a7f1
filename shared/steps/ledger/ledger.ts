// The ledger of one function on one stream (protocol, sections 3 and 5.3): entry n+1 is put only if its number is free. That put
// is the only moment when a batch happens.
import { hash } from 'node:crypto';
import { packJson, unpackJson } from '../../fold/pack.ts';
import type { Lane } from '../../lanes/position.ts';
import type { Clock, Item, Nonce, Objects, Table } from '../../ports.ts';
import { days } from '../../time.ts';
import { understood } from './format.ts';
import { type LaneMark, type PackedLanes, packLanes, unpackLanes } from './lane-marks.ts';
import { corrupt, reading } from './reading.ts';

/** The newest entry of a shard, as far as the next one needs it. `n` 0: no entry yet. */
export type Head = {
  readonly n: number;
  readonly lanes: ReadonlyMap<Lane, LaneMark>;
  /** Last sequence number read, zero-padded; '' before the first. */
  readonly through: string;
  /** Entries of parents that this shard goes on from: only written with entry 1. */
  readonly par?: Readonly<Record<string, number>>;
  /** Name of the list of queries that it fed. */
  readonly fed?: string;
};

/** Doors of one query in one entry: events read, folded, filtered, late, failed. */
export type Counts = readonly [in_: number, folded: number, filtered: number, late: number, failed: number];

export type NewEntry = {
  readonly lanes: ReadonlyMap<Lane, LaneMark>;
  readonly through: string;
  readonly counts: Readonly<Record<string, Counts>>;
  /** Events of raw lanes by the hour of their arrival, for the books. */
  readonly arrived?: Readonly<Record<string, number>>;
  /** What the entry carries beside the marks: any JSON. null when there is nothing. */
  readonly body: unknown;
  /** Ids of the queries that the batch was shown to, whether they took something of it or not. */
  readonly fed?: readonly string[];
};

export type Entry = {
  readonly shard: string;
  readonly n: number;
  readonly lanes: ReadonlyMap<Lane, LaneMark>;
  readonly through: string;
  readonly counts: Readonly<Record<string, Counts>>;
  readonly arrived: Readonly<Record<string, number>>;
  readonly par: Readonly<Record<string, number>> | null;
  /** The queries that it fed: the name of their list, and the ids where the list differs from that of the entry before. */
  readonly fed: { readonly name: string; readonly ids?: readonly string[] } | null;
  /** Packed size of the body in bytes. */
  readonly size: number;
  body(): Promise<unknown>;
};

export type Appended = { readonly ok: true; readonly head: Head } | { readonly ok: false };

/** What reads throws Fault ledger.corrupt, naming the item, when an entry is damaged. */
export type Ledger = {
  /** The newest entry, else the floor, else undefined: the shard never had one. */
  newest(shard: string): Promise<Head | undefined>;
  /**
   * Puts the entry after `head`; false when its number is taken.
   * @throws Fault when the fate of the put is unknown: read `newest` again
   */
  append(shard: string, head: Head, entry: NewEntry): Promise<Appended>;
  /** Entries after n, consecutive ones only, at most `limit`. */
  after(shard: string, n: number, limit?: number): Promise<readonly Entry[]>;
  /** Keeps the newest counted entry's marks when entries expire. */
  putFloor(entry: { shard: string; n: number; lanes: ReadonlyMap<Lane, LaneMark>; through: string }): Promise<void>;
};

/** Attributes of an entry above this go to an object: an item is billed by the KB, an object by the put. */
const INLINE_BYTES = 11 * 1024;
/** Longer than any zombie and any backlog (protocol, section 3). */
const KEEP = days(30);
/** With this much time left, and clocks that differ by less, no newer entry can be gone. */
const FRESH = days(1);

/** Short: it stands in every entry. */
const listName = (ids: readonly string[]): string => hash('sha256', [...ids].sort().join()).slice(0, 8);

const entryKey = (n: number): string => `e#${String(n).padStart(12, '0')}`;
const nameOf = (item: Item): string => `${item.pk} ${item.sk}`;

type EntryHeader = {
  readonly l: PackedLanes;
  readonly q: Readonly<Record<string, Counts>>;
  readonly a?: Readonly<Record<string, number>>;
  readonly f?: string;
  readonly i?: readonly string[];
};
type Header = Pick<Entry, 'lanes' | 'counts' | 'arrived' | 'fed'>;

const headerOf = (item: Item): Header =>
  reading(nameOf(item), () => {
    understood(item.sk === 'floor' ? 'floor of a ledger' : 'entry of a ledger', item);
    if (!(item.h instanceof Uint8Array)) throw new Error('it has no header');
    if (!Number.isSafeInteger(item.n) || (item.sk !== 'floor' && item.sk !== entryKey(item.n as number)))
      throw new Error(`its number is ${item.n}`);
    const { l, q, a = {}, f, i } = unpackJson(item.h) as EntryHeader;
    const fed = f === undefined ? null : { name: f, ...(i !== undefined && { ids: i }) };
    return { lanes: unpackLanes(l), counts: q, arrived: a, fed };
  });

/** Whether events were counted that a body must tell of. */
const tells = (counts: Readonly<Record<string, Counts>>): boolean =>
  Object.values(counts).some(([, folded, , late, failed]) => folded + late + failed > 0);

/** @param fn function + `/` + stream: shard ids repeat in every stream, so each pair has a ledger of its own */
export const ledger = (deps: {
  table: Table;
  objects: Objects;
  clock: Clock;
  nonce: Nonce;
  run: string;
  fn: string;
}): Ledger => {
  const { table, objects, run, fn } = deps;
  const pk = (shard: string) => `led#${run}#${fn}#${shard}`;

  const headOf = (item: Item): Head => {
    const header = headerOf(item);
    const fed = header.fed === null ? {} : { fed: header.fed.name };
    return { n: item.n as number, lanes: header.lanes, through: item.through as string, ...fed };
  };

  const entryOf = (shard: string, item: Item): Entry => {
    const header = headerOf(item);
    const inline = item.p instanceof Uint8Array ? item.p : undefined;
    const name = item.po as string | undefined;
    return {
      shard,
      n: item.n as number,
      lanes: header.lanes,
      through: item.through as string,
      counts: header.counts,
      fed: header.fed,
      arrived: header.arrived,
      par: item.par === undefined ? null : (JSON.parse(item.par as string) as Record<string, number>),
      size: inline?.length ?? (item.size as number | undefined) ?? 0,
      async body() {
        if (inline) return reading(nameOf(item), () => unpackJson(inline));
        if (name === undefined) {
          if (tells(header.counts)) throw corrupt(nameOf(item), 'it counts events and carries none');
          return null;
        }
        const bytes = await objects.get(name);
        if (bytes === undefined)
          throw new Error(`${objects.name} has no object ${name}, named by entry ${item.n} of ${shard}`);
        return reading(`${objects.name}/${name}`, () => unpackJson(bytes));
      },
    };
  };

  return {
    async newest(shard) {
      const [item] = await table.query(pk(shard), { prefix: 'e#', newestFirst: true, limit: 1 });
      // Items whose time is over are deleted in any order: an old one that still stands must not hide the floor.
      if (item !== undefined && (item.x as number) * 1000 > deps.clock.now() + FRESH) return headOf(item);
      const floor = await table.get({ pk: pk(shard), sk: 'floor' });
      const newest =
        floor === undefined || (item !== undefined && (item.n as number) >= (floor.n as number)) ? item : floor;
      return newest && headOf(newest);
    },

    async append(shard, head, entry) {
      const n = head.n + 1;
      const { arrived = {} } = entry;
      const booked = Object.keys(arrived).length > 0 ? { a: arrived } : {};
      const fed = entry.fed === undefined ? {} : { fed: listName(entry.fed) };
      const header: EntryHeader = {
        l: packLanes(entry.lanes),
        q: entry.counts,
        ...booked,
        ...(fed.fed !== undefined && { f: fed.fed }),
        ...(entry.fed !== undefined && fed.fed !== head.fed && { i: entry.fed }),
      };
      const body = entry.body === null ? undefined : packJson(entry.body);
      let stored: Record<string, string | number | Uint8Array> = {};
      if (body !== undefined && body.length <= INLINE_BYTES) stored = { p: body };
      else if (body !== undefined) {
        const name = `${run}/${fn}/p/${shard}/${n}-${deps.nonce()}`;
        await objects.put(name, body);
        stored = { po: name, size: body.length };
      }
      const written = await table.put(
        {
          pk: pk(shard),
          sk: entryKey(n),
          n,
          through: entry.through,
          h: packJson(header),
          ...stored,
          ...(n === 1 && head.par ? { par: JSON.stringify(head.par) } : {}),
          x: Math.ceil((deps.clock.now() + KEEP) / 1000),
        },
        { kind: 'absent' },
      );
      return written.ok ? { ok: true, head: { n, lanes: entry.lanes, through: entry.through, ...fed } } : { ok: false };
    },

    async after(shard, n, limit) {
      const items = await table.query(pk(shard), {
        prefix: 'e#',
        after: entryKey(n),
        ...(limit === undefined ? {} : { limit }),
      });
      const out: Entry[] = [];
      for (const item of items) {
        if (item.n !== n + out.length + 1) break;
        out.push(entryOf(shard, item));
      }
      return out;
    },

    async putFloor({ shard, n, lanes, through }) {
      const header: EntryHeader = { l: packLanes(lanes), q: {} };
      await table.put(
        { pk: pk(shard), sk: 'floor', n, through, h: packJson(header) },
        { kind: 'below', field: 'n', value: n },
      );
    },
  };
};
