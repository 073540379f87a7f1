// millrace replay: history again, into a new run of a query beside the old one; and what can be done with a run that there is.
import { randomUUID } from 'node:crypto';
import { resolve } from 'node:path';
import { parseRfc3339 } from '../../shared/event/instant.ts';
import {
  listReplays,
  NO_PROGRESS,
  newReplay,
  type Replay,
  readReplay,
  setState,
} from '../../shared/steps/replay/control.ts';
import { isServed, readServing } from '../../shared/steps/replay/serving.ts';
import { cancel, switchBack, switchTo } from '../../shared/steps/replay/switch.ts';
import { type Ms, seconds } from '../../shared/time.ts';
import { instant } from '../failed/show.ts';
import { deployedSecond, keyOfStage, serverlessWords } from '../replay/deployed-second.ts';
import { type NewPipeline, newPipeline } from '../replay/new-pipeline.ts';
import { announce, asCommand, beginOnStage, removeOnStage, serverlessOf } from '../replay/on-stage.ts';
import { closedUpTo, laggards } from '../replay/reached.ts';
import { stageOfRun } from '../replay/served-stage.ts';
import { isCaughtUp, showReplay, showReplays } from '../replay/show-replay.ts';
import { mustBeAtHome } from '../stage/at-home.ts';
import { connect } from '../stage/connect.ts';
import { StageError, type StageHere } from '../stage/stage-here.ts';
import { CallError } from './call-error.ts';
import type { Call, ExitCode } from './commands.ts';
import { paramsOf } from './deploy-now.ts';
import { flagOf, numberOf, textOf } from './parse-call.ts';
import { PIPELINE, PROJECT } from './places.ts';
import { progress } from './progress.ts';

const ACTS = ['status', 'pause', 'resume', 'switch', 'back', 'cancel', 'forget'] as const;
type Act = (typeof ACTS)[number];

const wait = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));
const say = (text: string): void => void process.stdout.write(`${text}\n`);

const timeOf = (call: Call, name: string): number | null => {
  const text = textOf(call, name);
  if (text === undefined) return null;
  const at = parseRfc3339(/^\d{4}-\d\d-\d\d$/.test(text) ? `${text}T00:00:00Z` : text);
  if (at === undefined)
    throw new CallError(`--${name} is "${text}"; write a time as 2026-01-31 or 2026-01-31T09:00:00Z`);
  return at;
};

const actOf = (call: Call): { readonly act: Act; readonly run: string | undefined } | null => {
  const given = ACTS.filter((a) => call.values[a] !== undefined);
  if (given.length > 1) throw new CallError(`one at a time: --${given.join(', --')}`);
  const [act] = given;
  return act === undefined ? null : { act, run: textOf(call, act) };
};

/** @throws CallError that names the runs that there are */
const found = async (stage: StageHere, run: string): Promise<Replay> => {
  const replay = await readReplay(stage.ledger, run);
  if (replay !== undefined) return replay;
  const all = (await listReplays(stage.ledger)).map((r) => r.run);
  const would = all.length === 0 ? 'there is no replay' : `there is ${all.join(', ')}`;
  throw new CallError(`no replay runs as ${run}; ${would}`);
};

const depsOf = ({ ledger, results }: StageHere) => ({ table: ledger, results, nonce: randomUUID });

const change = async (stage: StageHere, run: string, from: 'running' | 'paused'): Promise<ExitCode> => {
  const to = from === 'running' ? 'paused' : 'running';
  const { state } = await found(stage, run);
  if (state !== to && !(await setState(stage.ledger, run, from, to)))
    throw new CallError(
      `replay ${run} is ${state}; only one that is ${from} can be ${to === 'paused' ? 'paused' : 'resumed'}`,
    );
  say(`replay ${run} is ${to}`);
  return 0;
};

/** How long a switch waits for the new run to close what the old one had closed when it was asked for. */
const REACHES: Ms = seconds(60);

/** @throws CallError naming what the new run has not closed yet */
const untilReached = async (stage: StageHere, { run, tables }: Replay): Promise<void> => {
  const { stage: second } = await stageOfRun(stage, run);
  const { plan } = (await second.built()).pipeline;
  const names = plan.queries.map((q) => q.name);
  const old = await closedUpTo(stage, (await stage.built()).pipeline.plan, tables);
  for (const begun = performance.now(); ; await wait(500)) {
    const behind = laggards(old, await closedUpTo(second, plan, tables), names);
    if (behind.length === 0) return;
    if (performance.now() - begun < REACHES) continue;
    const said = behind.map(
      (b) =>
        `${b.query}: the old run has closed up to ${instant(b.old)}, the new one ${b.fresh === null ? 'nothing' : `up to ${instant(b.fresh)}`}`,
    );
    throw new CallError(`replay ${run} would take rows away from readers; ${said.join('; ')}; ask again later`);
  }
};

const doSwitch = async (stage: StageHere, run: string): Promise<ExitCode> => {
  const replay = await found(stage, run);
  if (replay.tables.length === 0)
    throw new CallError(`replay ${run} writes no table that readers could be switched to`);
  if (replay.to !== null)
    throw new CallError(`replay ${run} ends at --to: its rows would stand still; replay without --to`);
  if (replay.state === 'paused') throw new CallError(`replay ${run} is paused; millrace replay --resume ${run} first`);
  if (replay.state === 'running' && !isCaughtUp(replay, Date.now()))
    throw new CallError(`replay ${run} has not caught up with live traffic: ${showReplay(replay, Date.now())}`);
  await untilReached(stage, replay);
  const told = await switchTo(depsOf(stage), run);
  if (told !== 'switched') throw new CallError(`replay ${run} was not switched: it is ${told}`);
  say(`readers of ${replay.tables.join(', ')} see run ${run} (${replay.query}@${replay.version})`);
  return 0;
};

const doCancel = async (stage: StageHere, run: string): Promise<ExitCode> => {
  const gone = async (replay: Replay): Promise<void> => {
    if (stage.kind === 'deployed') return removeOnStage(stage, replay, serverlessOf(PROJECT));
    // Whoever plays the run removes it.
    for (let i = 0; i < 120; i++) {
      if ((await readReplay(stage.ledger, run)) === undefined) return;
      await wait(250);
    }
    throw new StageError(`replay ${run} is being cancelled; its run was not removed within 30 s, ask again`);
  };
  const told = await cancel(depsOf(stage), run, gone);
  if (told === 'served') throw new CallError(`readers see run ${run}; millrace replay --back ${run} first`);
  if (told === 'lost') throw new StageError(`replay ${run} is changed by another command; ask again`);
  say(
    told === 'gone'
      ? `there is no replay ${run}: nothing to cancel`
      : `replay ${run} is cancelled; nothing of it is left`,
  );
  return 0;
};

/** A run that is over: readers were switched from it to another, or it came to the end that was asked for. */
const doForget = async (stage: StageHere, run: string): Promise<ExitCode> => {
  const { state, progress: p } = await found(stage, run);
  if (isServed(await readServing(stage.results), run))
    throw new CallError(`readers see run ${run}; millrace replay --back ${run}, or switch them to another run, first`);
  if (state !== 'switched' && state !== 'cancelling' && !p.ended)
    throw new CallError(`replay ${run} is not over: it is ${state}; --cancel ${run} ends it and leaves nothing`);
  return doCancel(stage, run);
};

const act = async (stage: StageHere, what: Act, run: string | undefined, json: boolean): Promise<ExitCode> => {
  if (what === 'status') {
    const all = await listReplays(stage.ledger);
    const chosen = run === undefined || run === '' ? all : all.filter((r) => r.run === run);
    const { tables } = await readServing(stage.results);
    say(json ? JSON.stringify({ replays: chosen, serving: tables }) : showReplays(chosen, tables, Date.now()));
    return 0;
  }
  if (run === undefined || run === '') throw new CallError(`--${what} needs the run, as --status shows it`);
  await mustBeAtHome(stage);
  switch (what) {
    case 'pause':
      return change(stage, run, 'running');
    case 'resume':
      return change(stage, run, 'paused');
    case 'switch':
      return doSwitch(stage, run);
    case 'back': {
      await found(stage, run);
      await switchBack(depsOf(stage), run);
      say(`readers see the rows of before; run ${run} goes on beside`);
      return 0;
    }
    case 'cancel':
      return doCancel(stage, run);
    case 'forget':
      return doForget(stage, run);
    default:
      return what satisfies never;
  }
};

const follow = async (stage: StageHere, run: string): Promise<ExitCode> => {
  const line = progress(process.stderr);
  for (;;) {
    const replay = await readReplay(stage.ledger, run);
    if (replay === undefined) {
      line.line(`replay ${run} was cancelled`);
      return 1;
    }
    line.update(showReplay(replay, Date.now()));
    if (isCaughtUp(replay, Date.now()) || replay.progress.ended) {
      line.end();
      say(showReplay(replay, Date.now()));
      const next = replay.progress.ended
        ? `cancel it with --cancel ${run}`
        : `millrace replay --switch ${run}, or --cancel ${run}`;
      say(`its rows are in ${replay.results}; ${next}`);
      return 0;
    }
    await wait(500);
  }
};

const sayBegun = (run: string, query: string, fresh: NewPipeline): void => {
  const others = fresh.queries.filter((q) => q !== query);
  say(`run ${run}: ${query}@${fresh.version}${others.length > 0 ? ` with ${others.join(', ')}` : ''}`);
  say(
    fresh.tables.length > 0
      ? `a switch moves the readers of ${fresh.tables.join(', ')}`
      : 'no results table of it can be switched',
  );
  if (fresh.elsewhere.length > 0) say(`not switched, the old run goes on there: ${fresh.elsewhere.join(', ')}`);
};

const begin = async (stage: StageHere, call: Call): Promise<ExitCode> => {
  const into = textOf(call, 'into');
  if (into === undefined) throw new CallError('millrace replay needs --into QUERY@VERSION, or --status');
  const [from, to] = [timeOf(call, 'from'), timeOf(call, 'to')];
  if (from !== null && to !== null && from >= to) throw new CallError('--from must be before --to');
  const dir = resolve(textOf(call, 'pipeline') ?? PIPELINE);
  const fresh = await newPipeline(dir, PROJECT, into);
  await mustBeAtHome(stage);
  const taken = new Set((await listReplays(stage.ledger)).map((r) => r.run));
  let n = Number(stage.run) + 1;
  while (!Number.isInteger(n) || taken.has(String(n))) n = Number.isInteger(n) ? n + 1 : 2;
  const run = String(n);
  const query = into.split('@')[0] as string;
  const rate = numberOf(call, 'rate', 1, 1_000_000) ?? null;
  if (stage.kind === 'deployed') {
    if (textOf(call, 'pipeline') !== undefined)
      throw new CallError(`--pipeline: a deploy takes the project's own folder, ${PIPELINE}`);
    const second = deployedSecond(stage, run, query, await keyOfStage(stage), paramsOf(call));
    for (const line of await announce(stage, second, PROJECT)) say(line);
    if (flagOf(call, 'yes') !== true) {
      say(`nothing was made; the same with --yes runs: ${asCommand(serverlessWords('deploy', second))}`);
      return 0;
    }
    const created = Date.now();
    const serverless = serverlessOf(PROJECT);
    await beginOnStage({ stage, second, fresh, query, pipeline: dir, serverless, run, from, to, rate, created });
    sayBegun(run, query, fresh);
    return flagOf(call, 'detach') === true ? 0 : follow(stage, run);
  }
  await newReplay(stage.ledger, {
    run,
    state: 'running',
    query,
    version: fresh.version,
    with: fresh.queries,
    tables: fresh.tables,
    pipeline: dir,
    results: stage.results.name.replace(/-results$/, `-r${run}-results`),
    from,
    to,
    rate,
    created: Date.now(),
    progress: NO_PROGRESS,
  });
  sayBegun(run, query, fresh);
  return flagOf(call, 'detach') === true ? 0 : follow(stage, run);
};

export const replay = async (call: Call): Promise<ExitCode> => {
  const what = actOf(call);
  const [name, region] = [textOf(call, 'stage'), textOf(call, 'region')];
  const stage = await connect({
    ...(name !== undefined && { stage: name }),
    ...(region !== undefined && { region }),
  }).catch((error: unknown) => {
    if (error instanceof StageError) throw new CallError(error.message);
    throw error;
  });
  try {
    if (what === null) return await begin(stage, call);
    return await act(stage, what.act, what.run, flagOf(call, 'json') === true);
  } finally {
    await stage.close();
  }
};
