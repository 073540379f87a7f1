// Windows and sessions.
import { edit, type Mutant } from './mutant.ts';

const WATERMARK = 'shared/steps/aggregate/watermark.ts';
const WINDOW = 'shared/steps/operators/window.ts';
const SESSION = 'shared/steps/operators/session.ts';
const SLICES = 'shared/steps/operators/open-slices.ts';

export const windows: readonly Mutant[] = [
  {
    name: 'endNotLast',
    protects: 'a window is due when the watermark reaches its last instant (Flink’s rule)',
    section: '2',
    edits: [edit('shared/window/window.ts', '=> end - 1 <= watermark;', '=> end <= watermark;')],
    directed: 'a window closes, and a row is late, at its last instant',
  },
  {
    name: 'sessHalfOpen',
    protects: 'rows exactly one gap apart are one session',
    section: '5.4',
    edits: [edit('shared/window/session.ts', 's.start <= last.end', 's.start < last.end')],
    directed: 'rows exactly one gap apart are one session',
  },
  {
    name: 'sesWPlus1',
    protects: 'sessions have a watermark one ms less',
    section: '13',
    edits: [edit(WATERMARK, '(hasSessions(q) || tellsAtOnce(q) ? 1 : 0)', '(tellsAtOnce(q) ? 1 : 0)')],
    directed: 'a session closes, and a row is late, one ms later',
  },
  {
    name: 'delayIgnored',
    protects: 'the watermark stays behind the clock by the delay',
    section: '2',
    edits: [edit(WATERMARK, 'clock - q.delay - (hasSessions', 'clock - (hasSessions')],
  },
  {
    name: 'jInEveryWindow',
    protects: 'a partial with j > 0 counts only in the windows after those j',
    section: '5.3',
    edits: [edit(SLICES, '        if (i < j) return;\n', '')],
  },
  {
    name: 'sharedStates',
    protects: 'a window adds its slices up in a copy: other windows share them',
    section: 'operators/window.ts',
    edits: [
      edit(
        WINDOW,
        'mine === undefined ? [...states] : merge(mine, states)',
        'mine === undefined ? states : merge(mine, states)',
      ),
    ],
  },
  {
    name: 'noRevision',
    protects: 'a window that closed is revised within its lateness',
    section: '5.4',
    edits: [edit(WINDOW, 'if (!first && isDue(end + lateness, closed)) continue;', 'if (!first) continue;')],
    directed: 'a revision counts all rows of its window',
  },
  {
    name: 'noTombstone',
    protects: 'a revision whose HAVING does not hold any more takes its row back',
    section: '5.4',
    edits: [edit(WINDOW, '(result.kept || !first || query.tellsEnds || wasShown', '(result.kept || wasShown')],
    directed: 'a revision whose HAVING fails takes the row back',
  },
  {
    name: 'deadTooSoon',
    protects: 'slices are held until their last window and its lateness are over',
    section: '5.4',
    edits: [
      edit(
        SLICES,
        'if (slice + size - 1 + lateness <= w) slices.delete(slice);',
        'if (slice + size - 1 <= w) slices.delete(slice);',
      ),
    ],
    directed: 'a revision counts all rows of its window',
  },
  {
    name: 'deadNever',
    protects: 'what no window needs any more leaves the memory',
    section: '5.4',
    edits: [
      edit(
        SLICES,
        'if (slice + size - 1 + lateness <= w) slices.delete(slice);',
        'if (slice > 1e15) slices.delete(slice);',
      ),
    ],
    directed: 'a window that is over leaves the snapshot',
  },
  {
    name: 'sessionsDeadTooSoon',
    protects: 'a session that is open stays',
    section: '5.4',
    edits: [edit(SESSION, 'all.filter((s) => s.end - 1 > w)', 'all.filter((s) => s.start > w)')],
  },
];
