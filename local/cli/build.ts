// millrace build: the pipeline folder -> the module that the functions import.
import { compilePipeline } from '../build/compile-pipeline.ts';
import { PipelineMistakes } from '../build/pipeline-mistakes.ts';
import { writeModule } from '../build/write-module.ts';
import type { Call, ExitCode } from './commands.ts';
import { textOf } from './parse-call.ts';
import { MODULE, PIPELINE } from './places.ts';

export const build = async (call: Call): Promise<ExitCode> => {
  const dir = textOf(call, 'pipeline') ?? PIPELINE;
  const compiled = await compilePipeline(dir);
  if (!compiled.ok) throw new PipelineMistakes(dir, compiled.errors);
  process.stdout.write(`${writeModule(compiled, textOf(call, 'out') ?? MODULE)}\n`);
  return 0;
};
