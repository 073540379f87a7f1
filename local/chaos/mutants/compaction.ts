// Compaction of the lake.
import { edit, type Mutant } from './mutant.ts';

const GENERATIONS = 'shared/steps/lake/generations.ts';
const COMPACT = 'shared/steps/compact-lake.ts';
const COMPACTED = 'readers of the lake see each row once while it is compacted';

export const compaction: readonly Mutant[] = [
  {
    name: 'lakeClaimTwice',
    protects: 'a roll-up that comes again writes no file that a compaction has taken in',
    section: '5.6',
    edits: [
      edit(
        GENERATIONS,
        'if ((p.marks[writer] ?? 0) >= of.version) return undefined;',
        'if (p.files.some((f) => f.name === file)) return undefined;',
      ),
    ],
    directed: COMPACTED,
  },
  {
    name: 'lakeClaimLive',
    protects: 'files that come during a compaction go to the new generation',
    section: '5.6',
    edits: [edit(GENERATIONS, 'generation: p.next || p.live, name: file', 'generation: p.live, name: file')],
    directed: COMPACTED,
  },
  {
    name: 'lakeNoFence',
    protects: 'no generation follows while a request to the catalog may still land',
    section: '5.6',
    edits: [
      edit(
        GENERATIONS,
        'catalog === undefined || now > p.until + LANDS_WITHIN',
        'catalog === undefined || now > p.began',
      ),
    ],
    directed: 'a compaction that stood still leads no reader back, soon after',
  },
  {
    name: 'lakeNoLease',
    protects: 'a request to the catalog is begun in time or not at all',
    section: '5.6',
    edits: [edit(GENERATIONS, 'leased.live), leased.until);', 'leased.live), leased.until + KEEP_OLD);')],
    directed: 'a compaction that stood still leads no reader back, long after',
  },
  {
    name: 'lakeReuse',
    protects: 'no generation is begun twice',
    section: '5.6',
    edits: [edit(GENERATIONS, 'next: p.top + 1, began', 'next: p.live + 1, began')],
    directed: COMPACTED,
  },
  {
    name: 'lakeNotMine',
    protects: 'a compaction that was taken over decides nothing',
    section: '5.6',
    edits: [
      edit(GENERATIONS, 'if (p.next !== generation) return undefined;', 'if (p.live >= generation) return undefined;'),
    ],
    directed: 'of two compactions one decides, and rows that came meanwhile stay',
  },
  {
    name: 'lakeMissing',
    protects: 'a compaction waits for a file that was announced',
    section: '5.6',
    edits: [
      edit(
        COMPACT,
        'return found.every((f): f is Found => f.size !== undefined) ? found : undefined;',
        'return found.filter((f): f is Found => f.size !== undefined);',
      ),
    ],
    directed: COMPACTED,
  },
  {
    name: 'lakeOldInputs',
    protects: 'what a compaction takes in is fixed when it begins',
    section: '5.6',
    edits: [
      edit(
        COMPACT,
        'const sources = await filesOf(objects, begun);',
        'const sources = before as readonly Found[] | undefined;',
      ),
    ],
    directed: COMPACTED,
  },
  {
    name: 'lakeKeepOld',
    protects: 'files that readers found stay for a day',
    section: '5.6',
    edits: [edit(GENERATIONS, 'export const KEEP_OLD: Ms = hours(24);', 'export const KEEP_OLD: Ms = hours(1);')],
    directed: COMPACTED,
  },
  {
    name: 'lakeNoPartitionCond',
    protects: 'of two writers of a partition’s item one is refused',
    section: '5.6',
    edits: [
      edit(
        'shared/steps/lake/partition.ts',
        "before.v === 0 ? { kind: 'absent' } : { kind: 'equals', field: 'v', value: before.v },",
        'undefined,',
      ),
    ],
    directed: COMPACTED,
  },
];
