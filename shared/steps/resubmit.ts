// Events that come again because an operator put them right. The repaired bytes go to `raw` as a record of their own:
//   {"millrace":"again","of":"<key>"}\n<the event's bytes>
// Who may say so is kept by the ledger table, which no producer can write: `validate` believes the line only when an item there names
// the key and the bytes' hash, and takes where the event stood the first time from that item alone. Whichever copy passes first
// claims the key for good, so a second one is a duplicate, whoever sent it and whenever.
import { createHash } from 'node:crypto';
import type { RejectedEvent } from '../event/cloud-event.ts';
import type { UserRecord } from '../event/unpack.ts';
import type { Again } from '../lanes/inner.ts';
import { position } from '../lanes/position.ts';
import type { Table } from '../ports.ts';
import type { EpochMs } from '../time.ts';
import { understood } from './ledger/format.ts';

/** What an operator let through: bytes for one rejected or late event. */
export type Resubmission = {
  /** Of the rejected or late event: `againKey`. */
  readonly key: string;
  readonly payload: Uint8Array;
  /** Where the event stood the first time, and the one query that is to take it, if not all. */
  readonly again: Again;
};

/** One side door of one event: `<stage>|<query or nothing>|<shard>|<position>`. */
export const againKey = (stage: string, query: string | undefined, shard: string, at: string): string =>
  `${stage}|${query ?? ''}|${shard}|${at}`;

const BEGIN = Buffer.from('{"millrace":"again","of":');
const MAX_KEY = 1_024;

export const hashOf = (payload: Uint8Array): string => createHash('sha256').update(payload).digest('base64url');

/** The bytes of the record on `raw`. */
export const envelope = (key: string, payload: Uint8Array): Uint8Array =>
  Buffer.concat([BEGIN, Buffer.from(`${JSON.stringify(key)}}\n`), payload]);

/** A record's only user record, when it says that it comes again; whether that is true is asked of the table. Never throws. */
export const readEnvelope = (
  records: readonly UserRecord[],
): { readonly key: string; readonly payload: Uint8Array } | undefined => {
  const [user] = records;
  if (user === undefined || records.length > 1) return undefined;
  const bytes = Buffer.from(user.bytes.buffer, user.bytes.byteOffset, user.bytes.length);
  if (bytes.length <= BEGIN.length || !BEGIN.equals(bytes.subarray(0, BEGIN.length))) return undefined;
  const end = bytes.indexOf(0x0a);
  if (end < 0 || end > BEGIN.length + MAX_KEY) return undefined;
  try {
    const key: unknown = JSON.parse(bytes.subarray(BEGIN.length, end - 1).toString());
    return typeof key === 'string' && bytes[end - 1] === 0x7d ? { key, payload: bytes.subarray(end + 1) } : undefined;
  } catch {
    return undefined;
  }
};

const pk = (run: string, key: string): string => `again#${run}#${key}`;
const OWNER = 'owner';

/** Lets these bytes through for the key; without a time limit, as its claim. Before the record is put. */
export const authorise = async (table: Table, run: string, r: Resubmission): Promise<void> => {
  const { shard, seq, index, arrival, only } = r.again;
  await table.put({
    pk: pk(run, r.key),
    sk: `#${hashOf(r.payload)}`,
    shard,
    seq,
    index,
    arrival,
    ...(only === undefined ? {} : { only }),
  });
};

/** Where the event stood the first time; undefined when nobody let these bytes through. */
export const authorised = async (
  table: Table,
  run: string,
  key: string,
  payload: Uint8Array,
): Promise<Again | undefined> => {
  const item = await table.get({ pk: pk(run, key), sk: `#${hashOf(payload)}` });
  if (item === undefined) return undefined;
  understood('grant to send again', item);
  return {
    shard: item.shard as string,
    seq: item.seq as string,
    index: item.index as number,
    arrival: item.arrival as EpochMs,
    ...(item.only === undefined ? {} : { only: item.only as string }),
  };
};

/**
 * Whether the copy at this place of `raw` owns the event. For ever: its rejected row is kept for ever too, and could be sent again at
 * any time; an item of some 200 bytes for each event that was put right.
 */
export const claimAgain = async (table: Table, run: string, key: string, owner: string): Promise<boolean> => {
  const claimed = await table.put({ pk: pk(run, key), sk: OWNER, owner }, { kind: 'absent' });
  return claimed.ok || claimed.found?.owner === owner;
};

/** Raw shard, `/`, position of the copy that passed; undefined when none did yet. */
export const ownerOf = async (table: Table, run: string, key: string): Promise<string | undefined> =>
  (await table.get({ pk: pk(run, key), sk: OWNER }))?.owner as string | undefined;

/** As a rejected or late event says it. */
export const placeOf = ({ shard, seq, index, arrival, only }: Again): NonNullable<RejectedEvent['again']> => ({
  shard,
  position: position(seq, index),
  arrival,
  ...(only === undefined ? {} : { only }),
});
