// One mapping of a function to a stream as Lambda polls it: once a second and shard, up to the batch's size, after its window.
import type { MemoryLog } from '../../shared/memory/log.ts';
import type { BatchStep, StreamRecord } from '../../shared/trigger/batch.ts';
import type { StreamTrigger } from '../template/template.ts';
import type { Counter } from './metered.ts';
import { NO_UNITS, type Units } from './units.ts';

/** Lambda hands a function at most 6 MB, and a record's data is base64 there. */
const BATCH_BYTES = (6 * 1_048_576 * 3) / 4;
const budget = { remainingMs: () => 60_000 };

/** `flush`: no window is waited for. `cut`: the same at the end of a run, where the rest of a batch would have come later. */
export type Mode = 'wait' | 'flush' | 'cut';
export type PolledMapping = {
  /** Looks at all shards; `now` in seconds. */
  poll(now: number, mode: Mode): Promise<void>;
};

/** What a batch costs whatever its size. The end of a run cuts a batch short: it counts as the share of one that it is. */
const BY_BATCH = [
  'invocations',
  'writeUnits',
  'readUnits',
  'tableCalls',
  'putCalls',
  'objectPuts',
  'queueCalls',
] as const;

const asShare = (before: Units, after: Units, share: number): Partial<Units> =>
  Object.fromEntries(BY_BATCH.map((n) => [n, (share - 1) * (after[n] - before[n])]));

const take = (
  records: readonly StreamRecord[],
  most: number,
): { readonly batch: readonly StreamRecord[]; readonly full: boolean } => {
  let bytes = 0;
  let n = 0;
  for (const r of records) {
    if (n === most || (n > 0 && bytes + r.data.length > BATCH_BYTES)) return { batch: records.slice(0, n), full: true };
    bytes += r.data.length;
    n++;
  }
  return { batch: records, full: n === most };
};

export const polledMapping = (
  fn: string,
  log: MemoryLog,
  trigger: Pick<StreamTrigger, 'batchSize' | 'batchWindowMs'>,
  step: BatchStep | undefined,
  counter: Counter,
): PolledMapping => {
  const at = new Map<string, string>();
  const firstSeen = new Map<string, number>();
  const window = trigger.batchWindowMs / 1_000;
  return {
    async poll(now, mode) {
      for (const { id } of log.shards())
        for (;;) {
          const { records } = log.read(id, at.get(id) ?? null);
          if (records.length === 0) {
            firstSeen.delete(id);
            break;
          }
          const seen = firstSeen.get(id) ?? now;
          firstSeen.set(id, seen);
          const { batch, full } = take(records, trigger.batchSize);
          const waited = now - seen;
          if (!full && mode === 'wait' && waited < window) break;
          firstSeen.delete(id);
          const bytes = batch.reduce((sum, r) => sum + r.data.length, 0);
          const before = counter.now()[fn] ?? NO_UNITS;
          counter.add(fn, {
            invocations: 1,
            events: batch.length,
            readBytes: bytes,
          });
          const given = { stream: log.name, shard: id, records: batch };
          const { done } =
            step === undefined ? { done: batch.length } : await counter.timed(fn, () => step(given, budget));
          if (done !== batch.length) throw new Error(`${fn} took ${done} of ${batch.length} records of ${log.name}`);
          if (mode === 'cut' && !full && window > 0) {
            const share = Math.min(1, Math.max(waited / window, batch.length / trigger.batchSize, bytes / BATCH_BYTES));
            counter.add(fn, asShare(before, counter.now()[fn] ?? NO_UNITS, share));
          }
          at.set(id, batch.at(-1)?.seq ?? '');
        }
    },
  };
};
