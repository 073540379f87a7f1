// Limits so small that a schedule of some seconds meets them all: bodies and outboxes in objects, aggregates cut in two, flushes
// inside a batch, snapshots and looks at ListShards every few seconds. They take no protection away.
import { type Edit, edit } from './mutant.ts';

const REFINE = 'shared/steps/refine/refine.ts';

export const SMALL_LIMITS: readonly Edit[] = [
  edit('shared/steps/ledger/ledger.ts', 'const INLINE_BYTES = 11 * 1024;', 'const INLINE_BYTES = 160;'),
  edit('shared/steps/refine/manifest.ts', 'const INLINE_BYTES = 11 * 1024;', 'const INLINE_BYTES = 160;'),
  edit('shared/lanes/block.ts', 'const MAX_AGGREGATE = 1_048_576 - 1_024;', 'const MAX_AGGREGATE = 1_200;'),
  edit('shared/lanes/outbox.ts', 'const GROUP_BYTES = 900_000;', 'const GROUP_BYTES = 600;'),
  edit(REFINE, 'const SNAPSHOT_AFTER = minutes(5);', 'const SNAPSHOT_AFTER = 2_000;'),
  edit(REFINE, 'const LOOK_AFTER = minutes(1);', 'const LOOK_AFTER = 2_000;'),
  edit(REFINE, 'const DECIDE_AFTER = minutes(1);', 'const DECIDE_AFTER = 3_000;'),
];
