import { adaptBy } from '../../shared/adapters/adapt.ts';
import { unpackRecord } from '../../shared/event/unpack.ts';
import type { MemoryLog } from '../../shared/memory/log.ts';
import type { Source } from '../../shared/pipeline.ts';
import { readEnvelope } from '../../shared/steps/resubmit.ts';

/** Counts the events on `raw`: those in aggregates one by one, those that an adapter finds in a record too, a record that cannot be unpacked as one, a tick as none. */
export class RawCounter {
  readonly #log: MemoryLog;
  readonly #adapt: ReturnType<typeof adaptBy>;
  readonly #read = new Map<string, string>();
  #events = 0;

  constructor(log: MemoryLog, sources: readonly Source[]) {
    this.#log = log;
    this.#adapt = adaptBy(sources);
  }

  /** Events so far; reads what came since the last look. */
  look(): number {
    for (const { id } of this.#log.shards()) {
      for (;;) {
        const { records } = this.#log.read(id, this.#read.get(id) ?? null);
        const last = records.at(-1);
        if (last === undefined) break;
        this.#read.set(id, last.seq);
        for (const { data, partitionKey, arrival } of records) {
          const unpacked = unpackRecord(data, partitionKey);
          const again = unpacked.ok && readEnvelope(unpacked.records) !== undefined;
          const adopted = unpacked.ok && !again ? this.#adapt?.(unpacked.records, arrival) : undefined;
          if (adopted !== undefined) this.#events += adopted.ok ? adopted.events.length : 1;
          else this.#events += unpacked.ok ? unpacked.records.length : 1;
        }
      }
    }
    return this.#events;
  }
}
