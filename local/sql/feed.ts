// Rows of source tables -> enriched, stamped as `validate` stamps events: each table's shards are raw shards of their own, with a clock
// of their own, as each source of Flink has its own watermark.

import { emit } from '../../shared/lanes/emit.ts';
import type { Inner } from '../../shared/lanes/inner.ts';
import { keyHash } from '../../shared/lanes/key-hash.ts';
import { lane, padSeq, position } from '../../shared/lanes/position.ts';
import { ownedGroups } from '../../shared/lanes/ring.ts';
import type { MemoryLog } from '../../shared/memory/log.ts';
import { memoryStream } from '../../shared/memory/stream.ts';
import { END_OF_TIME, type EpochMs, START_OF_TIME } from '../../shared/time.ts';
import { type EventRow, eventBytes, type ReadTable } from './event-rows.ts';

export type FeedOptions = {
  readonly raw: MemoryLog;
  readonly enriched: MemoryLog;
  readonly groups: number;
  readonly shards: number;
  /** Whether a row counts for the watermark of the very next row; otherwise for that of the next chunk. */
  readonly strict: boolean;
};

/** Rows of a chunk: what one batch would bring. */
const CHUNK = 2_000;

type Open = { readonly read: ReadTable; next: number; greatest: EpochMs };
type Raw = { readonly id: string; readonly groups: readonly number[]; clock: EpochMs };

const least = (open: readonly Open[]): Open | undefined => {
  let found: Open | undefined;
  for (const o of open)
    if (o.next < o.read.rows.length && (found === undefined || o.greatest < found.greatest)) found = o;
  return found;
};

/** Rows of all tables in one order: each table in its own, the one first whose time has come least far. */
export function* merged(tables: readonly ReadTable[]): Generator<{ readonly table: number; readonly row: EventRow }> {
  const open = tables.map((read): Open => ({ read, next: 0, greatest: START_OF_TIME }));
  for (let o = least(open); o !== undefined; o = least(open)) {
    const row = o.read.rows[o.next++] as EventRow;
    o.greatest = Math.max(o.greatest, row.time ?? START_OF_TIME);
    yield { table: open.indexOf(o), row };
  }
}

/** The greatest event time; what stands for the time of rows that have none. */
export const latest = (tables: readonly ReadTable[]): EpochMs => {
  let found = START_OF_TIME;
  for (const { rows } of tables) for (const { time } of rows) if (time !== null && time > found) found = time;
  return found === START_OF_TIME ? 0 : found;
};

/**
 * Puts all rows, chunk after chunk, with marks behind each; then marks that end time.
 * @param delivered called behind every chunk
 */
export const feed = async (
  tables: readonly ReadTable[],
  options: FeedOptions,
  delivered: (rows: number) => Promise<void>,
): Promise<void> => {
  const { raw, groups, shards, strict } = options;
  const to = memoryStream(options.enriched);
  const now = latest(tables);
  const raws = raw
    .shards()
    .map(({ id, ...range }): Raw => ({ id, groups: ownedGroups(range, groups), clock: START_OF_TIME }));
  let out = new Map<number, Inner[]>();
  let record = 0;
  let rows = 0;

  const add = (group: number, item: Inner): void => {
    const held = out.get(group);
    if (held) held.push(item);
    else out.set(group, [item]);
  };
  const marks = (clockOf: (r: Raw) => EpochMs): void => {
    const pos = position(String(record + 1), 0);
    for (const r of raws)
      for (const g of r.groups) add(g, { kind: 'mark', lane: lane(r.id, g), pos, clock: clockOf(r) });
  };
  const flush = async (): Promise<void> => {
    record += 2;
    await emit(to, out, groups);
    out = new Map();
    await delivered(rows);
  };

  let clocks = raws.map((r) => r.clock);
  let inChunk = 0;
  for (const { table, row } of merged(tables)) {
    const read = tables[table] as ReadTable;
    const at = table * shards + row.shard;
    const r = raws[at] as Raw;
    const key = `${table}-${row.line}`;
    const group = r.groups[keyHash(key) % r.groups.length] as number;
    const time = row.time ?? now;
    const clock = strict ? r.clock : (clocks[at] as EpochMs);
    add(group, {
      kind: 'event',
      lane: lane(r.id, group),
      seq: padSeq(String(record)),
      index: inChunk++,
      child: 0,
      // Rows arrived one after the other, in the order of the files.
      arrival: now + rows++,
      ...(clock > START_OF_TIME && { clock }),
      key,
      bytes: eventBytes(read.of, row, time),
    });
    r.clock = Math.max(r.clock, time);
    if (inChunk < CHUNK) continue;
    marks((x) => x.clock);
    await flush();
    inChunk = 0;
    clocks = raws.map((x) => x.clock);
  }
  marks(() => END_OF_TIME);
  await flush();
};
