// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the texts are source code
// A table that is brought back to an earlier instant while the streams go on.
import { edit, type Mutant } from './mutant.ts';

const HOME = 'shared/steps/home.ts';
const TAKE_BACK = 'shared/steps/refine/take-back.ts';
const BACK = 'local/restore/bring-back.ts';

export const restores: readonly Mutant[] = [
  {
    name: 'restoreTooEarly',
    protects: 'no function touches a copy of another table before it was brought back',
    section: '10',
    edits: [edit(HOME, 'if (said !== table)', 'if (said === undefined)')],
  },
  {
    name: 'restoreNoFence',
    protects: 'what a table that was given up decided after the instant counts for no query over queries',
    section: '10',
    edits: [edit(HOME, 'return fences.some((f) =>', 'return fences.length > 99 && fences.some((f) =>')],
  },
  {
    name: 'restoreOldEpoch',
    protects: 'a restore raises the epoch of outbox numbers',
    section: '3',
    edits: [edit(BACK, '  epoch,\n  home: table,', '  home: table,')],
    directed: 'numbers of decisions that were given up are not given out again',
  },
  {
    name: 'restoreNewNumbers',
    protects: 'what was decided before the instant and not sent keeps its numbers',
    section: '3',
    edits: [edit(BACK, '  oe: (item.oe as number | undefined) ?? (item.epoch as number),\n', '')],
    directed: 'what was decided before the instant and sent after it counts once',
  },
  {
    name: 'restoreClaims',
    protects: 'who owns an id never goes back',
    section: '14',
    edits: [edit(BACK, 'if (stays.some((prefix) => item.pk.startsWith(prefix))) kept++;\n    else if', 'if')],
    directed: 'a copy that is read first after a restore does not pass beside the one that passed before',
  },
  {
    name: 'restoreTree',
    protects: 'which shards a stream had at the beginning of the run is kept by a restore',
    section: '10',
    edits: [edit(BACK, ' && !item.pk.startsWith(FAMILIES(run))', '')],
    directed: 'the raw shards of the beginning keep their key groups through a restore',
  },
  {
    name: 'restoreLeavesRows',
    protects: 'a row that was sent after the instant and is never decided again is taken back',
    section: '10',
    edits: [edit(TAKE_BACK, 'f.fn !== fn || ', 'f.fn !== "" || ')],
    directed: 'a row that was sent after the instant and is never decided again is taken back',
  },
  {
    name: 'restoreTakesBackForEver',
    protects: 'the first decision after a restore takes back, none behind it',
    section: '10',
    edits: [edit(TAKE_BACK, ' || f.to <= outboxNumber(m.outEpoch, m.next)', '')],
    directed: 'rows are taken back by the first decision after a restore alone',
  },
  {
    name: 'restoreNothingStands',
    protects: 'keys without windows are sent as they stand, in place of rows that were sent after the instant',
    section: '10',
    edits: [edit('shared/steps/refine/refine.ts', '?.standing?.(keys) ?? []', '?.standing?.(new Set()) ?? []')],
    directed: 'a running key that comes back to what it was at the instant is sent once more',
  },
  {
    name: 'restoreNoRetire',
    protects: 'a table that was given up decides nothing any more',
    section: '10',
    edits: [edit(BACK, 'if (call.newer !== null) await retire(call.newer.table, run, into.name);', '')],
    directed: 'a run of a table that was given up decides nothing',
  },
  {
    name: 'restoreUnsent',
    protects: 'what a table that was given up has decided and not sent is taken back too',
    section: '10',
    edits: [edit(BACK, 'if (item.sent !== true) unsent.push(item);', '')],
    directed: 'what a table that was given up has decided and not sent is taken back too',
  },
  {
    name: 'restoreLake',
    protects: 'files of versions that the table does not know go aside',
    section: '5.6',
    edits: [
      edit(
        'local/restore/lake-back.ts',
        'if (knows(known.get(at), key)) continue;',
        'if (knows(known.get(at), key) || key !== name) continue;',
      ),
    ],
    directed: 'rows of the lake that were shown after the instant are shown once',
  },
];
