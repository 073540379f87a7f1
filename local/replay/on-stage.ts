// A replay on a deployed stage, as the command does it: what it will make and cost, the stack, and its end.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { NO_PROGRESS, newReplay, type Replay, setState } from '../../shared/steps/replay/control.ts';
import { LIST_PRICES, TIMES } from '../cost/prices.ts';
import { StageError, type StageHere } from '../stage/stage-here.ts';
import { readTemplate } from '../template/read-template.ts';
import { type DeployedSecond, serverlessWords } from './deployed-second.ts';
import type { NewPipeline } from './new-pipeline.ts';
import { archiveFacts, replayPrice, showPrice } from './price.ts';

/** @returns the exit code of `serverless` */
export type Serverless = (words: readonly string[]) => Promise<number>;

/** The framework of this project, in its folder; what it says goes to the terminal. */
export const serverlessOf =
  (root: string): Serverless =>
  (words) =>
    new Promise((done, fail) => {
      const child = spawn(join(root, 'node_modules/.bin/serverless'), words, {
        cwd: root,
        stdio: ['ignore', process.stderr, process.stderr],
      });
      child.on('error', fail);
      child.on('exit', (code) => done(code ?? 1));
    });

const quoted = (word: string): string => (/^[\w./:=+-]+$/.test(word) ? word : `'${word}'`);
export const asCommand = (words: readonly string[]): string => ['npx serverless', ...words.map(quoted)].join(' ');

/** What will be made, with its price. */
export const announce = async (stage: StageHere, second: DeployedSecond, root: string): Promise<readonly string[]> => {
  const { params } = second;
  const service = { root, stage: second.stage, params, env: {} };
  const template = readTemplate(service);
  // The same functions with `validate` in the place of the feeder: that one can be counted.
  const { replay: _, ...rest } = params;
  const counted = { root, stage: second.stage, params: rest, env: {} };
  const shards = template.streams[0]?.shards ?? 1;
  const price = await replayPrice({
    template: readTemplate(counted),
    service: counted,
    prices: LIST_PRICES,
    times: TIMES,
    tell: () => {},
    facts: await archiveFacts(stage.objects, stage.run),
    shards,
    onDemand: template.streams.some((s) => s.onDemand),
    ownKey: params.key === 'own',
    memoryMb: template.functions.find((f) => f.name === 'feed-replay')?.memoryMb ?? 0,
  });
  const names = (all: readonly { readonly name: string }[]): string => all.map((r) => r.name).join(', ');
  return [
    `stack ${template.service}-${second.stage} in ${second.region}:`,
    `  functions ${names(template.functions)}`,
    `  streams ${names(template.streams)}`,
    `  tables ${names(template.tables)}; bucket ${names(template.buckets)}`,
    ...showPrice(price, LIST_PRICES),
  ];
};

export type BeginOnStage = {
  readonly stage: StageHere;
  readonly second: DeployedSecond;
  readonly fresh: NewPipeline;
  readonly query: string;
  readonly pipeline: string;
  readonly serverless: Serverless;
} & Pick<Replay, 'run' | 'from' | 'to' | 'rate' | 'created'>;

/**
 * Notes the replay, paused, deploys its stack, and lets it run: until the stack stands nothing is fed.
 * @throws StageError when the stack could not be deployed; what stands of it goes with a cancel
 */
export const beginOnStage = async (options: BeginOnStage): Promise<void> => {
  const { stage, second, fresh, query, run, from, to, rate, created, pipeline, serverless } = options;
  const noted = await newReplay(stage.ledger, {
    run,
    state: 'paused',
    query,
    version: fresh.version,
    with: fresh.queries,
    tables: fresh.tables,
    pipeline,
    results: second.results,
    from,
    to,
    rate,
    created,
    progress: NO_PROGRESS,
    params: second.params,
  });
  if (!noted) throw new StageError(`run ${run} was begun by another command just now; ask again`);
  const code = await serverless(serverlessWords('deploy', second));
  if (code !== 0)
    throw new StageError(
      `the stack of run ${run} was not deployed (serverless ended with ${code}); millrace replay --cancel ${run} --stage ${second.params.replayOf} removes what stands`,
    );
  await setState(stage.ledger, run, 'paused', 'running');
};

/** The stack that a replay of a deployed stage has. @throws StageError when the replay was not begun on a deployed stage */
export const secondOf = (stage: StageHere, replay: Replay): DeployedSecond => {
  const { params, run, results } = replay;
  if (params?.replay !== 'on' || params.replayBucket === params.bucket)
    throw new StageError(`replay ${run} names no stack of its own`);
  const region = stage.aws.AWS_REGION ?? 'us-east-1';
  return { stage: `${params.replayOf}-r${run}`, region, params, results };
};

/** Streams, tables, bucket and functions of the run go with its stack. @throws StageError when they did not */
export const removeOnStage = async (stage: StageHere, replay: Replay, serverless: Serverless): Promise<void> => {
  const words = serverlessWords('remove', secondOf(stage, replay));
  const code = await serverless(words);
  if (code !== 0)
    throw new StageError(
      `the stack of run ${replay.run} was not removed (serverless ended with ${code}); ask again, or: ${asCommand(words)}`,
    );
};
