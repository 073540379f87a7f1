// Operators of one replay who act at the same time.
import { countingNonce } from '../../../shared/memory/clock.ts';
import { memoryTable } from '../../../shared/memory/table.ts';
import { NO_PROGRESS, newReplay, readReplay } from '../../../shared/steps/replay/control.ts';
import { isServed, readServing } from '../../../shared/steps/replay/serving.ts';
import { cancel, switchTo } from '../../../shared/steps/replay/switch.ts';
import { asItIs, at, differs, type Schedule, stoppingAt, type Wrap, writes } from './given.ts';

const SECOND = '2';

/** One switches and stops at the put that readers go by; another cancels; then the first one goes on. */
const switchedLate: Schedule = async () => {
  const [table, results, nonce] = [memoryTable('ledger'), memoryTable('results'), countingNonce()];
  const deps = (wrap: Wrap) => ({ table, results: wrap(results), nonce });
  await newReplay(table, {
    run: SECOND,
    state: 'running',
    query: 'tens',
    version: 'new',
    with: [],
    tables: ['tens'],
    pipeline: 'pipeline',
    results: 'results-2',
    from: null,
    to: null,
    rate: null,
    created: at('00:00'),
    progress: NO_PROGRESS,
  });
  const stop = stoppingAt(writes('serving'));
  const late = switchTo(deps(stop.wrap), SECOND);
  await stop.reached;
  const removed: string[] = [];
  const ended = await cancel(deps(asItIs), SECOND, async ({ run }) => void removed.push(run));
  stop.go();
  const switched = await late;
  return [
    ...differs('cancel', [ended, removed], ['cancelled', [SECOND]]),
    ...differs('switch', switched, 'gone'),
    ...differs('readers see the run', isServed(await readServing(results), SECOND), false),
    ...differs('replay', (await readReplay(table, SECOND)) ?? null, null),
  ];
};

export const replaySchedules = {
  'a switch that goes on after a cancel sends no reader to the run': switchedLate,
} satisfies Readonly<Record<string, Schedule>>;
