// The pipeline folder's present build, reduced to what a replay of one query runs.
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { FramesFor } from '../../shared/framings/frames.ts';
import type { CompiledPipeline } from '../../shared/pipeline.ts';
import { replayPlan } from '../../shared/steps/replay/plan-of.ts';
import { wouldWork } from '../build/did-you-mean.ts';
import { writeModule } from '../build/write-module.ts';
import { CallError } from '../cli/call-error.ts';
import { loadPipeline } from '../run/load-pipeline.ts';

export type NewPipeline = {
  readonly pipeline: CompiledPipeline;
  readonly frames: FramesFor | null;
  readonly module: string;
  /** Of the query: the hash of its definition. */
  readonly version: string;
  /** Destination tables whose readers are switched, and those of them that the results table does not hold. */
  readonly tables: readonly string[];
  readonly elsewhere: readonly string[];
  /** All queries that are run. */
  readonly queries: readonly string[];
};

/** `orders_per_minute@3f2a` -> name and the beginning of a version; without `@`, or with `@new`, what the folder has. */
export const readInto = (into: string): { readonly query: string; readonly version: string | null } => {
  const at = into.lastIndexOf('@');
  const version = at < 0 ? null : into.slice(at + 1);
  return { query: at < 0 ? into : into.slice(0, at), version: version === 'new' || version === '' ? null : version };
};

/** @throws PipelineMistakes; CallError when the folder has no such query, or another version of it */
export const newPipeline = async (dir: string, root: string, into: string): Promise<NewPipeline> => {
  const { query, version } = readInto(into);
  const { compiled, pipeline, frames } = await loadPipeline(dir, root);
  const { queries } = compiled.plan;
  const found = queries.find((q) => q.name === query);
  if (found === undefined)
    throw new CallError(
      `--into ${into}: ${dir} has no query "${query}"; ${wouldWork(
        query,
        queries.map((q) => q.name),
        'queries',
      )}`,
    );
  const own = found.id.slice(found.name.length + 1);
  if (version !== null && !own.startsWith(version))
    throw new CallError(
      `--into ${into}: ${dir} has ${query}@${own}; check out the version that you mean, or write @new`,
    );
  const { plan, tables } = replayPlan(compiled.plan, query);
  const reduced = { ...compiled, plan };
  const name = createHash('sha256')
    .update(`${JSON.stringify(plan)}`)
    .digest('hex')
    .slice(0, 16);
  const module = writeModule(reduced, join(root, '.millrace', `pipeline-replay-${name}.mjs`));
  const inResults = new Set(plan.tables.filter((t) => t.connector === 'dynamodb').map((t) => t.name));
  return {
    pipeline: { ...pipeline, plan },
    frames,
    module,
    version: own,
    tables: tables.filter((t) => inResults.has(t)),
    elsewhere: tables.filter((t) => !inResults.has(t)),
    queries: plan.queries.map((q) => q.name),
  };
};
