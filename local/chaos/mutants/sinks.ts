// Destinations: the results table and the lake.
import { edit, type Mutant } from './mutant.ts';

const ROWS = 'shared/steps/sink/dynamo-rows.ts';
const UPSERT = 'shared/steps/sink/upsert.ts';
const LAKE = 'shared/steps/write-lake.ts';
const GENERATIONS = 'shared/steps/lake/generations.ts';
const ROLL_UP = 'shared/steps/roll-up-lake.ts';

const STRANGE = 'rows that must go and rows that are none leave the others of the lake alone';

export const sinks: readonly Mutant[] = [
  {
    name: 'sinkNoVersion',
    protects: 'a row is written only over an older one',
    section: '3',
    edits: [
      edit(
        ROWS,
        "await results.put(item, { kind: 'below', field: 'ver', value: item.ver })",
        'await results.put(item)',
      ),
    ],
    directed: 'an older revision does not write over a newer one',
  },
  {
    name: 'sinkLastOfBatch',
    protects: 'of a batch’s rows of one key the newest is written',
    section: '3',
    edits: [edit(UPSERT, 'else if (found.row.version > write.row.version) {', 'else {')],
    directed: 'an older revision does not write over a newer one',
  },
  {
    name: 'sinkVersionByArrival',
    protects: 'the version of a row is its outbox number',
    section: '13',
    edits: [
      edit('shared/steps/sink/read-sink-row.ts', 'return isRefinedLane(e.lane)\n', "return e.lane.startsWith('-')\n"),
    ],
    directed: 'an older revision does not write over a newer one',
  },
  {
    name: 'sinkAnswersTooFar',
    protects: 'a record is done only when its rows are written',
    section: '5.2',
    edits: [
      edit(
        UPSERT,
        'undone.reduce((least, write) => Math.min(least, write.record), batch.records.length)',
        'batch.records.length + 0 * undone.length',
      ),
    ],
    directed: 'a row whose write failed comes again',
  },
  {
    name: 'lakeNoMarks',
    protects: 'a row is staged once: copies are dropped by their position',
    section: '5.6',
    edits: [
      edit(
        'shared/steps/lake/stage-batch.ts',
        'if (wanted === undefined || !isBeyond(mark ?? NEW_LANE, item.seq, item.index, item.child)) continue;',
        'if (wanted === undefined) continue;',
      ),
    ],
    directed: 'each row of the lake is shown once',
  },
  {
    name: 'lakeStaleHead',
    protects: 'write-lake reads the newest entry again when its number was taken',
    section: '5.6',
    edits: [edit(LAKE, '        heads.delete(shard);\n', '')],
    directed: 'each row of the lake is shown once',
  },
  {
    name: 'lakeNoReshow',
    protects: 'files of a decision that crashed are written by the next roll-up',
    section: '5.6',
    edits: [
      edit(
        ROLL_UP,
        'if (m !== undefined && !m.shown) m = await show',
        'if (m !== undefined && m.shown && m.v < 0) m = await show',
      ),
    ],
    directed: 'each row of the lake is shown once',
  },
  {
    name: 'lakeNoManCond',
    protects: 'of two roll-ups one decides a version',
    section: '5.6',
    edits: [
      edit(
        'shared/steps/lake/manifest.ts',
        "before === undefined ? { kind: 'absent' } : { kind: 'equals', field: 'v', value: before.v },",
        'undefined,',
      ),
    ],
    directed: 'two roll-ups at once show each row once',
  },
  {
    name: 'lakeShownFirst',
    protects: 'a version counts as shown only when all its files are written',
    section: '5.6',
    edits: [
      edit(
        ROLL_UP,
        '    await showEntries(shows, entries, tables, { shard, run: deps.run, version: m.v });\n',
        '    await manifests.setShown(shard, m);\n    await showEntries(shows, entries, tables, { shard, run: deps.run, version: m.v });\n',
      ),
    ],
    directed: 'a roll-up may die at any write',
  },
  {
    name: 'lakeOverlaps',
    protects: 'a version begins behind the one before',
    section: '5.6',
    edits: [
      edit('shared/steps/lake/manifest.ts', 'from: (before?.to ?? 0) + 1,', 'from: Math.max(1, before?.to ?? 0),'),
    ],
    directed: 'a roll-up may die at any write',
  },
  {
    name: 'lakeFreshFiles',
    protects: 'a version’s files have names of their own, so writing one again changes nothing',
    section: '5.6',
    edits: [edit(GENERATIONS, 'lakeFileName(of.shard, of.run, of.version)', 'lakeFileName(of.shard, of.run, 1)')],
    directed: 'a roll-up may die at any write',
  },
  {
    name: 'lakeTombstone',
    protects: 'what takes a row back is no row of the lake',
    section: '5.6',
    edits: [edit('shared/steps/lake/stage-batch.ts', 'if (event.deleted === true) return [];', '')],
    directed: STRANGE,
  },
  {
    name: 'lakeRejectsBestEffort',
    protects: 'a batch is staged only when its rejected rows are stored',
    section: '5.6',
    edits: [
      edit(
        LAKE,
        'await keepAside(deps.objects, aside, staged.rejects.map(rejectLine));',
        'await keepAside(deps.objects, aside, staged.rejects.map(rejectLine)).catch(() => undefined);',
      ),
    ],
    directed: STRANGE,
  },
  {
    name: 'lakeGapIgnored',
    protects: 'a hole in the entries stops the line',
    section: '5.6',
    edits: [
      edit(
        ROLL_UP,
        'if (newest === undefined || newest.n <= counted) return;',
        'if (newest === undefined || newest.n >= counted) return;',
      ),
    ],
    directed: 'a hole in the entries of the lake is told',
  },
];
