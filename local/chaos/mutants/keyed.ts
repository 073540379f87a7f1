// Interval joins, running groups, first rows, Top-N per key.
import { edit, type Mutant } from './mutant.ts';

const INTERVAL = 'shared/steps/operators/interval.ts';
const SIDES = 'shared/steps/operators/join-sides.ts';
const RUNNING = 'shared/steps/operators/running.ts';
const UPDATES = 'shared/steps/operators/running-updates.ts';
const FIRST = 'shared/steps/operators/running-first.ts';
const REFINE = 'shared/steps/refine/refine.ts';
const section = 'decisions/2026-11-22-operators.md';

export const keyed: readonly Mutant[] = [
  {
    name: 'pairDiesEarly',
    protects: 'a row of a join stays as long as a partner in time may come',
    section,
    edits: [edit(INTERVAL, 'firstAt(rows, w - reach[i] + 1)', 'firstAt(rows, w + 1)')],
  },
  {
    name: 'pairTwiceAtOneTime',
    protects: 'a pair of one time is found from one side only',
    section,
    edits: [edit(INTERVAL, 'Math.min(r[0] - 1, r[0] + high)', 'Math.min(r[0], r[0] + high)')],
  },
  {
    name: 'pairBeforeWatermark',
    protects: 'a pair is sent when the watermark reaches the later of its times',
    section,
    edits: [edit(INTERVAL, 'i < ls.length && (ls[i] as JoinRow)[0] <= w; i++', 'i < ls.length; i++')],
  },
  {
    name: 'pairAgain',
    protects: 'a pair is sent in one decision',
    section,
    edits: [edit(INTERVAL, 'let i = firstAt(ls, closed + 1);', 'let i = 0 * closed;')],
  },
  {
    name: 'pairNeverLate',
    protects: 'a row behind the watermark is late for a join, whatever its partners’ times',
    section,
    edits: [edit(INTERVAL, 'if (time <= w) return { late: null };', '')],
  },
  {
    name: 'sidesUnsorted',
    protects: 'rows of a side stand in the order of time, whatever order their entries are counted in',
    section,
    edits: [edit(SIDES, 'if (isBefore(last, first)) return a.concat(b);', 'if (last !== first) return a.concat(b);')],
  },
  {
    name: 'keyDiesEarly',
    protects: 'a key is remembered as long as a row in time may touch it',
    section,
    edits: [edit(RUNNING, "emit === 'first' ? end > w : end + ttl > w", "emit === 'first' ? end > w : end > w")],
  },
  {
    name: 'firstDiesEarly',
    protects: 'a key whose first row was sent is remembered as long as rows follow each other',
    section,
    edits: [
      edit(RUNNING, "emit === 'first' ? end > w : end + ttl > w", "emit === 'first' ? end - ttl > w : end + ttl > w"),
    ],
  },
  {
    name: 'runningNeverLate',
    protects: 'a row that could touch a forgotten key is late',
    section,
    edits: [edit(RUNNING, 'if (isLate(query, time, w)) return { late: null };', '')],
  },
  {
    name: 'olderOverNewer',
    protects: 'the newest rows of a key stand, also when older ones changed later',
    section,
    edits: [edit(UPDATES, 'out.length > 0 || absorbed.length > 1 ? without(was, is.rows) : was', 'was')],
  },
  {
    name: 'updatesNotTold',
    protects: 'keys that changed since the last decision are told, also those counted without one',
    section,
    edits: [
      edit(
        REFINE,
        'memory = { state, v: m.v, ahead: true };',
        'settle(state, new Set());\n      memory = { state, v: m.v, ahead: true };',
      ),
    ],
  },
  {
    name: 'firstBeforeWatermark',
    protects: 'a first row is sent when none can come before it any more',
    section,
    edits: [edit(FIRST, 'if (s.start > w || s.start <= closed) continue;', 'if (s.start <= closed) continue;')],
  },
  {
    name: 'firstAgain',
    protects: 'a first row is sent once',
    section,
    edits: [
      edit(FIRST, 'if (s.start > w || s.start <= closed) continue;', 'if (s.start > w) continue;'),
      edit(FIRST, 'if (s.start <= w) s.state = [[]];', ''),
    ],
  },
];
