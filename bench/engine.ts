// A file of events through our own parts in one process, without streams between them, as Flink and DuckDB have none: the scan with the
// schema, the columns, the fold, one ledger entry for each batch put into a table, the windows closed by `refine`, each row sent and put
// into a table by `write-table`. Ports in memory.
import { closeSync, openSync, readSync } from 'node:fs';
import { scanOf } from '../shared/event/scan.ts';
import type { StampedEvent } from '../shared/lanes/inner.ts';
import { lane, padSeq } from '../shared/lanes/position.ts';
import { memoryObjects } from '../shared/memory/objects.ts';
import { memoryTable } from '../shared/memory/table.ts';
import type { CompiledPipeline } from '../shared/pipeline.ts';
import type { OutRecord, Stream } from '../shared/ports.ts';
import type { Plan } from '../shared/query/plan.ts';
import { batchFolds } from '../shared/steps/aggregate/columns/batch-folds.ts';
import { entryBody } from '../shared/steps/aggregate/entry-body.ts';
import { foldBatch } from '../shared/steps/aggregate/fold-batch.ts';
import { foldersOf } from '../shared/steps/aggregate/folder.ts';
import { aggregateName } from '../shared/steps/aggregate/name.ts';
import { readerOf } from '../shared/steps/aggregate/read-event.ts';
import type { Head } from '../shared/steps/ledger/ledger.ts';
import { ledger } from '../shared/steps/ledger/ledger.ts';
import { refine, SETTLE } from '../shared/steps/refine/refine.ts';
import { writeTable } from '../shared/steps/write-table.ts';
import { minutes } from '../shared/time.ts';
import { CLICK_ARRIVAL } from './click.ts';
import { SHARD, SHARDS } from './click-batch.ts';

const BATCH = 10_000;
const CHUNK = 4 * 1024 * 1024;
const LANE = lane(SHARD, 0);
const budget = { remainingMs: () => 60_000 };

/** The lines of a file, `size` at a time, as bytes that stay as they are. */
export function* linesOf(file: string, size: number): Generator<readonly Uint8Array[]> {
  const from = openSync(file, 'r');
  let rest: Buffer = Buffer.alloc(0);
  let lines: Uint8Array[] = [];
  for (let read = 1; read > 0; ) {
    const chunk = Buffer.allocUnsafeSlow(rest.length + CHUNK);
    chunk.set(rest);
    read = readSync(from, chunk, rest.length, CHUNK, null);
    const end = rest.length + read;
    let start = 0;
    for (let stop = chunk.indexOf(10); stop >= 0 && stop < end; stop = chunk.indexOf(10, start)) {
      lines.push(new Uint8Array(chunk.buffer, chunk.byteOffset + start, stop - start));
      start = stop + 1;
      if (lines.length < size) continue;
      yield lines;
      lines = [];
    }
    rest = chunk.subarray(start, end);
  }
  closeSync(from);
  if (lines.length > 0) yield lines;
}

/** A row of the destination as all engines here write it: campaign, start of the window, count, sum in hundredths. */
export const rowText = (campaign: string, start: number, n: number, total: number): string =>
  `${campaign}|${start}|${n}|${Math.round(total * 100)}`;

type Row = { readonly campaign: string; readonly s: string; readonly n: number; readonly total: number };

/** @returns the rows of the query's destination */
export const engine = async (
  types: CompiledPipeline['types'],
  plan: Plan,
  file: string,
): Promise<readonly string[]> => {
  const scan = scanOf(types, () => minutes(5));
  const clock = { now: () => CLICK_ARRIVAL };
  const [table, results, objects] = [memoryTable('ledger'), memoryTable('results'), memoryObjects('data')];
  let nonce = 0;
  const common = { plan, table, objects, rejected: objects, clock, nonce: () => `n${nonce++}`, run: '1', groups: 1 };
  const fn = aggregateName('enriched');
  const book = ledger({ ...common, fn });
  const folders = foldersOf(plan, 'enriched');
  const columns = batchFolds(folders.map((f) => f.operator.query));
  const read = readerOf(folders);
  let sent: OutRecord[] = [];
  const stream = (name: string): Stream => ({
    name,
    put: async (records) =>
      records.map((record) => {
        sent.push(record);
        return { ok: true, shard: SHARD, seq: '1' };
      }),
    shards: async () => SHARDS,
    hasRecordAfter: async () => false,
  });
  const close = refine({
    ...common,
    reads: 'enriched',
    from: stream('enriched'),
    raw: stream('raw'),
    to: stream('refined'),
  });
  const write = writeTable({ ...common, tables: plan.tables, results });

  let head: Head = { n: 0, lanes: new Map(), through: '' };
  let items: StampedEvent[] = [];
  let before: number | undefined;
  let newest = Number.NEGATIVE_INFINITY;
  let batches = 0;
  let seq = padSeq('0');
  let rowsAt = 0;
  const decide = async (end: boolean): Promise<void> => {
    await close([end ? SETTLE : '{}'], budget);
    if (sent.length === 0) return;
    const records = sent.map((r) => ({
      seq: String(++rowsAt),
      partitionKey: r.partitionKey,
      data: r.data,
      arrival: CLICK_ARRIVAL,
    }));
    sent = [];
    const { done } = await write({ stream: 'refined', shard: SHARD, records }, budget);
    if (done !== records.length) throw new Error(`${done} of ${records.length} records of rows were written`);
  };
  const commit = async (end: boolean): Promise<void> => {
    const now = clock.now();
    batches++;
    const pos = `${seq}.99999.9999999999`;
    const folded = foldBatch(
      folders,
      head.lanes,
      end ? [{ kind: 'end', lane: LANE, next: [] }] : [...items, { kind: 'mark', lane: LANE, pos, clock: newest }],
      now,
      undefined,
      read,
      columns,
    );
    const { lanes, counts, partials, side } = folded;
    const appended = await book.append(SHARD, head, { lanes, through: seq, counts, body: entryBody(partials, side) });
    if (!appended.ok) throw new Error('the entry is taken');
    head = appended.head;
    items = [];
    seq = padSeq(String(batches));
    before = newest;
    if (folded.due || end) await decide(end);
  };

  const stamp = (bytes: Uint8Array): void => {
    const event = scan(bytes, CLICK_ARRIVAL);
    if (event === undefined) throw new Error('an event is not certain');
    newest = Math.max(newest, event.time);
    const at = { kind: 'event', lane: LANE, seq, index: items.length, child: 0, arrival: CLICK_ARRIVAL } as const;
    items.push(before === undefined ? { ...at, key: '', bytes } : { ...at, clock: before, key: '', bytes });
  };
  for (const lines of linesOf(file, BATCH)) {
    for (const line of lines) stamp(line);
    await commit(false);
  }
  await commit(true);
  return results.items().map(({ row }) => {
    const { campaign, s, n, total } = JSON.parse(String(row)) as Row;
    return rowText(campaign, Date.parse(s.endsWith('Z') ? s : `${s}Z`), n, total);
  });
};
