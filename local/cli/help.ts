import { styleText } from 'node:util';
import { COMMANDS, type Command } from './commands.ts';

const bold = (text: string): string => styleText('bold', text, { stream: process.stdout });
const table = (rows: readonly (readonly [string, string])[]): string => {
  const width = Math.max(0, ...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`).join('\n');
};

/** `millrace --help`. */
export const helpOfAll = (): string =>
  [
    `${bold('millrace')}: exact event-time windows on AWS Lambda, run whole on a laptop`,
    '',
    bold('Commands'),
    table(COMMANDS.map((c) => [c.name, c.summary] as const)),
    '',
    'millrace COMMAND --help says more. Results go to standard output, the rest to standard error.',
    'Exit code: 0 done, 1 the work failed, 2 the call or the pipeline’s files are wrong.',
  ].join('\n');

/** `millrace COMMAND --help`. */
export const helpOf = (command: Command): string =>
  [`${bold(`millrace ${command.name}`)}: ${command.summary}`, '', command.usage, '', table(command.help)].join('\n');
