// Messages to queues, buses and endpoints.
import { edit, type Mutant } from './mutant.ts';

const FORWARD = 'shared/steps/sink/forward.ts';
const DELIVER = 'shared/steps/sink/deliver.ts';
const ALERTS = 'shared/destinations/alerts.ts';

const ONCE = 'a message is sent once, whichever sandbox reads its batch';
const ENTRIES = 'entries that failed are sent again, alone';
const ASIDE = 'rows refused of a batch that was sent in part stay kept aside when the rest is';
const TURNS = 'a breach is told once, and its end';

export const messages: readonly Mutant[] = [
  {
    name: 'publishNoMarks',
    protects: 'a row behind its lane’s mark was sent: it is not sent again',
    section: '5.2',
    edits: [
      edit(
        FORWARD,
        "if (found.kind === 'other' || !isBeyond(mark ?? NEW_LANE, item.seq, item.index, item.child)) return;",
        "if (found.kind === 'other') return;",
      ),
    ],
    directed: ONCE,
  },
  {
    name: 'publishStaleHead',
    protects: 'the newest entry is read for every batch, since another sandbox may have sent',
    section: '5.2',
    edits: [
      edit(
        FORWARD,
        '    const head = await headOf(shard);\n',
        '    const kept = (forward as unknown as { m?: WeakMap<object, Map<string, Head>> });\n    kept.m ??= new WeakMap();\n    const mine = kept.m.get(read) ?? new Map<string, Head>();\n    kept.m.set(read, mine);\n    const head = mine.get(shard) ?? (await headOf(shard));\n    mine.set(shard, head);\n',
      ),
    ],
    directed: ONCE,
  },
  {
    name: 'publishResendsAll',
    protects: 'of a batch call only the entries that failed are sent again',
    section: '5.2',
    edits: [edit(DELIVER, '        left = again;\n', '        left = again.length > 0 ? left : again;\n')],
    directed: ENTRIES,
  },
  {
    name: 'publishAnswersTooFar',
    protects: 'a record is done only when its messages are taken',
    section: '5.2',
    edits: [
      edit(
        FORWARD,
        'const stop = undone.reduce((least, f) => Math.min(least, f.at), items.length);',
        'const stop = items.length + 0 * undone.length;',
      ),
    ],
    directed: ENTRIES,
  },
  {
    name: 'publishOverwritesRefused',
    protects: 'rows refused of a batch stay kept aside when it comes again for the rest',
    section: '5.2',
    edits: [edit('shared/steps/side-door.ts', 'update(lines.toSorted().', 'update(lines.slice(lines.length).')],
    directed: ASIDE,
  },
  {
    name: 'alertEveryRow',
    protects: 'of a breach one message is sent, and one of its end',
    section: '3',
    edits: [
      edit(
        ALERTS,
        'changes: (row.row !== null) !== (state?.open === true) }',
        'changes: row.row !== null || state?.open === true }',
      ),
    ],
    directed: TURNS,
  },
  {
    name: 'alertNoVersion',
    protects: 'a row older than the newest that was told of raises nothing',
    section: '3',
    edits: [
      edit(
        ALERTS,
        'const isNew = state === undefined || String(state.ver) < row.version;',
        'const isNew = row.version !== undefined;',
      ),
    ],
    directed: TURNS,
  },
];
