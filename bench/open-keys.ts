// A process of its own: so many keys in one open window, put by `aggregate` in batches, then `refine` starts from nothing. Sends bytes of
// heap that the open state takes, and ms of CPU until it stands.

import { lane, padSeq } from '../shared/lanes/position.ts';
import { memoryObjects } from '../shared/memory/objects.ts';
import { memoryTable } from '../shared/memory/table.ts';
import type { Stream } from '../shared/ports.ts';
import { entryBody } from '../shared/steps/aggregate/entry-body.ts';
import { foldBatch } from '../shared/steps/aggregate/fold-batch.ts';
import { foldersOf } from '../shared/steps/aggregate/folder.ts';
import { aggregateName } from '../shared/steps/aggregate/name.ts';
import { readerOf } from '../shared/steps/aggregate/read-event.ts';
import { type Head, ledger } from '../shared/steps/ledger/ledger.ts';
import { refine } from '../shared/steps/refine/refine.ts';
import { CLICK_ARRIVAL } from './click.ts';
import { SHARD, SHARDS } from './click-batch.ts';
import { clickPlan } from './handler-path.ts';

export type OpenKeys = {
  readonly keys: number;
  readonly bytes: number;
  readonly rebuildMs: number;
  readonly entries: number;
};

const BATCH = 10_000;
const TIME = '2026-03-01T12:00:01.000Z';
const LANE = lane(SHARD, 0);

const openKeys = async (keys: number): Promise<OpenKeys> => {
  const plan = clickPlan();
  const clock = { now: () => CLICK_ARRIVAL };
  const [table, objects] = [memoryTable('ledger'), memoryObjects('data')];
  let nonce = 0;
  const common = { plan, table, objects, clock, nonce: () => `n${nonce++}`, run: '1', groups: 1 };
  const book = ledger({ ...common, fn: aggregateName('enriched') });
  const folders = foldersOf(plan, 'enriched');
  const read = readerOf(folders);
  let head: Head = { n: 0, lanes: new Map(), through: '' };
  for (let at = 0; at < keys; at += BATCH) {
    const seq = padSeq(String(at / BATCH));
    const items = Array.from({ length: Math.min(BATCH, keys - at) }, (_, i) => ({
      kind: 'event' as const,
      lane: LANE,
      seq,
      index: i,
      child: 0,
      arrival: CLICK_ARRIVAL,
      key: '',
      bytes: Buffer.from(
        JSON.stringify({
          id: 'e',
          source: '/s',
          type: 'click.v1',
          time: TIME,
          data: { campaign: `campaign-${at + i}`, price: (i % 100) / 4 },
        }),
      ),
    }));
    const { lanes, counts, partials, side } = foldBatch(folders, head.lanes, items, clock.now(), undefined, read);
    const appended = await book.append(SHARD, head, { lanes, through: seq, counts, body: entryBody(partials, side) });
    if (!appended.ok) throw new Error('the entry is taken');
    head = appended.head;
  }
  const stream = (name: string): Stream => ({
    name,
    put: async () => [],
    shards: async () => SHARDS,
    hasRecordAfter: async () => false,
  });
  const start = refine({
    ...common,
    reads: 'enriched',
    from: stream('enriched'),
    raw: stream('raw'),
    to: stream('refined'),
  });
  for (let i = 0; i < 3; i++) globalThis.gc?.();
  const heap = process.memoryUsage();
  const before = process.cpuUsage();
  // The lane stands still, so nothing is due: all keys stay open.
  await start(['{}'], { remainingMs: () => 60_000 });
  const { user, system } = process.cpuUsage(before);
  for (let i = 0; i < 3; i++) globalThis.gc?.();
  const now = process.memoryUsage();
  const bytes = now.heapUsed - heap.heapUsed + now.external - heap.external;
  if (typeof start !== 'function') throw new Error('refine was let go');
  return { keys, bytes, rebuildMs: (user + system) / 1_000, entries: head.n };
};

const keys = Number(process.argv[2]);
if (process.send && keys > 0) process.send(await openKeys(keys), () => process.exit(0));
