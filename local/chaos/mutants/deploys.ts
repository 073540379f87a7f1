// Deploys that add or remove a query in the middle.
import { edit, type Mutant } from './mutant.ts';

const REBUILD = 'shared/steps/refine/rebuild.ts';
const SINCE = 'shared/steps/refine/since.ts';
const ADDED = 'rows of a query that was added are marked until all that they count was shown to it';

export const deploys: readonly Mutant[] = [
  {
    name: 'noLaterRoots',
    protects: 'a query that a deploy adds waits for the raw shards also when the snapshot knows none',
    section: '5.4',
    edits: [edit(REBUILD, 'if (![...state.lanes.keys()].some((l) => !isRefinedLane(l)))', 'if (state.lanes.size < 0)')],
    directed: 'the first query over a topic waits for the raw shards that there are',
  },
  {
    name: 'gapSilent',
    protects: 'rows of a query that a deploy added are marked while events may be missing',
    section: '10',
    edits: [
      edit(
        SINCE,
        'if (missed.has(q.id) || (known === undefined && m.v > 0 && m.closed[q.id] === undefined))',
        'if (missed.has(q.id))',
      ),
    ],
    directed: ADDED,
  },
  {
    name: 'sinceForgotten',
    protects: 'what an added query may have missed is kept from decision to decision',
    section: '10',
    edits: [edit(SINCE, 'if (known !== undefined) out[q.id] = known;\n', '')],
    directed: ADDED,
  },
  {
    name: 'missedNotTold',
    protects: 'entries say which queries they fed: what a function of another plan counted alone is marked',
    section: '10',
    edits: [
      edit(
        'shared/steps/refine/open-state.ts',
        'if (!ids.includes(id)) state.missed.add(id);',
        'if (ids.length < 0) state.missed.add(id);',
      ),
    ],
    directed: 'rows of a query that a run of the plan before left out are marked',
  },
  {
    name: 'fedOnce',
    protects: 'an entry that fed other queries than the one before names them',
    section: '10',
    edits: [
      edit(
        'shared/steps/ledger/ledger.ts',
        'entry.fed !== undefined && fed.fed !== head.fed &&',
        'entry.fed !== undefined && head.n === 0 &&',
      ),
    ],
    directed: 'rows of a query that a run of the plan before left out are marked',
  },
  {
    name: 'endsLongPast',
    protects: 'the first query of a stream waits for no raw shard whose end was told when nobody listened',
    section: '5.4',
    edits: [edit(REBUILD, '(await deps.ranIdle()) ? await deps.raw.listed() : undefined', 'undefined')],
    directed: 'the first query of all waits for no shard whose end is long past',
  },
];
