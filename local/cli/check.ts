// millrace check: what the pipeline would do, or every mistake in it.
import { join, relative } from 'node:path';
import { styleText } from 'node:util';
import { compilePipeline } from '../build/compile-pipeline.ts';
import { tooManyConsumers } from '../build/consumers.ts';
import { describe, showSections } from '../build/describe.ts';
import { PipelineMistakes } from '../build/pipeline-mistakes.ts';
import { consumersOf } from '../build/template-consumers.ts';
import { readTemplate } from '../template/read-template.ts';
import type { Call, ExitCode } from './commands.ts';
import { flagOf, textOf } from './parse-call.ts';
import { PIPELINE, PROJECT } from './places.ts';

export const check = async (call: Call): Promise<ExitCode> => {
  const dir = textOf(call, 'pipeline') ?? PIPELINE;
  const json = flagOf(call, 'json') === true;
  const compiled = await compilePipeline(dir);
  const consumers = consumersOf(readTemplate({ root: PROJECT }));
  const crowded = tooManyConsumers(consumers).map((e) => ({ ...e, file: relative(dir, join(PROJECT, e.file)) }));
  const mistakes = [...compiled.errors, ...crowded];
  if (json) {
    const { plan, types, sources } = compiled;
    const result =
      mistakes.length > 0 ? { ok: false, errors: mistakes } : { ok: true, plan, types, sources, consumers };
    process.stdout.write(`${JSON.stringify(result)}\n`);
    return mistakes.length > 0 ? 2 : 0;
  }
  if (mistakes.length > 0) throw new PipelineMistakes(dir, mistakes);
  const bold = (text: string): string => styleText('bold', text, { stream: process.stdout });
  process.stdout.write(`${showSections(describe(compiled, consumers), bold)}\n`);
  return 0;
};
