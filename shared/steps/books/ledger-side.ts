// The books of one ledger since the last check: every entry balances in itself, and what it counts as late or failed stands in the
// stores.
import type { Objects } from '../../ports.ts';
import type { EpochMs } from '../../time.ts';
import type { SideEvent } from '../aggregate/side-event.ts';
import type { Fence } from '../home.ts';
import type { Entry, Ledger } from '../ledger/ledger.ts';
import { type Manifest, outboxNumber } from '../refine/manifest.ts';
import type { LedgerCursor } from './cursor.ts';
import type { Hour } from './hour.ts';
import { rowsOfDecisions } from './side-rows.ts';

export type LedgerNews = {
  readonly cursor: LedgerCursor;
  readonly faults: readonly string[];
  /** Events by the hour of their arrival. */
  readonly arrived: Readonly<Record<string, number>>;
};

const AT_ONCE = 500;
type Sum = { late: number; failed: number };

/** Entries (from, to] of a shard, page by page. */
async function* entriesOf(book: Ledger, shard: string, from: number, to: number): AsyncGenerator<Entry> {
  for (let n = from; n < to; ) {
    const page = await book.after(shard, n, Math.min(AT_ONCE, to - n));
    if (page.length === 0) throw new Error(`entry ${n + 1} of ${shard} is missing`);
    yield* page;
    n += page.length;
  }
}

/** @param now where nothing was decided yet, the first decision comes after it */
export const cursorAt = (m: Manifest, since: Hour, now: EpochMs): LedgerCursor => ({
  cur: m.cur,
  next: outboxNumber(m.epoch, m.next),
  at: m.v === 0 ? now : m.at,
  since,
});

/** What a decision that is still being sent has not brought to the stores yet. */
const unsent = (m: Manifest): ReadonlyMap<string, Sum> => {
  const sums = new Map<string, Sum>();
  if (m.sent || m.out === null) return sums;
  for (const { query, door } of m.out.side as readonly SideEvent[]) {
    const sum = sums.get(query) ?? { late: 0, failed: 0 };
    sum[door === 'late' ? 'late' : 'failed']++;
    sums.set(query, sum);
  }
  return sums;
};

/**
 * @param fn   names the ledger: `aggregate/enriched`
 * @param from where the last check ended
 */
export const ledgerSince = async (
  deps: {
    readonly book: Ledger;
    readonly objects: Objects;
    readonly run: string;
    readonly fn: string;
    readonly now: EpochMs;
    /** What a table that was given up decided: its late and failed events are decided anew, and stand under new numbers then. */
    readonly fences: readonly Fence[];
  },
  from: LedgerCursor,
  m: Manifest,
): Promise<LedgerNews> => {
  const { book, fn } = deps;
  const faults: string[] = [];
  const arrived: Record<string, number> = {};
  const counted = new Map<string, Sum>();
  for (const [shard, to] of Object.entries(m.cur))
    for await (const entry of entriesOf(book, shard, from.cur[shard] ?? 0, to)) {
      for (const [hour, n] of Object.entries(entry.arrived)) arrived[hour] = (arrived[hour] ?? 0) + n;
      for (const [query, [read, folded, filtered, late, failed]] of Object.entries(entry.counts)) {
        const out = folded + filtered + late + failed;
        if (read !== out) faults.push(`${fn}, query ${query}, entry ${entry.n} of ${shard}: ${read} in, ${out} out`);
        const sum = counted.get(query) ?? { late: 0, failed: 0 };
        counted.set(query, { late: sum.late + late, failed: sum.failed + failed });
      }
    }
  const cursor = cursorAt(m, from.since, deps.now);
  const waiting = unsent(m);
  const held = m.sent || m.out === null ? '' : outboxNumber(m.outEpoch, m.out.markNo);
  const fenced = (d: string): boolean => deps.fences.some((f) => f.fn === fn && d >= f.from && d < f.to);
  const at = { run: deps.run, stage: fn.replace('/', '-'), since: from.at, now: deps.now };
  const stored = await rowsOfDecisions(
    deps.objects,
    at,
    (d) => d >= from.next && d < cursor.next && d !== held && !fenced(d),
  );
  for (const query of new Set([...counted.keys(), ...stored.keys()]))
    for (const door of ['late', 'failed'] as const) {
      const ledger = counted.get(query)?.[door] ?? 0;
      const store = (stored.get(query)?.[door] ?? 0) + (waiting.get(query)?.[door] ?? 0);
      if (ledger !== store)
        faults.push(`${fn}, query ${query}: the ledger counts ${ledger} ${door}, the store holds ${store}`);
    }
  return { cursor, faults, arrived };
};
