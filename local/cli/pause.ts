// millrace pause, resume, drain: a stage is held, goes on, or comes to rest first. Nothing is lost or counted twice.
import { hours, type Ms, minutes } from '../../shared/time.ts';
import { inspect } from '../inspect/inspect.ts';
import { deployedValves } from '../pause/deployed-valves.ts';
import { drain as drainStage } from '../pause/drain.ts';
import { hereValves } from '../pause/here-valves.ts';
import { pause as pauseStage } from '../pause/pause.ts';
import { shortName } from '../pause/player-valves.ts';
import { GRACE, resume as resumeStage } from '../pause/resume.ts';
import { functionsOf, showPause } from '../pause/show-pause.ts';
import type { Pause } from '../pause/state.ts';
import type { PauseDeps } from '../pause/turn.ts';
import { unsettledIn } from '../pause/unsettled.ts';
import { PauseError } from '../pause/valves.ts';
import type { StageHere } from '../stage/stage-here.ts';
import { CallError } from './call-error.ts';
import type { Call, ExitCode } from './commands.ts';
import { durationOf, flagOf } from './parse-call.ts';
import { progress } from './progress.ts';
import { stageOf } from './verify.ts';

const WITHIN: Ms = minutes(15);
const wait = (ms: Ms): Promise<void> => new Promise((done) => setTimeout(done, ms));
const out = (text: string): void => void process.stdout.write(`${text}\n`);

const depsOf = async (stage: StageHere, tell: (text: string) => void): Promise<PauseDeps> => {
  const { ledger, clock, deployment } = stage;
  const prefix = `${deployment?.service}-${deployment?.stage}-`;
  const kept = new Map(deployment?.streams.map((s) => [shortName(prefix, s.name), hours(s.retentionHours)]));
  const valves = stage.kind === 'deployed' ? await deployedValves(stage, wait) : hereValves(ledger, clock, wait);
  // Lambda counts calls about mappings; there are as many as functions at each look.
  const look = stage.kind === 'deployed' ? 5_000 : 1_000;
  return { ledger, clock, valves, wait, look, tell, retention: (stream) => kept.get(stream) ?? null };
};

const said = async (
  call: Call,
  work: (stage: StageHere, deps: PauseDeps) => Promise<{ readonly json: unknown; readonly lines: readonly string[] }>,
): Promise<ExitCode> => {
  const stage = await stageOf(call);
  const line = progress();
  try {
    const told = await work(stage, await depsOf(stage, (text) => line.update(text)));
    line.end();
    if (flagOf(call, 'json') === true) out(JSON.stringify(told.json));
    else for (const text of told.lines) out(text);
    return 0;
  } catch (error) {
    if (error instanceof PauseError) throw new CallError(error.message);
    throw error;
  } finally {
    line.end();
    await stage.close();
  }
};

const held = (p: Pause, now: number): readonly string[] => [showPause(p, now), 'millrace resume goes on from there'];

export const pause = (call: Call): Promise<ExitCode> =>
  said(call, async (stage, deps) => {
    const done = await pauseStage(deps, call.words);
    return { json: done, lines: held(done, stage.clock.now()) };
  });

export const resume = (call: Call): Promise<ExitCode> => {
  const grace = durationOf(call, 'grace') ?? GRACE;
  return said(call, async (_, deps) => {
    const { resumed, left } = await resumeStage(deps, call.words, grace);
    const names = functionsOf(resumed.map((c) => c.id));
    return {
      json: { resumed: resumed.map((c) => c.id), left },
      lines: [
        `resumed from where they stood: ${names}`,
        ...(left.length > 0 ? [`still paused: ${functionsOf(left)}`] : []),
      ],
    };
  });
};

export const drain = (call: Call): Promise<ExitCode> => {
  const within = durationOf(call, 'within') ?? WITHIN;
  return said(call, async (stage, deps) => {
    const { pipeline } = await stage.built();
    const unsettled = async (): Promise<string | null> => unsettledIn(await inspect(stage, pipeline.plan));
    const done = await drainStage({ ...deps, unsettled, within });
    const { queries } = await inspect(stage, pipeline.plan);
    const open = queries.filter((q) => q.open.windows > 0).map((q) => `${q.query} ${q.open.windows}`);
    return {
      json: { ...done, open: Object.fromEntries(queries.map((q) => [q.query, q.open.windows])) },
      lines: [
        `${showPause(done, stage.clock.now())}`,
        open.length === 0
          ? 'no window is open'
          : `windows that wait for more events, kept as they are: ${open.join(', ')}`,
        'millrace resume opens the endpoint and goes on from there',
      ],
    };
  });
};
