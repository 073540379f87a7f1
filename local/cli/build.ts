// millrace build: the pipeline folder -> the module that the functions import, and deploy.json, what a deploy of it would be.
import { dirname, join } from 'node:path';
import { replayPlan } from '../../shared/steps/replay/plan-of.ts';
import { compilePipeline } from '../build/compile-pipeline.ts';
import { PipelineMistakes } from '../build/pipeline-mistakes.ts';
import { writeModule } from '../build/write-module.ts';
import type { Call, ExitCode } from './commands.ts';
import { paramsOf, writeDeployment } from './deploy-now.ts';
import { textOf } from './parse-call.ts';
import { MODULE, PIPELINE } from './places.ts';

export const build = async (call: Call): Promise<ExitCode> => {
  const dir = textOf(call, 'pipeline') ?? PIPELINE;
  const whole = await compilePipeline(dir);
  if (!whole.ok) throw new PipelineMistakes(dir, whole.errors);
  // The second run of a replay has the queries that it is to run, and no other.
  const { replay, replayQuery } = paramsOf(call);
  const compiled =
    replay === 'on' && replayQuery ? { ...whole, plan: replayPlan(whole.plan, replayQuery).plan } : whole;
  const module = writeModule(compiled, textOf(call, 'out') ?? MODULE);
  writeDeployment(call, compiled, join(dirname(module), 'deploy.json'));
  process.stdout.write(`${module}\n`);
  return 0;
};
