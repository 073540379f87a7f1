// One record of `raw` -> the events in it. A record holds one event, or an aggregate of them; the record, and each event of an
// aggregate, may be compressed with gzip.
import { gunzip, isGzip } from './gzip.ts';
import { decodeAggregate } from './kpl.ts';
import { MAX_UNPACKED_BYTES, MAX_UNPACKED_EVENTS } from './limits.ts';

/** One event as its producer wrote it. `index` is its place in the raw record, from 0. */
export type UserRecord = {
  readonly index: number;
  readonly partitionKey: string;
  readonly explicitHashKey?: string;
  readonly bytes: Uint8Array;
};

export type Unpacked =
  | { readonly ok: true; readonly records: readonly UserRecord[] }
  | {
      readonly ok: false;
      readonly rule: 'body.bad-gzip' | 'body.gzip-bomb' | 'aggregate.corrupt';
      readonly cause: string;
    };

const tooMuch = (cause: string): Unpacked => ({ ok: false, rule: 'body.gzip-bomb', cause });

/**
 * Unpacks a raw record; the bytes of an event that was not compressed are a view of it. An empty record (a tick) holds no events.
 * The whole record is refused when it unpacks to more than 8 MiB or 20,000 events (nothing is unpacked beyond that), when it is
 * gzip and broken, or when it is a corrupt aggregate. An event of an aggregate whose gzip is broken stays as it came, so that
 * its neighbours pass: `toEvent` refuses it. Never throws.
 * @param whole what `wholeAmong` said of `data`, where many are read at once; else it is found out here
 */
export const unpackRecord = (data: Uint8Array, partitionKey: string, whole?: boolean): Unpacked => {
  if (data.length === 0) return { ok: true, records: [] };
  let payload = data;
  if (isGzip(payload)) {
    const whole = gunzip(payload, MAX_UNPACKED_BYTES);
    if (!whole.ok) return whole;
    payload = whole.bytes;
  }
  if (payload.length > MAX_UNPACKED_BYTES)
    return tooMuch(`${payload.length} bytes, at most ${MAX_UNPACKED_BYTES} may be`);
  const decoded = decodeAggregate(payload, MAX_UNPACKED_EVENTS, payload === data ? whole : undefined);
  if (decoded.kind === 'corrupt') return { ok: false, rule: 'aggregate.corrupt', cause: decoded.cause };
  if (decoded.kind === 'too-many') return tooMuch(`an aggregate of more than ${MAX_UNPACKED_EVENTS} events`);
  if (decoded.kind === 'plain') return { ok: true, records: [{ index: 0, partitionKey, bytes: payload }] };

  let room = MAX_UNPACKED_BYTES;
  const records: UserRecord[] = [];
  for (const record of decoded.records) {
    let bytes = record.data;
    if (isGzip(bytes)) {
      const unpacked = gunzip(bytes, room);
      if (unpacked.ok) bytes = unpacked.bytes;
      else if (unpacked.rule === 'body.gzip-bomb') return unpacked;
    }
    room -= bytes.length;
    if (room < 0) return tooMuch(`an aggregate of more than ${MAX_UNPACKED_BYTES} bytes`);
    const { partitionKey: key, explicitHashKey } = record;
    const index = records.length;
    records.push(
      explicitHashKey === undefined
        ? { index, partitionKey: key, bytes }
        : { index, partitionKey: key, explicitHashKey, bytes },
    );
  }
  return { ok: true, records };
};
