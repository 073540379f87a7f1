// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the texts are source code
// Refine: one conditional put of the manifest is the decision.
import { edit, type Mutant } from './mutant.ts';

const REFINE = 'shared/steps/refine/refine.ts';
const MANIFEST = 'shared/steps/refine/manifest.ts';
const REBUILD = 'shared/steps/refine/rebuild.ts';
const OPEN = 'shared/steps/refine/open-state.ts';
const SEND_LAST = `    await send(sending, next, out);
    await store.markSent(next);`;
const BARRIER = 'if (Object.entries(entry.par ?? {}).some(([p, n]) => (state.cur[p] ?? 0) < n)) break;';

export const refines: readonly Mutant[] = [
  {
    name: 'noManCond',
    protects: 'a manifest is put only if its version is unchanged',
    section: '3',
    edits: [
      edit(
        MANIFEST,
        "before.v === 0 ? { kind: 'absent' } : { kind: 'equals', field: 'v', value: before.v },",
        'undefined,',
      ),
    ],
    directed: 'of two runs one decides, the other forgets',
  },
  {
    name: 'emitFirst',
    protects: 'results are sent only after they were decided',
    section: '5.4',
    edits: [
      edit(
        REFINE,
        'if (!(await store.decide(m, next))) return',
        'await send(sending, next, out);\n    if (!(await store.decide(m, next))) return',
      ),
    ],
    directed: 'of two runs one decides, the other forgets',
  },
  {
    name: 'assumeWon',
    protects: 'a manifest put whose answer was lost is looked up, not believed',
    section: '3',
    edits: [edit(MANIFEST, 'return (await deps.table.get(key))?.id === id;', 'return true;')],
    directed: 'a put of a manifest that failed decides nothing',
  },
  {
    name: 'loserSends',
    protects: 'a run that lost the manifest forgets what it found due',
    section: '5.4',
    edits: [
      edit(
        REFINE,
        'if (!(await store.decide(m, next))) return',
        'if (!(await store.decide(m, next)) && m === null) return',
      ),
    ],
    directed: 'of two runs one decides, the other forgets',
  },
  {
    name: 'noResend',
    protects: 'what was decided and not sent is sent by the next run',
    section: '5.4',
    edits: [edit(REFINE, 'if (m.out !== null && !m.sent) {', 'if (m.out !== null && m.sent) {')],
    directed: 'what was decided is sent, whoever dies',
  },
  {
    name: 'sentFirst',
    protects: '`sent` is set after the rows were sent',
    section: '5.4',
    edits: [edit(REFINE, SEND_LAST, '    await store.markSent(next);\n    await send(sending, next, out);')],
    directed: 'what was decided is sent, whoever dies',
  },
  {
    name: 'lateAfterSent',
    protects: 'late and failed events are delivered before `sent`',
    section: '13',
    edits: [
      edit(
        REFINE,
        SEND_LAST,
        `    await send(sending, next, { ...out, side: [] });
    await store.markSent(next);
    await send(sending, next, { ...out, rows: [], marks: [] });`,
      ),
    ],
    directed: 'what was decided is sent, whoever dies',
  },
  {
    name: 'sentOfOther',
    protects: '`sent` is set only on the manifest whose rows were sent',
    section: '3',
    edits: [edit(MANIFEST, "{ sent: true }, { kind: 'equals', field: 'v', value: m.v }", '{ sent: true }')],
    directed: 'a run says sent only of what it sent',
  },
  {
    name: 'outboxByVersion',
    protects: 'outbox rows lie under a fresh name: a loser’s rows are not the winner’s',
    section: '13',
    edits: [edit(MANIFEST, '/out/${deps.part}/${id}`', '/out/${deps.part}/${next.v}`')],
    directed: 'a loser’s rows do not stand for the winner’s',
  },
  {
    name: 'snapshotByVersion',
    protects: 'a snapshot lies under a fresh name: a loser’s state is not the winner’s',
    section: '13',
    edits: [edit(REFINE, '/snap/${PART}/${deps.nonce()}`', '/snap/${PART}/${m.v + 1}`')],
    directed: 'a loser’s snapshot does not stand for the winner’s',
  },
  {
    name: 'numbersReused',
    protects: 'an outbox number has one content',
    section: '6, I6',
    edits: [edit(REFINE, 'next: out.markNo + 1,', 'next: m.next,')],
  },
  {
    name: 'markNoNumber',
    protects: 'the mark of a decision has a number of its own',
    section: '13',
    edits: [
      edit(REFINE, 'markNo: m.next + back.length + rows.length,', 'markNo: m.next + Math.max(0, rows.length - 1),'),
    ],
    directed: 'a decision’s mark counts beside its last row',
  },
  {
    name: 'noRefinedMarks',
    protects: 'refine marks every lane of its results',
    section: '5.4',
    edits: [edit(REFINE, 'marks: awaited\n', 'marks: awaited.slice(0, 0)\n')],
    directed: 'a decision’s mark counts beside its last row',
  },
  {
    name: 'idleMarks',
    protects:
      'a mark is sent only when the watermark rose: queries that follow each other would answer each other for ever',
    section: '5.4',
    edits: [edit(REFINE, '.filter((q) => (w[q.id] as EpochMs) > (m.closed[q.id] ?? START_OF_TIME))', '')],
    directed: 'queries that follow each other come to rest',
  },
  {
    name: 'minWMarks',
    protects: 'a query’s marks carry its own watermark',
    section: '13',
    edits: [
      edit(REFINE, 'watermark: (w[q.id] as EpochMs) - q.behind })', 'watermark: Math.min(...Object.values(w)) })'),
    ],
    directed: 'a slow query does not hold up a chain behind a fast one',
  },
  {
    name: 'wmPerShard',
    protects: 'the watermark is the least of all lanes, not of the shards that were read',
    section: '13',
    edits: [
      edit(
        REBUILD,
        'if (m.snap === null) await addRootLanes(state, deps, (await deps.ranIdle()) ? await deps.raw.listed() : undefined);',
        'if (m.snap === null) state.lanes.clear();',
      ),
      edit(
        OPEN,
        '  foldLanes(state, entry.lanes);\n',
        `  const raw = [...entry.lanes].filter(([l]) => !l.startsWith('m.')).map(([, m]) => m);
  const rest = [...entry.lanes].filter(([l]) => l.startsWith('m.'));
  const greatest = raw.sort((a, b) => b.clock - a.clock)[0];
  foldLanes(state, new Map([...rest, ...(greatest ? [[\`\${entry.shard}/0\`, { ...greatest, endedAt: 0 }] as const] : [])]));
`,
      ),
    ],
  },
  {
    name: 'noRoots',
    protects: 'the raw shards of the beginning are waited for before they showed anything',
    section: '5.4',
    edits: [
      edit(
        REBUILD,
        'if (m.snap === null) await addRootLanes(state, deps, (await deps.ranIdle()) ? await deps.raw.listed() : undefined);',
        'if (m.snap === null) state.lanes.clear();',
      ),
    ],
  },
  {
    name: 'noRefinedRoots',
    protects: 'the lanes of the queries read are waited for before they showed anything',
    section: '5.5',
    edits: [edit(REBUILD, '  addRefinedLanes(state, deps);\n  return state;', '  return state;')],
  },
  {
    name: 'oneCursor',
    protects: 'a snapshot has cursors of its own',
    section: '13',
    edits: [
      edit(
        REBUILD,
        'restoreSnapshot(state, snapshot);',
        'restoreSnapshot(state, snapshot);\n    Object.assign(state.cur, m.cur);',
      ),
    ],
    directed: 'a cold start in the middle of a window forgets nothing',
  },
  {
    name: 'snapshotWithoutLanes',
    protects: 'a snapshot holds the lanes and their clocks',
    section: '3',
    small: true,
    edits: [
      edit(
        OPEN,
        'for (const [lane, clock, endedAt] of snapshot.lanes) state.lanes.set(lane, { clock, endedAt });',
        'for (const [lane, clock, endedAt] of snapshot.lanes.slice(0, 1)) state.lanes.set(lane, { clock, endedAt });',
      ),
    ],
  },
  {
    name: 'noBarrier',
    protects:
      'a child shard’s entries wait until its parents’ were counted (by the barrier, or by reading again until nothing is new)',
    section: '13',
    edits: [edit(REFINE, BARRIER, ''), edit(REFINE, '          moved = true;\n', '')],
    directed: 'a child’s entry is not counted before its parent’s last',
  },
  {
    name: 'noForced',
    protects: 'what was folded is decided within a minute also without rows',
    section: '5.4',
    edits: [
      edit(
        REFINE,
        '(eager || now - m.at >= DECIDE_AFTER || state.freshBytes >= DECIDE_BYTES)',
        '(eager || state.freshBytes >= DECIDE_BYTES)',
      ),
    ],
    directed: 'a late event is told within a minute',
  },
  {
    name: 'memNoLate',
    protects: 'late and failed events are kept with the memory until a decision tells them',
    section: '13',
    edits: [
      edit(
        REFINE,
        'memory = { state, v: m.v, ahead: true };',
        'state.side = [];\n      memory = { state, v: m.v, ahead: true };',
      ),
    ],
  },
  {
    name: 'memAhead',
    protects: 'a memory that was folded beyond its manifest is used only while that manifest stands',
    section: '13',
    edits: [edit(REFINE, 'mine !== null && !mine.ahead && mine.v < m.v', 'mine !== null && mine.v < m.v')],
    directed: 'a memory that is ahead is forgotten when another run decides',
  },
  {
    name: 'memAfterFault',
    protects: 'a run that fails on the way leaves no half-folded memory behind',
    section: '5.4',
    edits: [
      edit(
        REFINE,
        '    memory = null;\n    if (mine !== null && mine.v === m.v)',
        '    if (mine !== null && mine.v === m.v)',
      ),
    ],
    directed: 'a run that failed half-way leaves nothing behind',
  },
  {
    name: 'lanesEndTooSoon',
    protects: 'a lane that ended with children hands its wait on to them',
    section: '6, I3',
    edits: [
      edit(
        'shared/steps/validate/announce-ends.ts',
        'const next = children.filter((c) => ownedGroups(c, groups).includes(g)).map((c) => lane(c.id, g));',
        'const next = children.filter(() => false).map((c) => lane(c.id, g));',
      ),
    ],
  },
];
