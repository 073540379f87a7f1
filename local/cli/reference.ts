// millrace reference: rows of pipeline/reference/*.csv -> the reference table of a deployed stage.
import { dynamoTable } from '../../shared/aws/dynamo-table.ts';
import { loadReference } from '../../shared/enrich/reference.ts';
import { compilePipeline } from '../build/compile-pipeline.ts';
import { PipelineMistakes } from '../build/pipeline-mistakes.ts';
import { CallError } from './call-error.ts';
import type { Call, ExitCode } from './commands.ts';
import { textOf } from './parse-call.ts';
import { PIPELINE } from './places.ts';

export const reference = async (call: Call): Promise<ExitCode> => {
  const name = textOf(call, 'table');
  if (name === undefined) throw new CallError('--table is missing: the name of the reference table');
  const dir = textOf(call, 'pipeline') ?? PIPELINE;
  const compiled = await compilePipeline(dir);
  if (!compiled.ok) throw new PipelineMistakes(dir, compiled.errors);
  const region = textOf(call, 'region');
  if (region !== undefined) process.env.AWS_REGION = region;
  const table = dynamoTable({ table: name });
  for (const { name: reference, columns, rows, filledBy } of compiled.references) {
    await loadReference(table, reference, columns, rows, filledBy === undefined ? 'replace' : 'seed');
    const where = filledBy === undefined ? '' : `, each until ${filledBy} changes it`;
    if (filledBy === undefined || rows.length > 0)
      process.stderr.write(`${rows.length} rows of reference/${reference}.csv are in ${name}${where}\n`);
  }
  return 0;
};
