// The replays of the pipeline that runs on this machine: looks at what the commands wrote into the ledger table, and begins, holds or removes
// second runs.
import type { Table } from '../../shared/ports.ts';
import { forgetReplay, listReplays, type Replay } from '../../shared/steps/replay/control.ts';
import type { Pace } from '../poller/pace.ts';
import type { Here } from '../run/here.ts';
import type { Player } from '../run/play.ts';
import { tableHere } from '../run/ports-here.ts';
import type { LogSink } from '../sandbox/capture.ts';
import { newPipeline } from './new-pipeline.ts';
import { removeSecond } from './second-resources.ts';
import { type SecondRun, startSecond } from './second-run.ts';
import { secondTemplate } from './second-template.ts';

export type HostOptions = {
  readonly here: Here;
  readonly root: string;
  /** Plays the stage itself: what it has not done yet goes first. */
  readonly player: Player;
  readonly log: LogSink;
  readonly pace: Pace;
  readonly warn: (line: string) => void;
};

export type ReplayHost = {
  /** Called once a second. */
  look(): Promise<void>;
  stop(): Promise<void>;
};

/** Live traffic waits when its oldest record does for so long; the archive and the lake gather theirs for a minute. */
const LIVE_WAITS = 3_000;
const GATHERS = new Set(['archive', 'write-lake']);

export const replayHost = (options: HostOptions): ReplayHost => {
  const { here, root, player, warn } = options;
  const ledger: Table = tableHere(here, 'LedgerTable');
  const runs = new Map<string, SecondRun>();
  /** Replays that cannot begin; said once. */
  const broken = new Set<string>();

  const isLiveBehind = (): boolean =>
    player.mappings.some(
      ({ fn, mapping }) => !GATHERS.has(fn.name) && mapping.positions().some((p) => p.behind > LIVE_WAITS),
    );

  const begin = async ({ run, pipeline: dir, query, version, from, to }: Replay): Promise<void> => {
    const { pipeline, module, frames } = await newPipeline(dir, root, `${query}@${version}`);
    const { log, pace } = options;
    runs.set(
      run,
      await startSecond({
        here,
        root,
        run,
        pipeline,
        module,
        frames,
        log,
        pace,
        isLiveBehind,
        ...(from !== null && { from }),
        ...(to !== null && { to }),
      }),
    );
  };

  const remove = async ({ run }: Replay): Promise<void> => {
    await runs.get(run)?.stop();
    runs.delete(run);
    await removeSecond(here, secondTemplate(here.template, run));
    await forgetReplay(ledger, run);
  };

  return {
    async look() {
      for (const replay of await listReplays(ledger)) {
        try {
          if (replay.state === 'cancelling') await remove(replay);
          else if (!runs.has(replay.run) && !broken.has(replay.run)) await begin(replay);
        } catch (error) {
          broken.add(replay.run);
          warn(`replay ${replay.run}: ${error instanceof Error ? error.message : String(error)}`);
        }
      }
    },
    async stop() {
      await Promise.all([...runs.values()].map((run) => run.stop()));
    },
  };
};
