import { describe } from 'vitest';
import { MemoryLog } from '../../shared/memory/log.ts';
import { memoryObjects } from '../../shared/memory/objects.ts';
import { memoryStream } from '../../shared/memory/stream.ts';
import { memoryTable } from '../../shared/memory/table.ts';
import { memoryWake } from '../../shared/memory/wake.ts';
import { objectsContract } from './objects.contract.ts';
import { streamContract } from './stream.contract.ts';
import { tableContract } from './table.contract.ts';
import { wakeContract } from './wake.contract.ts';

describe('in memory', () => {
  streamContract(async () => {
    const log = new MemoryLog('contract', { shards: 2 });
    return { stream: memoryStream(log), reshard: async (count) => log.updateShardCount(count) };
  });
  tableContract(async () => memoryTable(), { comparesUtf8: true });
  objectsContract(async () => memoryObjects());
  wakeContract(async () => {
    const wake = memoryWake();
    return { wake, received: async () => wake.take().map((m) => m.body) };
  });
});
