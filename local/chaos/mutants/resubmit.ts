// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the texts are source code
// Events that operators send again: claims, first places, clocks.
import { edit, type Mutant } from './mutant.ts';

const VALIDATE = 'shared/steps/validate.ts';
const RESUBMIT = 'shared/steps/resubmit.ts';

export const resubmits: readonly Mutant[] = [
  {
    name: 'againNoClaim',
    protects: 'of all copies of an event that was sent again one counts',
    section: '14',
    edits: [
      edit(
        VALIDATE,
        'if (!(await claimAgain(deps.table, run, key, `${shard.id}/${position(record.seq, 0)}`)))',
        'if ((await claimAgain(deps.table, run, key, `${shard.id}/${position(record.seq, 0)}`)) === undefined)',
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
        VALIDATE,
        'const verdict = deps.judge(payload, again.arrival,',
        'await claimAgain(deps.table, run, key, `${shard.id}/${position(record.seq, 0)}`);\n      const verdict = deps.judge(payload, again.arrival,',
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
        VALIDATE,
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
        VALIDATE,
        '      const group = groupOf(user, owned);\n      tally.add(1, 0, 0);\n      outbox.add(group, {',
        '      const group = groupOf(user, owned);\n      tally.add(1, 0, 0);\n      at = onEvent(at, record.arrival, record.arrival, deps.delay);\n      outbox.add(group, {',
      ),
    ],
  },
];
