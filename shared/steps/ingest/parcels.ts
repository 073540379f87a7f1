// Events of one shard -> the records that carry them.
import { AggregateBuilder } from '../../event/kpl.ts';
import { sealAll } from '../../event/kpl-sum.ts';
import { MAX_EVENT_BYTES } from '../../event/limits.ts';
import { MAX_INDEX } from '../../lanes/position.ts';
import type { OutRecord } from '../../ports.ts';
import { MAX_PARTITION_KEY, MAX_RECORD_BYTES, recordBytes } from '../../put-limits.ts';

/** An event on its way to `raw`, with its partition key. */
export type Outgoing = { readonly key: string; readonly bytes: Uint8Array };
/** A record and the events in it, by their number in the request, in the order of their index in the record. */
export type Parcel = { readonly record: OutRecord; readonly members: readonly number[] };

/** The key of a record that names its shard by a hash key; nobody reads it. */
const OUTER_KEY = 'a';
const LARGEST = MAX_RECORD_BYTES - OUTER_KEY.length;

/** @param open where its bytes go when they are an aggregate, which lacks its MD5 */
const parcelOf = (
  events: readonly Outgoing[],
  members: readonly number[],
  startHash: string,
  open: Uint8Array[],
): Parcel => {
  const first = events[members[0] as number] as Outgoing;
  // One alone goes without the frame, as the KPL sends it: its own key leads it to the same shard.
  if (members.length === 1 && first.key.length <= MAX_PARTITION_KEY) {
    const record = { partitionKey: first.key, data: first.bytes };
    if (recordBytes(record) <= MAX_RECORD_BYTES) return { record, members };
  }
  const builder = new AggregateBuilder();
  for (const i of members) builder.add(userRecord(events[i] as Outgoing));
  const data = builder.layOut();
  open.push(data);
  return { record: { partitionKey: OUTER_KEY, hashKey: startHash, data }, members };
};

const userRecord = (e: Outgoing) => ({ partitionKey: e.key, data: e.bytes });

/** Events of one shard: their numbers, not none, and the first hash key of the shard, which leads an aggregate there. */
type OfShard = { readonly members: readonly number[]; readonly startHash: string };

const cut = (events: readonly Outgoing[], { members, startHash }: OfShard, open: Uint8Array[]): readonly Parcel[] => {
  const parcels: Parcel[] = [];
  let sizes = new AggregateBuilder();
  let from = 0;
  members.forEach((member, at) => {
    const record = userRecord(events[member] as Outgoing);
    if (sizes.count > 0 && (sizes.count === MAX_INDEX || sizes.sizeWith(record) > LARGEST)) {
      parcels.push(parcelOf(events, members.slice(from, at), startHash, open));
      sizes = new AggregateBuilder();
      from = at;
    }
    sizes.add(record);
  });
  parcels.push(parcelOf(events, members.slice(from), startHash, open));
  return parcels;
};

/** Cuts the events of each shard into aggregates of at most 1 MiB and 20,000 events, in their order. */
export const parcelsOfAll = (
  events: readonly Outgoing[],
  shards: readonly OfShard[],
): readonly (readonly Parcel[])[] => {
  const open: Uint8Array[] = [];
  const parcels = shards.map((of) => cut(events, of, open));
  sealAll(open);
  return parcels;
};

/**
 * `parcelsOfAll` for one shard.
 * @param members   their numbers in `events`; not empty
 * @param startHash the first hash key of the shard
 */
export const parcelsOf = (
  events: readonly Outgoing[],
  members: readonly number[],
  startHash: string,
): readonly Parcel[] => parcelsOfAll(events, [{ members, startHash }])[0] as readonly Parcel[];

/** Whether one event, with its key, can be put on this stream and on the next ones. */
export const fits = ({ key, bytes }: Outgoing): boolean =>
  // Frame, tags and lengths are below 64 bytes, and a character of the key has at most three.
  bytes.length <= MAX_EVENT_BYTES && bytes.length + 3 * key.length + 64 <= LARGEST;
