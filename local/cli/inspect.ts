// millrace inspect: ledgers, open windows, watermarks and what holds them back.
import { inspect as look } from '../inspect/inspect.ts';
import { showInspected } from '../inspect/show.ts';
import { runText, servedRuns } from '../replay/served-stage.ts';
import type { Call, ExitCode } from './commands.ts';
import { flagOf } from './parse-call.ts';
import { stageOf } from './verify.ts';

export const inspect = async (call: Call): Promise<ExitCode> => {
  const stage = await stageOf(call);
  try {
    const { pipeline } = await stage.built();
    const found = await look(stage, pipeline.plan);
    const served = await Promise.all(
      (await servedRuns(stage)).map(async ({ stage: second, served, tables }) => ({
        ...served,
        tables,
        inspected: await look(second, (await second.built()).pipeline.plan),
      })),
    );
    const runs = served.map(
      (s) => `readers of ${s.tables.join(', ')} see ${runText(s)}:\n\n${showInspected(s.inspected)}`,
    );
    const text = [showInspected(found), ...runs].join('\n\n');
    process.stdout.write(`${flagOf(call, 'json') === true ? JSON.stringify({ ...found, served }) : text}\n`);
    return 0;
  } finally {
    await stage.close();
  }
};
