// A second run of a query beside the first: what it is fed with, and whom readers see.
import { edit, type Mutant } from './mutant.ts';

const SWITCH = 'shared/steps/replay/switch.ts';
const FEED = 'shared/steps/replay/feed.ts';
const REPAIRS = 'shared/steps/replay/repairs.ts';

export const replays: readonly Mutant[] = [
  {
    name: 'replayCancelOpen',
    protects: 'a cancel puts the readers once more, so that no switch that began before it can',
    section: '10',
    edits: [edit(SWITCH, 'if (!(await putServing(results, before, before.tables, nonce()))) continue;', '')],
    directed: 'a switch that goes on after a cancel sends no reader to the run',
  },
  {
    name: 'replaySkips',
    protects: 'what was fed is what the head has done',
    section: '10',
    edits: [edit(FEED, 'chosen.held = chosen.held.slice(done);', 'chosen.held = chosen.held.slice(done + 1);')],
  },
  {
    name: 'replayRepairs',
    protects: 'events that were sent again come through as in the first run',
    section: '10',
    edits: [edit(REPAIRS, 'if (found === undefined) return undefined;', 'if (found !== null) return undefined;')],
  },
];
