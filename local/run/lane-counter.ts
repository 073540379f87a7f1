// Counts what a stream shows over distinct positions: a lane shows its events in the order of their positions, and a retry can only
// rewind it (protocol, invariant I1), so an event at or below its lane's greatest position was counted before.
import { innerReader } from '../../shared/lanes/block.ts';
import type { StampedEvent } from '../../shared/lanes/inner.ts';
import type { Lane } from '../../shared/lanes/position.ts';
import type { MemoryLog } from '../../shared/memory/log.ts';
import type { EpochMs } from '../../shared/time.ts';

/** `foreign`: a record that no function of ours wrote; it counts as one event. `arrival`: when the stream got the record. */
export type Shown =
  | { readonly kind: 'event'; readonly event: StampedEvent; readonly arrival: EpochMs }
  | { readonly kind: 'foreign' };

type Place = Pick<StampedEvent, 'seq' | 'index' | 'child'>;
/** As their texts compare (shared/lanes/position.ts); `seq` is padded. */
const isBehind = (a: Place, b: Place): boolean =>
  a.seq === b.seq ? a.index > b.index || (a.index === b.index && a.child > b.child) : a.seq > b.seq;

export class LaneCounter {
  readonly #log: MemoryLog;
  readonly #greatest = new Map<Lane, Place>();
  readonly #read = new Map<string, string>();
  readonly #clocks = new Map<Lane, EpochMs>();
  readonly #ended = new Set<Lane>();

  constructor(log: MemoryLog) {
    this.#log = log;
  }

  /** The least clock of the lanes that have not ended, as their marks say; null before the first mark. */
  get clock(): EpochMs | null {
    let least = Number.POSITIVE_INFINITY;
    for (const [lane, clock] of this.#clocks) if (!this.#ended.has(lane) && clock < least) least = clock;
    return least === Number.POSITIVE_INFINITY ? null : least;
  }

  /** Events that no look before this one has shown, each position once; parents before children. */
  *fresh(): Generator<Shown> {
    for (const shard of this.#log.shards()) {
      for (;;) {
        const { records } = this.#log.read(shard.id, this.#read.get(shard.id) ?? null);
        if (records.length === 0) break;
        const unpack = innerReader(records);
        for (const record of records) {
          this.#read.set(shard.id, record.seq);
          const unpacked = unpack(record);
          if (!unpacked.ok) {
            yield { kind: 'foreign' };
            continue;
          }
          for (const item of unpacked.items) {
            if (item.kind === 'mark')
              this.#clocks.set(item.lane, Math.max(item.clock, this.#clocks.get(item.lane) ?? item.clock));
            else if (item.kind === 'end') this.#ended.add(item.lane);
            else if (item.kind === 'event' && this.#isNew(item))
              yield { kind: 'event', event: item, arrival: record.arrival };
          }
        }
      }
    }
  }

  #isNew(event: StampedEvent): boolean {
    const before = this.#greatest.get(event.lane);
    if (before !== undefined && !isBehind(event, before)) return false;
    const { seq, index, child } = event; // not the event: it would keep its record
    this.#greatest.set(event.lane, { seq, index, child });
    return true;
  }
}
