// A stream whose records and shards are remembered beyond its retention, for the judge.
import { MemoryLog } from '../../shared/memory/log.ts';
import type { OutRecord, Shard } from '../../shared/ports.ts';
import type { EpochMs } from '../../shared/time.ts';
import type { StreamRecord } from '../../shared/trigger/batch.ts';

export class Journal extends MemoryLog {
  readonly #kept = new Map<string, StreamRecord[]>();
  readonly #family = new Map<string, Pick<Shard, 'id' | 'parents'>>();
  /** Called with each record when it is put. */
  onPut: (record: StreamRecord, shard: string) => void = () => undefined;

  override put(record: OutRecord, arrival?: EpochMs): { readonly shard: string; readonly seq: string } {
    const placed = arrival === undefined ? super.put(record) : super.put(record, arrival);
    const all = this.shard(placed.shard);
    const kept = all.at(all.indexAfter(null) + all.size - 1);
    if (kept === undefined) throw new Error(`${this.name}: ${placed.shard} lost a record at once`);
    const mine = this.#kept.get(placed.shard);
    if (mine) mine.push(kept);
    else this.#kept.set(placed.shard, [kept]);
    this.onPut(kept, placed.shard);
    return placed;
  }

  /** Every shard that there ever was, in the order of their birth. */
  family(): readonly Pick<Shard, 'id' | 'parents'>[] {
    for (const { id, parents } of this.shards()) this.#family.set(id, { id, parents });
    return [...this.#family.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
  }

  /** Every record that a shard ever had. */
  all(shard: string): readonly StreamRecord[] {
    return this.#kept.get(shard) ?? [];
  }

  /** The first records that are kept of a shard after a sequence number; a read without the rest of a page. */
  next(shard: string, after: string | null, limit: number): readonly StreamRecord[] {
    const log = this.shard(shard);
    return log.slice(log.indexAfter(after), limit, Number.POSITIVE_INFINITY);
  }

  /** Sequence number of the newest record that aged out of a shard; '' for none. */
  trimmed(shard: string): string {
    const all = this.all(shard);
    const left = this.has(shard) ? this.shard(shard).size : 0;
    return all[all.length - left - 1]?.seq ?? '';
  }
}
