// The way of every operator's command to its stage: a deployed one by name, else the pipeline that `millrace start` runs here.
import { deployedStack } from '../../shared/aws/deployed-stack.ts';
import { systemClock } from '../../shared/ports.ts';
import { PIPELINE, PROJECT } from '../cli/places.ts';
import { deploymentOfStack } from '../plan/from-stack.ts';
import { loadPipeline } from '../run/load-pipeline.ts';
import { withEnv } from '../run/ports-here.ts';
import { readTemplate } from '../template/read-template.ts';
import { isRunning, readLiveFile } from './live-file.ts';
import { LIVE_FILE } from './live-place.ts';
import { portsOf } from './ports-of-stage.ts';
import { type BuiltPipeline, StageError, type StageHere } from './stage-here.ts';

export type ConnectOptions = {
  /** A deployed stage; without it the pipeline on this machine. */
  readonly stage?: string;
  readonly region?: string;
  /** The pipeline's folder; without it the project's, here the one that was started. */
  readonly pipeline?: string;
  /** Where `millrace start` noted its addresses. */
  readonly live?: string;
};

const NOT_HERE = 'start it with npm start, or name a deployed stage: --stage NAME';

const builtOnce = (dir: string): (() => Promise<BuiltPipeline>) => {
  let built: Promise<BuiltPipeline> | undefined;
  return () => {
    built ??= loadPipeline(dir, PROJECT);
    return built;
  };
};

const connectHere = async (options: ConnectOptions): Promise<StageHere> => {
  const live = readLiveFile(options.live ?? LIVE_FILE());
  if (live === undefined) throw new StageError(`no pipeline runs on this machine; ${NOT_HERE}`);
  const ended = `the pipeline that was started here at ${live.started} runs no more (process ${live.pid}); ${NOT_HERE}`;
  if (!isRunning(live.pid)) throw new StageError(ended);
  const ports = portsOf(live.deployment, live.aws);
  // The process id may have gone to another program since.
  const answers = await fetch(live.aws.AWS_ENDPOINT_URL_KINESIS ?? live.origin, { signal: AbortSignal.timeout(5_000) })
    .then((r) => r.arrayBuffer())
    .catch(() => undefined);
  if (answers === undefined) throw new StageError(ended);
  return {
    ...ports,
    kind: 'here',
    name: 'the pipeline on this machine',
    clock: systemClock,
    deployment: live.deployment,
    aws: live.aws,
    built: builtOnce(options.pipeline ?? live.pipeline),
    close: async () => {},
  };
};

const connectDeployed = async (stage: string, options: ConnectOptions): Promise<StageHere> => {
  const { region } = options;
  const template = readTemplate({ root: PROJECT, stage, ...(region !== undefined && { region }) });
  const aws = { AWS_REGION: region ?? process.env.AWS_REGION ?? process.env.AWS_DEFAULT_REGION ?? template.region };
  const stack = `${template.service}-${stage}`;
  const asked = withEnv(aws, deployedStack);
  const found = await asked.template(stack).catch((error: unknown) => {
    const why = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    throw new StageError(`the account cannot be asked for stack ${stack} in ${aws.AWS_REGION} (${why}); sign in first`);
  });
  if (found === undefined)
    throw new StageError(`there is no stack ${stack} in ${aws.AWS_REGION}; another --stage or --region?`);
  const deployment = deploymentOfStack(found, template.service, stage);
  return {
    ...portsOf(deployment, aws),
    kind: 'deployed',
    name: `stage ${stage}`,
    clock: systemClock,
    deployment,
    aws,
    built: builtOnce(options.pipeline ?? PIPELINE),
    close: async () => {},
  };
};

/** @throws StageError when there is no such stage or it cannot be asked; TemplateError */
export const connect = (options: ConnectOptions = {}): Promise<StageHere> =>
  options.stage === undefined ? connectHere(options) : connectDeployed(options.stage, options);
