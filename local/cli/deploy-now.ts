// What a deploy of this folder would put into the account: serverless.yml with the stage's settings, and the compiled pipeline.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { type Compilation, compilePipeline } from '../build/compile-pipeline.ts';
import { PipelineMistakes } from '../build/pipeline-mistakes.ts';
import { unrecorded, unremembered } from '../destinations/unrecorded.ts';
import type { Deployment } from '../plan/deployment.ts';
import { deploymentOf } from '../plan/from-template.ts';
import { readTemplate } from '../template/read-template.ts';
import type { ServiceOptions } from '../template/resolve.ts';
import type { Template } from '../template/template.ts';
import { CallError } from './call-error.ts';
import type { Call } from './commands.ts';
import { listOf, textOf } from './parse-call.ts';
import { PIPELINE, PROJECT } from './places.ts';

export const paramsOf = (call: Call): Readonly<Record<string, string>> =>
  Object.fromEntries(
    listOf(call, 'param').map((given) => {
      const at = given.indexOf('=');
      if (at < 1) throw new CallError(`--param is "${given}"; write it as NAME=VALUE`);
      return [given.slice(0, at), given.slice(at + 1)];
    }),
  );

/** serverless.yml as `--stage`, `--region` and `--param` make it. */
export const serviceOf = (call: Call): ServiceOptions => {
  const [stage, region] = [textOf(call, 'stage'), textOf(call, 'region')];
  return {
    root: PROJECT,
    params: paramsOf(call),
    ...(stage !== undefined && { stage }),
    ...(region !== undefined && { region }),
  };
};
export const templateOf = (call: Call): Template => readTemplate(serviceOf(call));

export type DeployNow = { readonly template: Template; readonly deployment: Deployment };

/** @throws PipelineMistakes, TemplateError */
export const deployNow = async (call: Call): Promise<DeployNow> => {
  const dir = textOf(call, 'pipeline') ?? PIPELINE;
  const compiled = await compilePipeline(dir);
  if (!compiled.ok) throw new PipelineMistakes(dir, compiled.errors);
  const template = templateOf(call);
  return { template, deployment: deploymentOf(template, compiled) };
};

/**
 * deploy.json beside the module: what `millrace plan --previous` can compare with later. Says on stderr which tables' rows the settings of
 * the call would leave unrecorded.
 */
export const writeDeployment = (call: Call, compiled: Compilation, path: string): void => {
  const template = templateOf(call);
  // No mistake of the pipeline: it may be deployed so on purpose. But nobody shall learn of it from an empty table.
  const lost = [...unrecorded(compiled.plan, template), ...unremembered(compiled.references, template)];
  for (const { file, line, col, message } of lost)
    process.stderr.write(`warning: ${file}:${line}:${col}: ${message}\n`);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `${JSON.stringify(deploymentOf(template, compiled), null, 2)}\n`);
};
