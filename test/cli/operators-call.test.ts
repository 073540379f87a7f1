// Wrong calls of the commands that hold, keep and bring back a stage, in this process: none of them gets as far as a stage.
import { expect, test } from 'vitest';
import { CallError } from '../../local/cli/call-error.ts';
import { COMMANDS } from '../../local/cli/commands.ts';
import { parseCall } from '../../local/cli/parse-call.ts';

const called = async (line: string): Promise<string> => {
  const [name, ...words] = line.split(' ');
  const command = COMMANDS.find((c) => c.name === name);
  if (command === undefined) throw new Error(`no command ${name}`);
  try {
    return `ended with ${await (await command.load())(parseCall(command, words))}`;
  } catch (error) {
    if (error instanceof CallError) return error.message;
    throw error;
  }
};

test.each([
  ['snapshot now', 'does not take "now"'],
  ['snapshot --stge prod', 'did you mean "--stage"?'],
  ['restore', 'restore what? --from SNAPSHOT'],
  ['restore --from a --from-table b --table c', 'restore what? --from SNAPSHOT'],
  ['restore --from snapshots/1/a.json.zst', '--table is missing'],
  ['pause --within 5m', 'millrace pause has no option --within'],
  ['pause --json=yes', "Option '--json' does not take an argument"],
  ['resume --grace soon', '--grace is "soon"; write a length of time'],
  ['resume --within 1m', 'no option --within'],
  ['drain write-table', 'does not take "write-table"'],
  ['drain --within soon', '--within is "soon"; write a length of time'],
  ['export', 'needs QUERY'],
  ['export sums visits', 'does not take "visits"'],
  ['export sums --format xml', '--format is "xml"'],
  ['export sums --format parquet', '--format parquet needs --out FILE'],
  ['export sums --from yesterday', 'write a time as 2026-01-31'],
  ['export sums --from 2026-02-01 --to 2026-01-01', '--from must be before --to'],
])('millrace %s', async (line, message) => {
  expect(await called(line)).toContain(message);
});
