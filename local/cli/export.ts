// millrace export: the closed windows of a query as a file.
import { writeFileSync } from 'node:fs';
import { dynamoScan } from '../../shared/aws/dynamo-scan.ts';
import { tableOutside } from '../../shared/aws/outside.ts';
import { ExportError, exportRows } from '../export/export-rows.ts';
import { FORMATS, fileOf } from '../export/formats.ts';
import { plural } from '../failed/show.ts';
import { withEnv } from '../run/ports-here.ts';
import { CallError } from './call-error.ts';
import type { Call, ExitCode } from './commands.ts';
import { choiceOf, textOf } from './parse-call.ts';
import { stageOf, timeOf } from './verify.ts';

export const exportQuery = async (call: Call): Promise<ExitCode> => {
  const [from, to] = [timeOf(call, 'from'), timeOf(call, 'to')];
  if (from !== undefined && to !== undefined && from >= to) throw new CallError('--from must be before --to');
  const format = choiceOf(call, 'format', FORMATS) ?? 'ndjson';
  const file = textOf(call, 'out');
  if (format === 'parquet' && file === undefined) throw new CallError('--format parquet needs --out FILE');
  const stage = await stageOf(call);
  try {
    const { pipeline } = await stage.built();
    const { results, run, aws, ledger } = stage;
    const found = await exportRows(
      {
        plan: pipeline.plan,
        own: { run, results: results.name },
        results,
        scan: (name, prefix) => withEnv(aws, () => dynamoScan(name))(prefix),
        ledgerOf: (name) =>
          name === results.name ? ledger : withEnv(aws, () => tableOutside(name.replace(/-results$/, '-ledger'))),
        from,
        to,
      },
      call.words[0] ?? '',
    );
    const { table, servedBy, rows, open } = found;
    if (format === 'parquet' && rows.length === 0)
      throw new CallError('no closed window is in that span: a Parquet file without rows is not written');
    const bytes = fileOf(format, table, rows);
    if (file === undefined) process.stdout.write(bytes);
    else writeFileSync(file, bytes);
    const replayed = servedBy.run === run ? '' : `, of run ${servedBy.run}: readers were switched to it`;
    const left = open === 0 ? '' : `; ${plural(open, 'row')} of open windows left out`;
    process.stderr.write(`${plural(rows.length, 'row')} of ${table.name} from ${servedBy.results}${replayed}${left}\n`);
    return 0;
  } catch (error) {
    if (error instanceof ExportError) throw new CallError(error.message);
    throw error;
  } finally {
    await stage.close();
  }
};
