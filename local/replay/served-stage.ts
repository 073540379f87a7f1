// Whose rows the readers of a table see, as a stage: after a switch that is the second run, with its own ledger, results and plan, over the
// first run's past.
import { readReplay } from '../../shared/steps/replay/control.ts';
import { readServing, type Serving } from '../../shared/steps/replay/serving.ts';
import { PROJECT } from '../cli/places.ts';
import type { Deployment } from '../plan/deployment.ts';
import { portsOf } from '../stage/ports-of-stage.ts';
import { StageError, type StageHere } from '../stage/stage-here.ts';
import { newPipeline } from './new-pipeline.ts';

/** The run that a table's readers see beside the stage's own. */
export type ServedRun = { readonly run: string; readonly query: string; readonly version: string };

/** `served` null: the stage's own run. */
export type ServedStage = { readonly stage: StageHere; readonly served: ServedRun | null };

/** Of the stage, not of the run. */
const SHARED = new Set(['RawStream', 'ReferenceTable']);

/** What a second run's resources are called, as its template or its stack names them. */
const ofRun = (d: Deployment, run: string, bucket: string | undefined, results: string): Deployment => {
  const from = `${d.service}-${d.stage}-`;
  const name = (id: string, own: string): string => {
    if (SHARED.has(id)) return own;
    return own.startsWith(from) ? `${d.service}-${d.stage}-r${run}-${own.slice(from.length)}` : `${own}-r${run}`;
  };
  const stores = Object.fromEntries(Object.entries(d.stores).map(([id, own]) => [id, name(id, own)]));
  const { ledger: _, ...rest } = d;
  return {
    ...rest,
    stage: `${d.stage}-r${run}`,
    streams: d.streams.map((s) => ({ ...s, name: name(s.id, s.name) })),
    stores: { ...stores, ResultsTable: results, ...(bucket !== undefined && { DataBucket: bucket }) },
    functions: d.functions.map((f) => ({ ...f, run: f.run === null ? null : run })),
  };
};

/** @throws StageError when the run's replay is not noted any more */
export const stageOfRun = async (stage: StageHere, run: string): Promise<ServedStage> => {
  const replay = await readReplay(stage.ledger, run);
  if (replay === undefined) throw new StageError(`readers see run ${run}, of which ${stage.name} knows no replay`);
  const { query, version, pipeline: dir, results, params } = replay;
  const first = { ledger: stage.ledger, objects: stage.objects, run: stage.run };
  const served = { run, query, version };
  const name = `${stage.name}, run ${run} (${query}@${version})`;
  const second = stage.second?.(run);
  if (second !== undefined) return { stage: { ...second, name, first }, served };
  if (stage.deployment === null) throw new StageError(`${stage.name} has no second run`);
  const deployment = ofRun(stage.deployment, run, params?.bucket, results);
  const built = async () => {
    const { pipeline, frames } = await newPipeline(dir, PROJECT, `${query}@${version}`);
    return { compiled: null, pipeline, frames };
  };
  return { stage: { ...stage, ...portsOf(deployment, stage.aws), deployment, name, built, first }, served };
};

/** The stage whose rows the readers of a table see now. */
export const servedStage = async (stage: StageHere, table: string, serving?: Serving): Promise<ServedStage> => {
  const by = (serving ?? (await readServing(stage.results))).tables[table];
  return by === undefined || by.run === stage.run ? { stage, served: null } : stageOfRun(stage, by.run);
};

/** Every run that readers see beside the stage's own, with its tables. */
export const servedRuns = async (
  stage: StageHere,
): Promise<readonly (ServedStage & { readonly served: ServedRun; readonly tables: readonly string[] })[]> => {
  const { tables } = await readServing(stage.results);
  const runs = Map.groupBy(Object.entries(tables), ([, s]) => s.run);
  return Promise.all(
    [...runs].map(async ([run, all]) => {
      const found = await stageOfRun(stage, run);
      return { ...found, served: found.served as ServedRun, tables: all.map(([name]) => name) };
    }),
  );
};

/** `run 2 (orders_per_minute@3f2a91bc)` */
export const runText = ({ run, query, version }: ServedRun): string => `run ${run} (${query}@${version})`;
