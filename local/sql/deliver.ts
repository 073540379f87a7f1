// Records of a log to a step, each once and in order.
import type { MemoryLog } from '../../shared/memory/log.ts';
import type { BatchStep } from '../../shared/trigger/batch.ts';

const PLENTY = { remainingMs: () => 600_000 };

/** @returns hands over what is new; whether there was anything */
export const deliverer = (log: MemoryLog, step: BatchStep): (() => Promise<boolean>) => {
  const read = new Map<string, string>();
  return async () => {
    let any = false;
    for (const { id } of log.shards()) {
      for (;;) {
        const { records } = log.read(id, read.get(id) ?? null);
        if (records.length === 0) break;
        any = true;
        const { done } = await step({ stream: log.name, shard: id, records }, PLENTY);
        const last = records[done - 1];
        if (last === undefined)
          throw new Error(`${log.name} ${id}: a batch of ${records.length} records does not get on`);
        read.set(id, last.seq);
      }
    }
    return any;
  };
};
