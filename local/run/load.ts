// Puts the input on raw, once, as history: aggregated as the KPL does it, each record with its virtual arrival.
import { MAX_EVENT_BYTES } from '../../shared/event/limits.ts';
import type { MemoryLog } from '../../shared/memory/log.ts';
import { fits, parcelsOf } from '../../shared/steps/ingest/parcels.ts';
import { predictionOf } from '../../shared/steps/ingest/prediction.ts';
import type { EpochMs } from '../../shared/time.ts';
import type { InputEvent } from './input.ts';

/** Events of one aggregate, at most: what ingest makes of a good request. Its bytes are cut to 1 MiB by parcelsOf. */
const MOST_EVENTS = 1_000;
const MOST_BYTES = 512 * 1024;

/** A line or request that ingest refuses. */
export type RefusedLine = {
  readonly line: number;
  readonly bytes: Buffer;
  readonly rule: string;
  readonly cause: string;
};
export type Loaded = {
  /** Lines or records read. */
  readonly lines: number;
  /** Events in them. */
  readonly events: number;
  /** What ingest refuses, numbered from 1 over all files: lines that no record of a stream can hold, requests that are not signed. */
  readonly refused: readonly RefusedLine[];
  /** The virtual arrival when the last line came. */
  readonly arrival: EpochMs;
};

const tooLarge = ({ length }: Buffer) => ({
  rule: 'body.too-large',
  cause: `it has ${length} bytes, at most ${MAX_EVENT_BYTES} may be`,
});

type Chunk = { events: InputEvent[]; bytes: number; pinned: EpochMs | null; readonly startHash: string };

/**
 * Virtual arrival = the greatest event time so far, at most `now`; before the first event time, that time. So a shard's clock is
 * the greatest event time of what it holds, and lateness follows from the order of the lines alone.
 */
export const load = async (
  raw: MemoryLog,
  events: AsyncIterable<InputEvent>,
  now: EpochMs,
  tell: (lines: number) => void = () => {},
): Promise<Loaded> => {
  const { shardOf } = predictionOf(raw.shards());
  const chunks = new Map<string, Chunk>();
  const refused: RefusedLine[] = [];
  let waiting: InputEvent[] = [];
  let greatest: EpochMs | null = null;
  let lines = 0;
  let count = 0;

  const flush = (chunk: Chunk, arrival: EpochMs): void => {
    if (chunk.events.length === 0) return;
    const members = chunk.events.map((_, i) => i);
    raw.putMany(
      parcelsOf(chunk.events, members, chunk.startHash).map((p) => p.record),
      chunk.pinned ?? arrival,
    );
    [chunk.events, chunk.bytes, chunk.pinned] = [[], 0, null];
  };

  const add = (event: InputEvent, arrival: EpochMs): void => {
    if (event.alone === true) {
      raw.putMany([{ partitionKey: event.key, data: event.bytes }], arrival);
      return;
    }
    const { id, startHash } = shardOf(event.key);
    const chunk = chunks.get(id) ?? { events: [], bytes: 0, pinned: null, startHash };
    chunks.set(id, chunk);
    // An event that takes its arrival for its time must not depend on when its aggregate is full.
    const pinned = event.time === 'arrival' ? arrival : null;
    if (chunk.events.length > 0 && chunk.pinned !== pinned) flush(chunk, arrival);
    chunk.pinned = pinned;
    chunk.events.push(event);
    chunk.bytes += event.bytes.length;
    if (chunk.events.length >= MOST_EVENTS || chunk.bytes >= MOST_BYTES) flush(chunk, arrival);
  };

  for await (const event of events) {
    lines++;
    count += event.events ?? 1;
    if (lines % 1_000 === 0) tell(lines);
    const why = event.refused ?? (fits(event) ? undefined : tooLarge(event.bytes));
    if (why !== undefined) {
      refused.push({ line: lines, bytes: event.bytes, ...why });
      continue;
    }
    if (typeof event.time === 'number')
      greatest = Math.max(greatest ?? Number.NEGATIVE_INFINITY, Math.min(event.time, now));
    if (greatest === null) {
      waiting.push(event);
      continue;
    }
    for (const early of waiting) add(early, greatest);
    waiting = [];
    add(event, greatest);
  }
  const arrival = greatest ?? now;
  for (const early of waiting) add(early, arrival);
  for (const chunk of chunks.values()) flush(chunk, arrival);
  return { lines, events: count, refused, arrival };
};

/** Ends history: a tick that every open shard has seen, so that the one behind it is judged, and the last one, beyond all windows. */
export const endOfInput = (raw: MemoryLog, arrival: EpochMs, last: EpochMs): void => {
  for (const at of [arrival, last]) {
    for (const shard of raw.shards()) {
      if (!shard.closed) raw.put({ partitionKey: 'tick', hashKey: shard.startHash, data: new Uint8Array() }, at);
    }
  }
};
