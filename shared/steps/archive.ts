// raw -> S3. The bytes as they came, one object a batch, for replay and for the proof of results. A redelivery in the same borders
// writes the same object again; in other borders objects overlap, and readers take a sequence number once (`archivedRecords`).
import { padSeq } from '../lanes/position.ts';
import type { Objects, Stream } from '../ports.ts';
import type { EpochMs } from '../time.ts';
import type { Batch, BatchStep, StreamRecord } from '../trigger/batch.ts';
import { packArchive } from './archive/container.ts';
import { keepShard } from './archive/family.ts';

export { readArchive } from './archive/container.ts';

/**
 * `archive/<run>/dt=2026-01-31/<shard>/<first seq>-<last seq>.gz`, the day of the first record's arrival. Names sort in the order of
 * the shard; a batch may reach into the next day.
 */
export const archiveKey = (run: string, shard: string, first: StreamRecord, last: StreamRecord): string =>
  `${archiveDay(run, first.arrival)}${shard}/${padSeq(first.seq)}-${padSeq(last.seq)}.gz`;

/** The prefix of all objects whose first record arrived on a day. */
export const archiveDay = (run: string, at: EpochMs): string =>
  `archive/${run}/dt=${new Date(at).toISOString().slice(0, 10)}/`;

export type ArchiveDeps = { readonly raw: Pick<Stream, 'shards'>; readonly objects: Objects; readonly run: string };

export const archive = (deps: ArchiveDeps): BatchStep => {
  const kept = new Set<string>();
  /** The family of a shard is kept before its first record: the archive must tell it when the stream has forgotten. */
  const keepFamily = async (shard: string): Promise<void> => {
    if (kept.has(shard)) return;
    for (const s of await deps.raw.shards()) {
      if (kept.has(s.id)) continue;
      await keepShard(deps.objects, deps.run, s);
      kept.add(s.id);
    }
  };
  return async (batch) => {
    const { shard, records } = batch;
    const [first, last] = [records[0], records.at(-1)];
    if (first === undefined || last === undefined) return { done: 0 };
    await keepFamily(shard);
    const key = archiveKey(deps.run, shard, first, last);
    await deps.objects.put(key, packArchive(batch), { contentType: 'application/gzip' });
    return { done: records.length };
  };
};

/** The records of archived batches by shard, each once, in the order of the shard. */
export const archivedRecords = (batches: readonly Batch[]): ReadonlyMap<string, readonly StreamRecord[]> => {
  const shards = new Map<string, Map<string, StreamRecord>>();
  for (const { shard, records } of batches) {
    const seen = shards.get(shard) ?? new Map<string, StreamRecord>();
    shards.set(shard, seen);
    for (const r of records) seen.set(padSeq(r.seq), r);
  }
  const inOrder = (seen: ReadonlyMap<string, StreamRecord>) =>
    [...seen].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, record]) => record);
  return new Map([...shards].map(([shard, seen]) => [shard, inOrder(seen)]));
};
