// millrace inspect: ledgers, open windows, watermarks and what holds them back.
import { inspect as look } from '../inspect/inspect.ts';
import { showInspected } from '../inspect/show.ts';
import type { Call, ExitCode } from './commands.ts';
import { flagOf } from './parse-call.ts';
import { stageOf } from './verify.ts';

export const inspect = async (call: Call): Promise<ExitCode> => {
  const stage = await stageOf(call);
  try {
    const { pipeline } = await stage.built();
    const found = await look(stage, pipeline.plan);
    process.stdout.write(`${flagOf(call, 'json') === true ? JSON.stringify(found) : showInspected(found)}\n`);
    return 0;
  } finally {
    await stage.close();
  }
};
