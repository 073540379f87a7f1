// How far event time has come for a function that reads a stream and leaves no clock of its own: the marks it has read.
import { unpackInner } from '../../shared/lanes/block.ts';
import type { Lane } from '../../shared/lanes/position.ts';
import type { MemoryLog } from '../../shared/memory/log.ts';
import type { EpochMs } from '../../shared/time.ts';
import type { ShardPosition } from '../poller/stream-mapping.ts';

/**
 * @param positions where the function's mapping stands; a shard that it has finished is not among them
 * @returns         the least clock of the lanes that have not ended; null before the first mark was read
 */
export const readerClock = (log: MemoryLog, positions: () => readonly ShardPosition[]): (() => EpochMs | null) => {
  const read = new Map<string, string>();
  const clocks = new Map<Lane, EpochMs>();
  const ended = new Set<Lane>();

  const readTo = (shard: string, last: string): void => {
    for (;;) {
      const { records } = log.read(shard, read.get(shard) ?? null);
      if (records.length === 0) return;
      for (const { seq, data } of records) {
        if (seq > last) return;
        read.set(shard, seq);
        const unpacked = unpackInner(data);
        for (const item of unpacked.ok ? unpacked.items : []) {
          if (item.kind === 'mark') clocks.set(item.lane, Math.max(item.clock, clocks.get(item.lane) ?? item.clock));
          else if (item.kind === 'end') ended.add(item.lane);
        }
      }
    }
  };

  return () => {
    const reading = new Map(positions().map((p) => [p.shard, p.checkpoint]));
    for (const { id, closed, parents } of log.shards()) {
      const isDone = closed && !reading.has(id) && !parents.some((p) => reading.has(p));
      const last = isDone ? log.lastSeq : reading.get(id);
      if (last !== undefined && last !== null) readTo(id, last);
    }
    const left = [...clocks].filter(([lane]) => !ended.has(lane)).map(([, clock]) => clock);
    return left.length === 0 ? null : Math.min(...left);
  };
};
