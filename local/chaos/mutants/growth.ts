// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the texts are source code
// Shards that are added to `raw`: announced beside, waited for, beginning at a clock that was reached.
import { edit, type Mutant } from './mutant.ts';

const GROWTH = 'shared/steps/growth.ts';
const FOLD = 'shared/steps/aggregate/fold-batch.ts';
const TREE = 'shared/steps/tree.ts';
const VALIDATE = 'shared/steps/validate.ts';

export const growths: readonly Mutant[] = [
  {
    name: 'noBranch',
    protects: 'an added raw shard is announced in the lanes beside it',
    section: '10',
    edits: [edit(VALIDATE, 'for (const [g, branch] of beside.branches) outbox.add(g, branch);', '')],
  },
  {
    name: 'noWaitForBranch',
    protects: 'an added raw shard says nothing before all others have announced it',
    section: '10',
    edits: [edit(VALIDATE, '      await growth.mustBeAnnounced(shard);\n', '')],
  },
  {
    name: 'branchOfOne',
    protects: 'one announcement is not enough: each shard speaks in its own key groups only',
    section: '10',
    edits: [
      edit(
        GROWTH,
        'for (const { id, added } of tree.known())',
        'for (const { id, added } of tree.known().slice(0, 1))',
      ),
    ],
  },
  {
    name: 'branchAtStart',
    protects: 'the lanes of an added shard begin at the clock of the lane that announces them',
    section: '10',
    edits: [
      edit(
        FOLD,
        'lanes.set(next, { ...NEW_LANE, clock: mark.clock });\n          applied',
        'lanes.set(next, { ...NEW_LANE });\n          applied',
      ),
    ],
  },
  {
    name: 'branchOnce',
    protects: 'what was announced is remembered behind the put, so that a batch that failed announces again',
    section: '10',
    edits: [
      edit(
        VALIDATE,
        '    const beside = await growth.announce(shard, before);\n',
        "    const beside = await growth.announce(shard, before);\n    if (before && beside.announced.an !== undefined) await deps.table.update({ pk: `hop#${run}#${fn}#${shard.id}`, sk: '-' }, beside.announced);\n",
      ),
    ],
  },
  {
    name: 'cutAnew',
    protects: 'the raw shards of the beginning keep their key groups when others are added',
    section: '10',
    edits: [
      edit(
        TREE,
        'if (old !== undefined && (old.closedAt !== null || !closed)) continue;',
        'if (old !== undefined && (old.added || old.closedAt !== null || old.startHash === s.startHash)) continue;',
      ),
    ],
  },
  {
    name: 'addedIsRoot',
    protects: 'a shard that came into a run that had begun is none of its first ones',
    section: '10',
    edits: [edit(TREE, 's.parents.length === 0;', 's.parents.length > 0;')],
    directed: 'a raw shard that is added waits for those of the beginning',
  },
];
