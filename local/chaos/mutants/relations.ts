// Relations over windows (joins, Top-N) and rows of open windows.
import { edit, type Mutant } from './mutant.ts';

const KEPT = 'shared/fold/kept-rows.ts';
const WINDOW = 'shared/steps/operators/window.ts';
const COMPOSED = 'shared/steps/operators/composed.ts';
const REBUILD = 'shared/steps/refine/rebuild.ts';
const EARLY = 'decisions/2026-11-22-operators.md';
const OPERATORS = EARLY;

export const relations: readonly Mutant[] = [
  {
    name: 'tiesByEntry',
    protects: 'equal rows stand in the order in which they came to raw, not in that of the entries',
    section: OPERATORS,
    edits: [edit(KEPT, ' || sign * byArrival(a, b);', ';')],
  },
  {
    name: 'mergeAppends',
    protects: 'two lists of the best rows are merged in order before they are cut',
    section: OPERATORS,
    edits: [edit(KEPT, 'if (y === undefined || (x !== undefined && compare(x, y) <= 0)) {', 'if (x !== undefined) {')],
  },
  {
    name: 'cutTooSoon',
    protects: 'the N best rows are kept, not fewer',
    section: OPERATORS,
    edits: [edit(KEPT, 'Math.min(best.limit, most)', 'Math.min(best.limit - 1, most)')],
  },
  {
    name: 'placeWithoutShard',
    protects: 'the order of arrival is total: rows that came at one instant stand by raw shard, number and index',
    section: OPERATORS,
    edits: [edit(KEPT, '(a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0)', '(a[0].slice(0, 10) < b[0].slice(0, 10) ? -1 : 0)')],
  },
  {
    name: 'sharedLists',
    protects: 'windows that share a slice merge copies of its lists',
    section: OPERATORS,
    edits: [edit(COMPOSED, 'held.mine ? held.states : fold.copy(held.states)', 'held.states')],
  },
  {
    name: 'partnersDieEarly',
    protects: 'rows of a join stay until their window closes',
    section: OPERATORS,
    edits: [edit(COMPOSED, 'dropSlices(slices, slicing, NO_LATENESS, w);', 'dropSlices(slices, slicing, -3_000, w);')],
  },
  {
    name: 'halfAnEvent',
    protects: 'an event is added to all folds of a relation or to none',
    section: OPERATORS,
    edits: [edit(COMPOSED, 'folds.forEach((f, i) => {', 'folds.slice(0, 1).forEach((f, i) => {')],
  },
  {
    name: 'finalsNotSent',
    protects: 'a window that closes sends its final, also when an early row said the same',
    section: EARLY,
    edits: [
      edit(
        COMPOSED,
        'for (const row of is) rows.push(rowOf(window, row, true, false));',
        'for (const row of changed(shownBefore(window, parts), is)) rows.push(rowOf(window, row, true, false));',
      ),
    ],
  },
  {
    name: 'earlyUnmarked',
    protects: 'a row of an open window says so',
    section: EARLY,
    edits: [edit('shared/steps/refine/row-event.ts', '...(row.early ? { early: true } : {}),', '')],
  },
  {
    name: 'earlyStays',
    protects: 'an early row that does not hold any more is taken back',
    section: EARLY,
    edits: [
      edit(
        WINDOW,
        '(result.kept || !first || query.tellsEnds || wasShown(key, window, parts))',
        '(result.kept || !first || query.tellsEnds)',
      ),
    ],
  },
  {
    name: 'earlyOfWhatCame',
    protects: 'a cold start knows what stood when early rows were sent last',
    section: EARLY,
    edits: [edit(REBUILD, 'early: entry.n > (m.early[id]?.cur[shard] ?? 0)', 'early: false')],
  },
  {
    name: 'earlyNotInSnapshot',
    protects: 'a snapshot carries what changed since early rows were sent',
    section: EARLY,
    edits: [
      edit(
        'shared/steps/refine/open-state.ts',
        'if (changed !== null) state.queries.get(id)?.restoreEarly(changed);',
        '',
      ),
    ],
    directed: 'an early row is taken back by a sandbox that begins with a snapshot',
  },
];
