// A second run on this machine: its functions play, a feeder gives them the past of `raw`. It can be killed and begun again at any moment.
import { randomUUID } from 'node:crypto';
import { dynamoTable } from '../../shared/aws/dynamo-table.ts';
import { kinesisStream } from '../../shared/aws/kinesis-stream.ts';
import { s3Objects } from '../../shared/aws/s3-objects.ts';
import type { FramesFor } from '../../shared/framings/frames.ts';
import type { MemoryLog } from '../../shared/memory/log.ts';
import type { CompiledPipeline } from '../../shared/pipeline.ts';
import { systemClock } from '../../shared/ports.ts';
import { judgeOf, longestDelay } from '../../shared/steps/judge.ts';
import { readReplay } from '../../shared/steps/replay/control.ts';
import { markCut } from '../../shared/steps/replay/cut.ts';
import { type Driven, drive } from '../../shared/steps/replay/drive.ts';
import { feeder } from '../../shared/steps/replay/feed.ts';
import { type HistoryDeps, history, type LiveReader } from '../../shared/steps/replay/history.ts';
import { repairs, sameName, withRepairs } from '../../shared/steps/replay/repairs.ts';
import { validate } from '../../shared/steps/validate.ts';
import type { Pace } from '../poller/pace.ts';
import type { Here } from '../run/here.ts';
import { type Player, play } from '../run/play.ts';
import { tableHere, withEnv } from '../run/ports-here.ts';
import { runOf } from '../run/run-name.ts';
import type { LogSink } from '../sandbox/capture.ts';
import type { Template } from '../template/template.ts';
import { makeSecond } from './second-resources.ts';
import { secondTemplate } from './second-template.ts';

export type SecondOptions = {
  /** The services, with the stage whose past it is. */
  readonly here: Here;
  readonly root: string;
  readonly run: string;
  /** The pipeline with the new plan, and the module that the functions import. */
  readonly pipeline: CompiledPipeline;
  readonly module: string;
  /** Opens framed values; absent or null: no source has a framing. */
  readonly frames?: FramesFor | null;
  readonly log: LogSink;
  readonly pace?: Pace;
  readonly from?: HistoryDeps['from'];
  readonly to?: HistoryDeps['to'];
  /** Whether live traffic is kept waiting just now. */
  readonly isLiveBehind?: () => boolean;
  /** Records of a batch. */
  readonly batch?: number;
};

export type SecondRun = {
  readonly template: Template;
  readonly here: Here;
  readonly player: Player;
  /** What the feeder did last. */
  told(): Driven | null;
  /** Until all is fed but for what came in the last seconds. */
  catchUp(): Promise<void>;
  /** Until there is nothing more to feed. */
  untilIdle(): Promise<void>;
  /** Rows that its functions have not taken yet: how long the oldest record waits. */
  behind(): number;
  stop(): Promise<void>;
};

/** What a feeder waits when there is nothing to feed, it is held, or a port failed. */
const PAUSE = 250;
/** A record that waits for less is on its way. */
const TAKEN = 2_000;
const plenty = { remainingMs: () => 60_000 };

/** @returns the services as its functions see them */
export const hereOf = (here: Here, template: Template): Here => {
  const names = new Map(
    [...template.streams, ...template.tables, ...template.buckets].map((r) => [r.logicalId, r.name]),
  );
  const name = (logicalId: string): string => names.get(logicalId) ?? here.name(logicalId);
  return { ...here, template, name, stream: (logicalId) => here.kinesis.kinesis.log(name(logicalId)) };
};

export const logReader = (log: MemoryLog): LiveReader => ({
  async read(shard, after) {
    return log.has(shard) ? log.read(shard, after ?? null, 2_000) : { records: [], ended: true };
  },
});

const wait = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));

export const startSecond = async (options: SecondOptions): Promise<SecondRun> => {
  const { here: first, run, pipeline } = options;
  const template = secondTemplate(first.template, run);
  await makeSecond(first, template);
  const here = hereOf(first, template);
  const { root, module, log, pace } = options;
  const player = play({ here, root, pipeline: module, faults: null, log, ...(pace && { pace }) });
  const groups = template.functions.map((fn) => fn.environment.GROUPS).find((g) => g !== undefined);

  const ports = withEnv(first.aws, () => ({
    raw: kinesisStream({ stream: first.name('RawStream') }),
    validated: kinesisStream({ stream: here.name('ValidatedStream') }),
    table: dynamoTable({ table: here.name('LedgerTable') }),
    rejected: s3Objects({ bucket: here.name('DataBucket') }),
    archive: s3Objects({ bucket: first.name('DataBucket') }),
  }));
  const past = history({
    clock: systemClock,
    raw: ports.raw,
    live: logReader(first.stream('RawStream')),
    archive: ports.archive,
    archivedBy: runOf(first),
    from: options.from,
    to: options.to,
  });
  const both = { first: tableHere(first, 'LedgerTable'), firstRun: runOf(first), own: ports.table, run };
  const head = validate({
    raw: past.stream,
    validated: ports.validated,
    table: withRepairs(both, sameName(pipeline.plan)),
    repairs: repairs(both),
    rejected: ports.rejected,
    judge: judgeOf(pipeline),
    delay: longestDelay(pipeline.plan.tables),
    sources: pipeline.sources,
    ...(options.frames && { frames: options.frames({ ...process.env, ...first.aws }, systemClock) }),
    clock: systemClock,
    run,
    groups: Number(groups),
  });
  const objects = withEnv(first.aws, () => s3Objects({ bucket: here.name('DataBucket') }));
  await markCut({ table: ports.table, objects, run, nonce: randomUUID }, pipeline.plan, options.from);
  const behind = (): number =>
    Math.max(0, ...player.mappings.flatMap((m) => m.mapping.positions().map((p) => p.behind)));
  const ledger = tableHere(first, 'LedgerTable');
  const step = drive({
    table: ledger,
    run,
    feeder: feeder({ history: past, head, table: ports.table, run, ...(options.batch && { batch: options.batch }) }),
    clock: systemClock,
    wait,
    isTaken: () => behind() < TAKEN,
    ...(options.isLiveBehind && { isLiveBehind: options.isLiveBehind }),
  });
  player.start(true);

  let stopped = false;
  let last: Driven | null = null;
  /** When the last look began that found nothing to feed. */
  let foundNothing = 0;
  const feed = async (): Promise<void> => {
    while (!stopped) {
      const begun = performance.now();
      last = await step(plenty).catch((error: unknown) => {
        log({ from: 'feed', stream: 'stderr', text: error instanceof Error ? error.message : String(error) });
        return null;
      });
      if (last === 'gone') return;
      if (last === 'idle' || last === 'ended') foundNothing = begun;
      if (last !== 'fed') await wait(PAUSE);
    }
  };
  const feeding = feed();
  return {
    template,
    here,
    player,
    told: () => last,
    async catchUp() {
      while ((await readReplay(ledger, run))?.progress.caughtUp !== true) await wait(PAUSE);
    },
    async untilIdle() {
      const asked = performance.now();
      while (foundNothing < asked) await wait(PAUSE);
    },
    behind,
    async stop() {
      stopped = true;
      await feeding;
      await player.stop();
    },
  };
};
