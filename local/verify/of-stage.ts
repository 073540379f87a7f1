// What verify needs of a stage.
import { dynamoScan } from '../../shared/aws/dynamo-scan.ts';
import { readerOutside } from '../../shared/aws/outside.ts';
import { agentLookup } from '../../shared/enrich/agent.ts';
import { geoFile } from '../../shared/enrich/geo.ts';
import { referenceLookup } from '../../shared/enrich/reference.ts';
import { rememberedTables } from '../../shared/enrich/remembered.ts';
import type { CompiledPipeline } from '../../shared/pipeline.ts';
import type { StatefulQuery } from '../../shared/query/plan.ts';
import { userFunctions } from '../../shared/query/user-functions.ts';
import type { Lookups } from '../../shared/steps/enrich/apply.ts';
import type { LiveReader } from '../../shared/steps/replay/history.ts';
import type { PastDeps } from '../../shared/steps/verify/past.ts';
import type { Compute } from '../../shared/steps/verify/recompute.ts';
import type { VerifyDeps } from '../../shared/steps/verify/verify.ts';
import { whyNot } from '../../shared/steps/verify/what-fits.ts';
import { windowRows } from '../../shared/steps/verify/window-rows.ts';
import { wouldWork } from '../build/did-you-mean.ts';
import { CallError } from '../cli/call-error.ts';
import { servedRuns } from '../replay/served-stage.ts';
import { withEnv } from '../run/ports-here.ts';
import { framesHere } from '../stage/frames-here.ts';
import type { StageHere } from '../stage/stage-here.ts';
import { duckDb, loadDuckDb } from './duckdb.ts';
import { DoesNotFit, windowSql } from './window-sql.ts';

/** @throws CallError naming the queries that can be verified */
export const queryOf = ({ plan }: CompiledPipeline, name: string): StatefulQuery => {
  const query = plan.queries.find((q) => q.name === name);
  const stored = new Set(plan.tables.filter((t) => t.connector === 'dynamodb').map((t) => t.name));
  const names = plan.queries.filter((q) => whyNot(q, plan) === null && stored.has(q.into)).map((q) => q.name);
  if (query === undefined) throw new CallError(`no query is called "${name}"; ${wouldWork(name, names, 'queries')}`);
  const why = whyNot(query, plan);
  if (why !== null || query.kind === 'stateless') throw new CallError(`${why}; queries: ${names.join(', ')}`);
  return query;
};

/** The query, in the run whose rows the readers of its table see. A query that the stage has not, a replay may have: a new one over old data. */
export const servedQuery = async (stage: StageHere, name: string) => {
  const { pipeline } = await stage.built();
  const own = pipeline.plan.queries.find((q) => q.name === name);
  const runs = await servedRuns(stage);
  for (const found of runs) {
    const { pipeline: theirs } = await found.stage.built();
    const into = (own ?? theirs.plan.queries.find((q) => q.name === name))?.into;
    if (into !== undefined && found.tables.includes(into))
      return { stage: found.stage, served: found.served, pipeline: theirs, query: queryOf(theirs, name) };
  }
  return { stage, served: null, pipeline, query: queryOf(pipeline, name) };
};

/** Who computes: DuckDB, or the reference evaluator and why. */
export type Engine = { readonly name: 'DuckDB' | 'the reference evaluator'; readonly why: string | null };

/** DuckDB for the query itself where it fits; what it reads of other queries is computed by the reference evaluator. */
export const computeFor = async (
  pipeline: CompiledPipeline,
  query: StatefulQuery,
): Promise<{ readonly engine: Engine; readonly compute: Compute }> => {
  const functions = userFunctions(pipeline.plan.functions, pipeline.functions);
  const reference: Compute = async (q, rows) => windowRows(q, rows, functions);
  const by = (why: string) => ({ engine: { name: 'the reference evaluator' as const, why }, compute: reference });
  if (query.kind !== 'window') return by('DuckDB does not fit: joins, ranks and groups without a window');
  try {
    windowSql(query);
  } catch (error) {
    if (error instanceof DoesNotFit) return by(`DuckDB does not fit: ${error.message}`);
    throw error;
  }
  const engine = await loadDuckDb();
  if (engine === undefined) return by('DuckDB is not installed: npm install --save-dev @duckdb/node-api');
  const sql = duckDb(engine, functions);
  return {
    engine: { name: 'DuckDB', why: null },
    compute: (q, rows) => (q.id === query.id ? sql(q, rows) : reference(q, rows)),
  };
};

export const lookupsOf = (stage: StageHere, pipeline: CompiledPipeline): Lookups => ({
  geo: geoFile(process.env.GEO_DATABASE),
  agent: agentLookup(),
  reference: referenceLookup({
    table: stage.reference,
    clock: stage.clock,
    columns: pipeline.references,
    remembered: rememberedTables(pipeline.sources),
  }),
});

/** Of a second run: where the past is that it replays. */
export const pastOfFirst = ({ first }: StageHere): Pick<PastDeps, 'first'> =>
  first === undefined ? {} : { first: { table: first.ledger, objects: first.objects, run: first.run } };

/** What does not depend on the query. */
export const sharedDeps = async (stage: StageHere) => {
  const { pipeline } = await stage.built();
  const frames = await framesHere(stage);
  return {
    raw: stage.streams.raw,
    objects: stage.objects,
    table: stage.ledger,
    results: stage.results,
    clock: stage.clock,
    run: stage.run,
    groups: stage.groups,
    pipeline,
    lookups: lookupsOf(stage, pipeline),
    ...pastOfFirst(stage),
    ...(frames && { frames }),
  };
};

const liveOf = (stage: StageHere): LiveReader | undefined =>
  stage.deployment === null || stage.deployment.log === 'kafka'
    ? undefined
    : withEnv(stage.aws, () => readerOutside(stage.streams.raw.name));

export const depsOf = async (
  stage: StageHere,
  query: StatefulQuery,
): Promise<Omit<VerifyDeps, 'from' | 'to' | 'compute'>> => ({
  ...(await sharedDeps(stage)),
  query,
  // Which rows a query without windows has counted is known to the event: the archive lags by a minute.
  ...(query.kind === 'running' && { live: liveOf(stage) }),
  scan: withEnv(stage.aws, () => dynamoScan(stage.results.name)),
});
