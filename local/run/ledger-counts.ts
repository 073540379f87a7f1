import type { MemoryLog } from '../../shared/memory/log.ts';
import { aggregateName, type Reads } from '../../shared/steps/aggregate/name.ts';
import { type LaneMark, laterMark } from '../../shared/steps/ledger/lane-marks.ts';
import { type Ledger, ledger } from '../../shared/steps/ledger/ledger.ts';
import type { EpochMs } from '../../shared/time.ts';
import type { Here } from './here.ts';
import { objectsHere, tableHere } from './ports-here.ts';

/** What the entries of a ledger say of a query: each event once, whatever was delivered twice. */
export type Folded = {
  readonly read: number;
  readonly passed: number;
  readonly filtered: number;
  readonly late: number;
  readonly failed: number;
};

/** Sums the counts in the entries of one aggregate, by query id. */
export class LedgerCounts {
  readonly #book: Ledger;
  readonly #log: MemoryLog;
  readonly #counted = new Map<string, number>();
  readonly #lanes = new Map<string, ReadonlyMap<string, LaneMark>>();
  readonly #sums = new Map<string, Folded>();

  constructor(here: Here, reads: Reads, run: string) {
    this.#log = here.stream(reads === 'enriched' ? 'EnrichedStream' : 'RefinedStream');
    this.#book = ledger({
      table: tableHere(here, 'LedgerTable'),
      objects: objectsHere(here),
      clock: { now: () => Date.now() },
      nonce: () => 'never written',
      run,
      fn: aggregateName(reads),
    });
  }

  /** The least clock of the lanes that have not ended, in the newest entries; null before the first entry. */
  get clock(): EpochMs | null {
    const lanes = new Map<string, LaneMark>();
    for (const of of this.#lanes.values())
      for (const [lane, mark] of of) lanes.set(lane, laterMark(lanes.get(lane) ?? mark, mark));
    const clocks = [...lanes.values()].filter((m) => m.endedAt === 0).map((m) => m.clock);
    return clocks.length === 0 ? null : Math.min(...clocks);
  }

  /** Reads the entries appended since the last look. */
  async look(): Promise<ReadonlyMap<string, Folded>> {
    for (const { id } of this.#log.shards()) {
      for (const { n, counts, lanes } of await this.#book.after(id, this.#counted.get(id) ?? 0)) {
        this.#counted.set(id, n);
        this.#lanes.set(id, lanes);
        for (const [query, [read, passed, filtered, late, failed]] of Object.entries(counts)) {
          const sum = this.#sums.get(query) ?? { read: 0, passed: 0, filtered: 0, late: 0, failed: 0 };
          this.#sums.set(query, {
            read: sum.read + read,
            passed: sum.passed + passed,
            filtered: sum.filtered + filtered,
            late: sum.late + late,
            failed: sum.failed + failed,
          });
        }
      }
    }
    return this.#sums;
  }
}
