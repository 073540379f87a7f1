// The daily sample of a stage, at once.
import type { Measures } from '../../shared/metrics/list.ts';
import { type Sampled, verifySample } from '../../shared/steps/verify/sample.ts';
import { minutes } from '../../shared/time.ts';
import { instant, plural, table } from '../failed/show.ts';
import type { StageHere } from '../stage/stage-here.ts';
import { sharedDeps } from './of-stage.ts';

/** As long as the function has. */
const TIME = minutes(15);

export const sampleOf = async (
  stage: StageHere,
): Promise<{ readonly measures: Measures; readonly sampled: readonly Sampled[] }> => {
  const begun = performance.now();
  const budget = { remainingMs: () => TIME - (performance.now() - begun) };
  const told = await verifySample(await sharedDeps(stage))(stage.clock.now(), budget);
  return { measures: told?.measures ?? {}, sampled: (told?.fields?.sampled ?? []) as readonly Sampled[] };
};

export const showSampled = (all: readonly Sampled[]): string => {
  if (all.length === 0) return 'no query writes rows to the results table that could be computed again';
  const rows = all.map((s) => [
    s.query,
    instant(Date.parse(s.from)),
    s.why === undefined ? String(s.windows) : '-',
    s.why === undefined ? String(s.rows) : '-',
    s.why === undefined ? (s.different === 0 ? 'equal' : plural(s.different, 'difference')) : `not judged: ${s.why}`,
  ]);
  return table([['query', 'windows from', 'windows', 'rows', ''], ...rows]);
};
