// Reads the command line, calls the command, turns what it throws into a text and an exit code.
import { relative, resolve } from 'node:path';
import { styleText } from 'node:util';
import { showUserError, type UserError } from '../../shared/user-error.ts';
import { wouldWork } from '../build/did-you-mean.ts';
import { PipelineMistakes } from '../build/pipeline-mistakes.ts';
import { StuckError } from '../poller/rest.ts';
import { StageError } from '../stage/stage-here.ts';
import { TemplateError } from '../template/tree.ts';
import { CallError } from './call-error.ts';
import { COMMANDS, type ExitCode } from './commands.ts';
import { helpOf, helpOfAll } from './help.ts';
import { parseCall } from './parse-call.ts';
import { PROJECT } from './places.ts';

const complain = (text: string): void => {
  process.stderr.write(`${styleText('red', 'millrace:', { stream: process.stderr })} ${text}\n`);
};

/** The same mistake with its path from the working directory, so that a terminal can jump to it. */
const fromHere = (dir: string, e: UserError): UserError => ({
  ...e,
  file: relative('', resolve(dir, e.file)) || e.file,
});

/** @param argv the words after `millrace` */
export const main = async (argv: readonly string[]): Promise<ExitCode> => {
  const [name, ...rest] = argv;
  if (name === undefined || name === 'help' || name === '--help' || name === '-h') {
    process.stdout.write(`${helpOfAll()}\n`);
    return name === undefined ? 2 : 0;
  }
  const command = COMMANDS.find((c) => c.name === name);
  if (command === undefined) {
    complain(
      `unknown command "${name}"; ${wouldWork(
        name,
        COMMANDS.map((c) => c.name),
        'commands',
      )}`,
    );
    return 2;
  }
  if (rest.includes('--help') || rest.includes('-h')) {
    process.stdout.write(`${helpOf(command)}\n`);
    return 0;
  }
  try {
    const call = parseCall(command, rest);
    return await (await command.load())(call);
  } catch (error) {
    if (error instanceof CallError) {
      complain(error.message);
      return 2;
    }
    if (error instanceof PipelineMistakes || error instanceof TemplateError) {
      const dir = error instanceof PipelineMistakes ? error.dir : PROJECT;
      for (const e of error.errors) process.stderr.write(`${showUserError(fromHere(dir, e))}\n`);
      complain(error instanceof PipelineMistakes ? error.message : 'serverless.yml cannot be read');
      return 2;
    }
    // Why a batch fails stands in the message; where we noticed tells a user nothing.
    if (error instanceof StuckError || error instanceof StageError) complain(error.message);
    else complain(error instanceof Error ? (error.stack ?? error.message) : String(error));
    return 1;
  }
};
