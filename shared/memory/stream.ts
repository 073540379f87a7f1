// The port Stream on a log in memory.
import type { OutRecord, Stream } from '../ports.ts';
import { refuseUnputtable } from '../put-limits.ts';
import type { MemoryLog } from './log.ts';

export type MemoryStreamOptions = {
  /** Names the error code with which a record of a put is refused; undefined lets it pass. */
  readonly refuse?: (record: OutRecord, index: number) => string | undefined;
};

export const memoryStream = (log: MemoryLog, { refuse }: MemoryStreamOptions = {}): Stream => ({
  name: log.name,
  ...(log.grows && { grows: true }),
  async put(records) {
    refuseUnputtable(records);
    return records.map((r, i) => {
      const code = refuse?.(r, i);
      return code === undefined ? { ok: true, ...log.put(r) } : { ok: false, code, message: 'refused by the test' };
    });
  },
  async shards() {
    return log.shards();
  },
  async hasRecordAfter(shard, seq) {
    return log.has(shard) && log.read(shard, seq ?? null, 1).records.length > 0;
  },
});
