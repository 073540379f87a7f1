// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the texts are source code
// The ledger: one conditional put is the batch.
import { edit, type Mutant } from './mutant.ts';

const LEDGER = 'shared/steps/ledger/ledger.ts';
const AGGREGATE = 'shared/steps/aggregate/aggregate.ts';
const REFINE = 'shared/steps/refine/refine.ts';
const FOLD = 'shared/steps/aggregate/fold-batch.ts';
const SLICES = 'shared/steps/operators/open-slices.ts';

export const ledgers: readonly Mutant[] = [
  {
    name: 'noCondPut',
    protects: 'an entry is put only if its number is free',
    section: '3',
    edits: [edit(LEDGER, "        { kind: 'absent' },\n", '')],
  },
  {
    name: 'takenIsDone',
    protects: 'a batch whose number was taken is filtered and put again',
    section: '5.3',
    edits: [
      edit(
        AGGREGATE,
        'if (!appended.ok) throw new Fault',
        'if (!appended.ok) return false;\n    if (!appended) throw new Fault',
      ),
    ],
  },
  {
    name: 'staleHead',
    protects: 'a head whose put failed is read again',
    section: '5.3',
    edits: [edit(AGGREGATE, '        heads.delete(batch.shard);\n', '')],
  },
  {
    name: 'lostIsDone',
    protects: 'a put whose answer was lost is looked up, not believed',
    section: '3',
    edits: [
      edit(
        AGGREGATE,
        'if (tries === TRIES || !(error instanceof Fault)',
        "if (error instanceof Fault && error.code === 'table.unavailable') return { done: batch.records.length };\n        if (tries === TRIES || !(error instanceof Fault)",
      ),
    ],
  },
  {
    name: 'sharedLedger',
    protects: 'each function and stream has its own ledger: shard ids repeat in every stream',
    section: '2',
    edits: [edit('shared/steps/aggregate/name.ts', '`aggregate/${reads}`', '`aggregate/${reads.slice(0, 0)}`')],
  },
  {
    name: 'ttlHead',
    protects: 'the newest marks outlive their entry: the floor',
    section: '13',
    edits: [
      edit(
        LEDGER,
        "const floor = await table.get({ pk: pk(shard), sk: 'floor' });",
        'const floor: Item | undefined = undefined as Item | undefined;',
      ),
    ],
    directed: 'an idle shard goes on where it stood after its entries expired',
  },
  {
    name: 'floorHidden',
    protects: 'an expired entry that the table did not delete yet does not hide the floor',
    section: '10',
    edits: [
      edit(
        LEDGER,
        'floor === undefined || (item !== undefined && (item.n as number) >= (floor.n as number)) ? item : floor',
        'item ?? floor',
      ),
    ],
    directed: 'an expired entry that still stands hides no floor',
  },
  {
    name: 'noFloor',
    protects: 'a snapshot writes the floors of its cursors',
    section: '10',
    edits: [edit(REFINE, 'for (const tip of state.tips.values()) await book.putFloor(tip);', '')],
    directed: 'an idle shard goes on where it stood after its entries expired',
  },
  {
    name: 'floorLast',
    protects: 'floors stand before the decision that names their snapshot',
    section: '10',
    edits: [
      edit(REFINE, '    for (const tip of state.tips.values()) await book.putFloor(tip);\n', ''),
      edit(
        REFINE,
        '      state.tips.clear();',
        '      for (const tip of state.tips.values()) await book.putFloor(tip);\n      state.tips.clear();',
      ),
    ],
    directed: 'floors stand before the snapshot that needs them',
  },
  {
    name: 'staleForEver',
    protects: 'entries beyond the snapshot come into one before they expire, also when nothing more comes',
    section: '10',
    edits: [edit(REFINE, 'const stale = state.tips.size > 0 && wantsSnapshot(state, m, now);', 'const stale = false;')],
    directed: 'the last entries before a silence come into a snapshot',
  },
  {
    name: 'floorFalls',
    protects: 'a late writer does not move a floor back',
    section: '3',
    edits: [edit(LEDGER, "{ kind: 'below', field: 'n', value: n }", 'undefined')],
    directed: 'an older snapshot does not move a floor back',
  },
  {
    name: 'gapIgnored',
    protects: 'entries are read while their numbers follow one another; a missing one sends refine to its snapshot',
    section: '5.4',
    edits: [edit(LEDGER, 'if (item.n !== n + out.length + 1) break;', '')],
    directed: 'a memory whose next entries expired starts from the snapshot',
  },
  {
    name: 'lateNotInEntry',
    protects: 'late and failed events travel in the entry: a crash after the put would lose them',
    section: '13',
    edits: [
      edit(AGGREGATE, 'body: entryBody(folded.partials, folded.side),', 'body: entryBody(folded.partials, []),'),
      edit(
        AGGREGATE,
        'if (!appended.ok) throw new Fault',
        'if (appended.ok)\n      for (const e of folded.side)\n        await deps.objects.put(`late/${e.query}-${e.shard}-${e.position}`, Buffer.from(JSON.stringify({ ...e, event: JSON.parse(e.event) })));\n    if (!appended.ok) throw new Fault',
      ),
    ],
    directed: 'a late event outlives the sandbox that counted it',
  },
  {
    name: 'pruneEarly',
    protects: 'an ended lane stays in the entries until no copy of its events can come',
    section: '10',
    edits: [
      edit(
        'shared/steps/aggregate/prune-after.ts',
        'export const PRUNE_AFTER = days(30);',
        'export const PRUNE_AFTER = 1;',
      ),
    ],
  },
  {
    name: 'noPrune',
    protects: 'an ended lane leaves the entries in the end: they do not grow with each reshard',
    section: '10',
    edits: [
      edit(
        AGGREGATE,
        'for (const [lane, m] of lanes) if (m.endedAt > 0 && m.endedAt < oldest) lanes.delete(lane);',
        'if (oldest < 0) lanes.clear();',
      ),
    ],
    directed: 'a pruned lane does not come back by another shard',
  },
  {
    name: 'objectAfterEntry',
    protects: 'an entry’s object is written before the entry names it',
    section: '3',
    small: true,
    edits: [
      edit(
        LEDGER,
        '        await objects.put(name, body);\n',
        '        void objects.put(name, body).catch(() => undefined);\n',
      ),
    ],
  },
  {
    name: 'objectByNumber',
    protects: 'an entry’s object has a fresh name: who lost the number does not write over the winner’s',
    section: '3',
    edits: [edit(LEDGER, '/${n}-${deps.nonce()}`', '/${n}`')],
    directed: 'a loser’s object does not stand for the winner’s',
  },
  {
    name: 'failsHalf',
    protects: 'a row that makes one aggregate fail counts in none: arguments are computed before the first is added',
    section: 'fold/query-fold.ts',
    edits: [
      edit(
        'shared/fold/query-fold.ts',
        'add: (states, row) => add(states, args(row)),',
        'add: (states, row) => {\n      query.aggregates.forEach((a, i) => {\n        const one = aggregateFold([a], functions);\n        const state = [states[i] as State];\n        one.add(state, one.args(row));\n        states[i] = state[0] as State;\n      });\n    },',
      ),
    ],
    directed: 'a row that one aggregate cannot take counts in none',
  },
  {
    name: 'oneFailsAll',
    protects: 'an event that one query fails on still counts in the others',
    section: '5.3',
    edits: [
      edit(
        FOLD,
        "    aside('rejected', null, message(error));\n    q.tally[4]++;\n",
        '    throw new Error(message(error));\n',
      ),
    ],
    directed: 'a row that one aggregate cannot take counts in none',
  },
  {
    name: 'hopNoJ',
    protects: 'a row that is late for the first windows of its slice counts only in the later ones',
    section: '5.3',
    edits: [edit(SLICES, 'return { j, slice };', 'return { j: 0, slice };')],
  },
  {
    name: 'endAtW',
    protects: 'aggregate and refine decide lateness by one rule: end - 1 <= w',
    section: '2',
    edits: [edit(SLICES, 'isDue((ends[j] as number) + lateness, w)', 'isDue((ends[j] as number) + 1 + lateness, w)')],
    directed: 'a window closes, and a row is late, at its last instant',
  },
  {
    name: 'latenessNotGiven',
    protects: 'a row within the allowed lateness is counted',
    section: '5.3',
    edits: [edit(SLICES, 'isDue((ends[j] as number) + lateness, w)', 'isDue(ends[j] as number, w)')],
  },
  {
    name: 'sessionLateOneOff',
    protects: 'a row of a session is late at its watermark + 1',
    section: '2',
    edits: [edit('shared/steps/operators/session.ts', 'if (time <= w + 1) return', 'if (time <= w) return')],
    directed: 'a session closes, and a row is late, one ms later',
  },
];
