import { unpackRecord } from '../../shared/event/unpack.ts';
import type { MemoryLog } from '../../shared/memory/log.ts';

/** Counts the events on `raw`: those in aggregates one by one, a record that cannot be unpacked as one, a tick as none. */
export class RawCounter {
  readonly #log: MemoryLog;
  readonly #read = new Map<string, string>();
  #events = 0;

  constructor(log: MemoryLog) {
    this.#log = log;
  }

  /** Events so far; reads what came since the last look. */
  look(): number {
    for (const { id } of this.#log.shards()) {
      for (;;) {
        const { records } = this.#log.read(id, this.#read.get(id) ?? null);
        const last = records.at(-1);
        if (last === undefined) break;
        this.#read.set(id, last.seq);
        for (const { data, partitionKey } of records) {
          const unpacked = unpackRecord(data, partitionKey);
          this.#events += unpacked.ok ? unpacked.records.length : 1;
        }
      }
    }
    return this.#events;
  }
}
