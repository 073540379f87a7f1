// millrace reference: rows of pipeline/reference/*.csv -> the reference table of a deployed stage.
import { tableOutside } from '../../shared/aws/outside.ts';
import { loadReference } from '../../shared/enrich/reference.ts';
import { rememberedBy, truncateItem } from '../../shared/enrich/remembered.ts';
import type { Source } from '../../shared/pipeline.ts';
import type { Table } from '../../shared/ports.ts';
import { beginningOf } from '../../shared/steps/remember/version.ts';
import { compilePipeline } from '../build/compile-pipeline.ts';
import { wouldWork } from '../build/did-you-mean.ts';
import { PipelineMistakes } from '../build/pipeline-mistakes.ts';
import { CallError } from './call-error.ts';
import type { Call, ExitCode } from './commands.ts';
import { textOf } from './parse-call.ts';
import { PIPELINE } from './places.ts';

/** Hides the rows of a table that stem from before its source's log began anew. @throws CallError when nothing says that it did */
const forget = async (table: Table, name: string, sources: readonly Source[]): Promise<void> => {
  const all = rememberedBy(sources);
  const found = all.find((r) => r.into === name);
  if (found === undefined)
    throw new CallError(
      `--forget ${name}: ${wouldWork(name, [...new Set(all.map((r) => r.into))], 'remembered tables')}`,
    );
  const { restarts = [], name: source } = found.source;
  const last = restarts.at(-1);
  if (last === undefined)
    throw new CallError(`--forget ${name}: source ${source} names no restarts, so all its rows are of one log`);
  const item = truncateItem(name, beginningOf(restarts.length));
  await table.put(item, { kind: 'below', field: 'pos', value: item.pos });
  process.stderr.write(`rows of ${name} from before ${new Date(last).toISOString()} are found no more\n`);
};

export const reference = async (call: Call): Promise<ExitCode> => {
  const name = textOf(call, 'table');
  if (name === undefined) throw new CallError('--table is missing: the name of the reference table');
  const dir = textOf(call, 'pipeline') ?? PIPELINE;
  const compiled = await compilePipeline(dir);
  if (!compiled.ok) throw new PipelineMistakes(dir, compiled.errors);
  const region = textOf(call, 'region');
  if (region !== undefined) process.env.AWS_REGION = region;
  const table = tableOutside(name);
  const forgotten = textOf(call, 'forget');
  if (forgotten !== undefined) {
    await forget(table, forgotten, compiled.sources);
    return 0;
  }
  for (const { name: reference, columns, rows, filledBy } of compiled.references) {
    await loadReference(table, reference, columns, rows, filledBy === undefined ? 'replace' : 'seed');
    const where = filledBy === undefined ? '' : `, each until ${filledBy} changes it`;
    if (filledBy === undefined || rows.length > 0)
      process.stderr.write(`${rows.length} rows of reference/${reference}.csv are in ${name}${where}\n`);
  }
  return 0;
};
