// millrace flink: the pipeline as one script for Apache Flink.
import { writeFileSync } from 'node:fs';
import { compilePipeline } from '../build/compile-pipeline.ts';
import { PipelineMistakes } from '../build/pipeline-mistakes.ts';
import { readFolder } from '../build/read-folder.ts';
import { flinkScript } from '../flink/script.ts';
import type { Call, ExitCode } from './commands.ts';
import { textOf } from './parse-call.ts';
import { PIPELINE } from './places.ts';

export const flink = async (call: Call): Promise<ExitCode> => {
  const dir = textOf(call, 'pipeline') ?? PIPELINE;
  const out = textOf(call, 'out');
  const compiled = await compilePipeline(dir);
  if (!compiled.ok) throw new PipelineMistakes(dir, compiled.errors);
  const { plan, enrichments } = compiled;
  const { text, errors } = flinkScript({ sql: readFolder(dir).sql, plan, enrichments });
  if (errors.length > 0) throw new PipelineMistakes(dir, errors);
  if (out === undefined) process.stdout.write(text);
  else writeFileSync(out, text);
  return 0;
};
