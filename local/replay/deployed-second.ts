// The second run of a deployed stage: a stack of the same service under a stage's name of its own, `prod-r2`, and what `serverless` is
// called with to deploy and to remove it.
import { deployedStack } from '../../shared/aws/deployed-stack.ts';
import { withEnv } from '../run/ports-here.ts';
import { StageError, type StageHere } from '../stage/stage-here.ts';

export type DeployedSecond = {
  readonly stage: string;
  readonly region: string;
  readonly params: Readonly<Record<string, string>>;
  /** Its results table. */
  readonly results: string;
};

const LONGEST_BUCKET = 63;

/** What the live stack says of itself beyond the ports. @returns the id of its KMS key; undefined without one of its own */
export const keyOfStage = async ({ deployment, aws }: StageHere): Promise<string | undefined> =>
  withEnv(aws, deployedStack).physicalId(`${deployment?.service}-${deployment?.stage}`, 'DataKey');

/**
 * @param key   id of the live stage's own KMS key
 * @param given parameters of the call; they go before what follows from the live stage, but for those that make it a second run
 * @throws StageError when the stage cannot have a second run
 */
export const deployedSecond = (
  { deployment, groups, run: liveRun, name, aws }: Pick<StageHere, 'deployment' | 'groups' | 'run' | 'name' | 'aws'>,
  run: string,
  query: string,
  key?: string,
  given: Readonly<Record<string, string>> = {},
): DeployedSecond => {
  const live = deployment;
  if (live === null) throw new StageError(`${name} is not deployed`);
  if (live.log === 'kafka' || live.streams.length === 0)
    throw new StageError(`${name} has topics for streams; a replay on a deployed stage reads Kinesis`);
  const bucket = live.stores.DataBucket as string;
  if (!live.functions.some((f) => f.name === 'archive'))
    throw new StageError(`${name} has no archive: it was deployed with --param archive=off, so its past is nowhere`);
  const stage = `${live.stage}-r${run}`;
  const inner = live.streams.find((s) => s.id === 'ValidatedStream');
  const own = `${bucket.slice(0, LONGEST_BUCKET - `-r${run}`.length)}-r${run}`;
  return {
    stage,
    region: aws.AWS_REGION ?? 'us-east-1',
    results: `${live.service}-${stage}-results`,
    params: {
      ...(inner?.mode === 'on-demand'
        ? { capacity: 'on-demand' }
        : { shards: String(inner?.shards ?? 1), groups: String(groups) }),
      ...(key === undefined ? { key: 'aws' } : { key: 'own', replayKey: key }),
      bucket: own,
      ...given,
      run,
      archive: 'off',
      lake: 'off',
      data: 'Delete',
      replay: 'on',
      replayOf: live.stage,
      replayRun: liveRun,
      replayBucket: bucket,
      ...(live.ledger !== undefined && { replayLedger: live.ledger }),
      replayQuery: query,
    },
  };
};

/** Words behind `serverless`. */
export const serverlessWords = (what: 'deploy' | 'remove', { stage, region, params }: DeployedSecond) => [
  what,
  '--stage',
  stage,
  '--region',
  region,
  ...Object.entries(params).flatMap(([name, value]) => ['--param', `${name}=${value}`]),
];
