// An operator of a replay: begins it, holds it for a while, and switches to it or cancels it, as `millrace replay` does. Several are at
// work, each of whose calls may fail or be the last.
import type { Nonce, Table } from '../../shared/ports.ts';
import { NO_PROGRESS, newReplay, type Replay, readReplay, setState } from '../../shared/steps/replay/control.ts';
import { cancel, switchTo } from '../../shared/steps/replay/switch.ts';
import type { EpochMs } from '../../shared/time.ts';
import type { Rng } from '../generate/rng.ts';
import type { Run } from './cast.ts';
import type { Ends } from './replayed.ts';

type ReplayerDeps = {
  /** Of the first run. */
  readonly ledger: Table;
  readonly results: Table;
  readonly nonce: Nonce;
  readonly rng: Rng;
  readonly run: string;
  readonly what: Pick<Replay, 'query' | 'tables' | 'results'>;
  readonly ends: Ends;
  readonly now: () => EpochMs;
  readonly began: () => void;
  readonly isRemoved: () => boolean;
  readonly remove: () => Promise<void>;
};

/** `settle`: whatever was begun comes to its end. */
export const replayer = (deps: ReplayerDeps): Run => {
  const { ledger, results, nonce, rng, run, remove } = deps;
  const both = { table: ledger, results, nonce };
  return async (settle) => {
    const replay = await readReplay(ledger, run);
    if (replay === undefined) {
      if (deps.isRemoved()) return;
      deps.began();
      await newReplay(ledger, {
        ...deps.what,
        run,
        state: 'running',
        version: 'new',
        with: [],
        pipeline: 'pipeline',
        from: null,
        to: null,
        rate: null,
        created: deps.now(),
        progress: NO_PROGRESS,
      });
      return;
    }
    const { state, progress } = replay;
    if (state === 'cancelling') return cancel(both, run, remove);
    if (state === 'switching') return switchTo(both, run);
    if (state === 'paused') return setState(ledger, run, 'paused', 'running');
    if (!settle && state === 'running' && rng.chance(0.15)) return setState(ledger, run, 'running', 'paused');
    const cancels = deps.ends === 'cancel' || (deps.ends === 'race' && rng.chance(0.5));
    if (!settle && !progress.caughtUp && rng.chance(0.8)) return;
    return cancels && state !== 'switched' ? cancel(both, run, remove) : switchTo(both, run);
  };
};
