// millrace verify: closed windows once more from the archive, beside what stands in the results table.
import { parseRfc3339 } from '../../shared/event/instant.ts';
import { repair } from '../../shared/steps/verify/repair.ts';
import { manifestOf, verify as verifyRows } from '../../shared/steps/verify/verify.ts';
import { CannotVerify } from '../../shared/steps/verify/what-fits.ts';
import { days } from '../../shared/time.ts';
import { instant } from '../failed/show.ts';
import { runText } from '../replay/served-stage.ts';
import { connect } from '../stage/connect.ts';
import type { StageHere } from '../stage/stage-here.ts';
import { computeFor, depsOf, servedQuery } from '../verify/of-stage.ts';
import { sampleOf, showSampled } from '../verify/sample-now.ts';
import { showRepaired, showVerified } from '../verify/show.ts';
import { CallError } from './call-error.ts';
import type { Call, ExitCode } from './commands.ts';
import { flagOf, textOf } from './parse-call.ts';
import { progress } from './progress.ts';

const out = (text: string): void => void process.stdout.write(`${text}\n`);

/** What was decided a moment ago reaches the table within it. */
const ON_ITS_WAY = 3_000;
/** Without --from. */
const SPAN = days(1);

export const timeOf = (call: Call, name: string): number | undefined => {
  const text = textOf(call, name);
  if (text === undefined) return undefined;
  const at = parseRfc3339(/^\d{4}-\d\d-\d\d$/.test(text) ? `${text}T00:00:00Z` : text);
  if (at === undefined)
    throw new CallError(`--${name} is "${text}"; write a time as 2026-01-31 or 2026-01-31T09:00:00Z`);
  return at;
};

/** The stage that --stage names, or the pipeline here. */
export const stageOf = (call: Call): Promise<StageHere> => {
  const [stage, region, pipeline] = [textOf(call, 'stage'), textOf(call, 'region'), textOf(call, 'pipeline')];
  return connect({
    ...(stage !== undefined && { stage }),
    ...(region !== undefined && { region }),
    ...(pipeline !== undefined && { pipeline }),
  });
};

/** The sample of a day, now. */
const sampleNow = async (call: Call): Promise<ExitCode> => {
  const given = ['from', 'to', 'repair'].filter((name) => call.values[name] !== undefined);
  if (given.length > 0 || call.words.length > 0)
    throw new CallError(
      `--sample draws queries and windows itself: leave out ${[...call.words, ...given.map((g) => `--${g}`)].join(', ')}`,
    );
  const stage = await stageOf(call);
  try {
    const { measures, sampled } = await sampleOf(stage);
    out(
      flagOf(call, 'json') === true
        ? JSON.stringify({ stage: stage.name, ...measures, sampled })
        : showSampled(sampled),
    );
    return (measures.RowsDifferent ?? 0) > 0 ? 1 : 0;
  } finally {
    await stage.close();
  }
};

export const verify = async (call: Call): Promise<ExitCode> => {
  if (flagOf(call, 'sample') === true) return sampleNow(call);
  if (call.words.length === 0) throw new CallError('millrace verify needs QUERY, or --sample');
  if (call.words.length > 1) throw new CallError(`one query at a time; found ${call.words.join(', ')}`);
  const [from, to] = [timeOf(call, 'from'), timeOf(call, 'to')];
  if (from !== undefined && to !== undefined && from >= to) throw new CallError('--from must be before --to');
  const named = await stageOf(call);
  const bar = progress();
  try {
    const { stage, served, pipeline, query } = await servedQuery(named, call.words[0] ?? '');
    const { engine, compute } = await computeFor(pipeline, query);
    const deps = {
      ...(await depsOf(stage, query)),
      compute,
      // What stands for a query without windows follows from all that ever came.
      from: from ?? (query.kind === 'running' ? undefined : (to ?? stage.clock.now()) - SPAN),
      to,
      wait: () => new Promise<void>((done) => setTimeout(done, ON_ITS_WAY)),
      told: (events: number, at: number) => bar.update(`${events.toLocaleString('en-US')} events, ${instant(at)}`),
    };
    const found = await verifyRows(deps);
    bar.end();
    const wanted = flagOf(call, 'repair') === true && found.differences.length > 0;
    const repaired = wanted
      ? await repair(stage.results, found.differences, found.manifest, await manifestOf(deps, query))
      : null;
    const { manifest: _, ...told } = found;
    if (flagOf(call, 'json') === true) out(JSON.stringify({ stage: stage.name, served, engine, ...told, repaired }));
    else {
      if (served !== null) out(`readers of ${found.table} see ${runText(served)}: its rows are judged`);
      out(showVerified(found, engine));
      if (repaired !== null) out(showRepaired(repaired));
      else if (found.differences.length > 0)
        process.stderr.write('Nothing is changed. Write what must stand there: --repair\n');
    }
    const left = repaired === null ? found.differences.length : repaired.filter((r) => r.outcome === 'newer').length;
    return left > 0 ? 1 : 0;
  } catch (error) {
    if (error instanceof CannotVerify) throw new CallError(error.message);
    throw error;
  } finally {
    bar.end();
    await named.close();
  }
};
