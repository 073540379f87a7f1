// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the texts are source code
// Events that operators send again: claims, first places, clocks.
import { edit, type Mutant } from './mutant.ts';

const TAKE = 'shared/steps/validate/take.ts';
const TAKE_AGAIN = 'shared/steps/validate/take-again.ts';
const RESUBMIT = 'shared/steps/resubmit.ts';

export const resubmits: readonly Mutant[] = [
  {
    name: 'againNoClaim',
    protects: 'of all copies of an event that was sent again one counts',
    section: '14',
    edits: [
      edit(
        TAKE_AGAIN,
        'if (!(await claimAgain(table, run, key, `${shard.id}/${position(record.seq, 0)}`)))',
        'if ((await claimAgain(table, run, key, `${shard.id}/${position(record.seq, 0)}`)) === undefined)',
      ),
    ],
  },
  {
    name: 'againNoOwner',
    protects: 'the copy that claimed passes again when its batch comes again',
    section: '14',
    edits: [edit(RESUBMIT, 'claimed.ok || claimed.found?.owner === owner', 'claimed.ok')],
  },
  {
    name: 'againClaimsFirst',
    protects: 'a repair that is rejected claims nothing, so that a better one can follow',
    section: '14',
    edits: [
      edit(
        TAKE_AGAIN,
        'const verdict = deps.judge(payload, again.arrival,',
        'await claimAgain(table, run, key, `${shard.id}/${position(record.seq, 0)}`);\n    const verdict = deps.judge(payload, again.arrival,',
      ),
    ],
  },
  {
    name: 'againNewPlace',
    protects: 'an event that was sent again has its first place in the order of arrival',
    section: '5.7',
    edits: [
      edit(
        'shared/lanes/position.ts',
        'e.again === undefined\n    ? e',
        'e.again === undefined || e !== undefined\n    ? e',
      ),
    ],
  },
  {
    name: 'againNewId',
    protects: 'the id that the first position claimed is the event’s own',
    section: '14',
    edits: [
      edit(
        TAKE_AGAIN,
        'secondCopies([{ ...first, seen: [{ user: { ...user, index: again.index }, verdict }] }])',
        'secondCopies([{ shard: shard.id, seq: record.seq, arrival: record.arrival, seen: [{ user, verdict }] }])',
      ),
    ],
  },
  {
    name: 'againMovesClock',
    protects: 'an event that was sent again is no news: it moves no clock',
    section: '2',
    edits: [
      edit(
        TAKE,
        'return takeAgain(desk, at, record, what.key, what.payload);',
        '{ await takeAgain(desk, at, record, what.key, what.payload); at = onEvent(at, record.arrival, record.arrival, deps.delay); return; }',
      ),
    ],
  },
];
