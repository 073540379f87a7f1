// A stage over ports in memory, for tests of the commands.
import { memoryObjects } from '../../shared/memory/objects.ts';
import { memoryTable } from '../../shared/memory/table.ts';
import type { CompiledPipeline } from '../../shared/pipeline.ts';
import { systemClock } from '../../shared/ports.ts';
import type { StageHere } from './stage-here.ts';

/** Tables and bucket are empty ones unless given. */
export const stageInMemory = (
  given: Pick<StageHere, 'streams'> & { readonly pipeline: CompiledPipeline } & Partial<StageHere>,
): StageHere => ({
  kind: 'memory',
  name: 'a pipeline in memory',
  run: '1',
  groups: 4,
  ledger: memoryTable('ledger'),
  reference: memoryTable('reference'),
  results: memoryTable('results'),
  objects: memoryObjects('data'),
  clock: systemClock,
  deployment: null,
  aws: {},
  built: async () => ({ compiled: null, pipeline: given.pipeline }),
  close: async () => {},
  ...given,
});
