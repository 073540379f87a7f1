// A table that is brought back to an earlier instant while the streams go on.
import { edit, type Mutant } from './mutant.ts';

const HOME = 'shared/steps/home.ts';
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
    edits: [
      edit(
        BACK,
        'if (!stays.some((prefix) => item.pk.startsWith(prefix))) continue;',
        'if (stays.length > 0) continue;',
      ),
    ],
    directed: 'a copy that is read first after a restore does not pass beside the one that passed before',
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
