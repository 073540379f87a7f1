import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { CallError } from '../../local/cli/call-error.ts';
import { COMMANDS } from '../../local/cli/commands.ts';
import { durationOf, flagOf, listOf, numberOf, parseCall, textOf } from '../../local/cli/parse-call.ts';

const BIN = fileURLToPath(new URL('../../local/cli/millrace.mjs', import.meta.url));
const millrace = (...args: string[]) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [BIN, ...args], {
    encoding: 'utf8',
    env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: '0' },
  });
  return { code: status, stdout, stderr };
};
const command = (name: string) => {
  const found = COMMANDS.find((c) => c.name === name);
  if (found === undefined) throw new Error(name);
  return found;
};

describe('a call that cannot be meant ends with 2, a reason and nothing on standard output', () => {
  test.each([
    [['chekc'], 'unknown command "chekc"; did you mean "check"? (commands: start, run, check'],
    [['deploy'], 'unknown command "deploy"; did you mean "replay"? (commands: start, run, check'],
    [['run', '--ouput', 'x'], 'millrace run has no option --ouput; options: --input, --out'],
    [['run', '--output', 'x'], 'did you mean "--out"?'],
    [['run', '--shard', '4'], 'did you mean "--shards"?'],
    [['check', 'pipeline'], 'millrace check does not take "pipeline"'],
    [['invoke'], 'millrace invoke needs FUNCTION'],
    [['generate', '--events', 'many'], '--events is "many"; it is a whole number of at least 0'],
    [['generate', '--duplicates', '2'], '--duplicates is "2"; it is a number from 0 to 1'],
    [['generate', '--kind', 'shp'], '--kind is "shp"; did you mean "shop"?'],
    [['generate', '--disorder', '5'], '--disorder is "5"; write a length of time as 5s'],
    [['failed'], 'millrace failed needs ls|show|fix|resubmit|discard'],
    [['failed', 'lst'], 'millrace failed has no "lst"; did you mean "ls"?'],
    [['late', 'fix'], 'millrace late has no "fix"; it may be: ls, show, resubmit, discard'],
    [['failed', 'ls', 'abc'], 'millrace failed ls takes no id; show ID does'],
    [['failed', 'fix', '--all'], 'how? One of --patch FILE.json (JSON Patch), --with FILE.ts (a function), --schema'],
    [['failed', 'fix', '--all', '--schema', '--patch', 'x'], 'how? One of'],
    [['failed', 'fix', '--all', '--patch', 'none.json'], '--patch none.json: no such file'],
    [['failed', 'fix', '--all', '--with', 'none.ts'], '--with none.ts: '],
    [['failed', 'fix', '--schema'], 'which ones? Name ids, or --stage-of, --rule'],
    [['failed', 'resubmit'], 'which ones?'],
    [['late', 'discard', '--all'], '--reason TEXT says why'],
    [['failed', 'ls', '--from', 'noon'], '--from is "noon"; write an instant as 2026-01-31T12:00:00Z'],
    [['failed', 'ls', '--state', 'opn'], '--state is "opn"; did you mean "open"?'],
    [['build', '--pipeline', 'nowhere'], /^nowhere: no such folder/],
  ])('millrace %j', (args, said) => {
    const { code, stdout, stderr } = millrace(...args);
    if (typeof said === 'string') expect(stderr).toContain(said);
    else expect(stderr).toMatch(said);
    expect(stdout).toBe('');
    expect(code).toBe(2);
  });
});

test('help is a result, also of each command', () => {
  const all = millrace('--help');
  expect(all.code).toBe(0);
  for (const { name, summary } of COMMANDS)
    expect(all.stdout).toMatch(new RegExp(`  ${name} +${summary.slice(0, 20)}`));
  const one = millrace('run', '--help');
  expect(one.code).toBe(0);
  expect(one.stdout).toContain('--faults SEED');
});

test('every option has a line of help, and every line an option', () => {
  for (const { options, help } of COMMANDS) {
    const named = help.map(([text]) => /^--(?:no-)?([a-z-]+)/.exec(text)?.[1]).sort();
    expect(named).toEqual(Object.keys(options).sort());
  }
});

test('values are read as they are meant', () => {
  const call = parseCall(command('run'), ['--input', 'orders=a.ndjson', '--input', 'b.gz', '--shards=4', '--json']);
  expect(listOf(call, 'input')).toEqual(['orders=a.ndjson', 'b.gz']);
  expect(numberOf(call, 'shards', 1, 64)).toBe(4);
  expect(flagOf(call, 'json')).toBe(true);
  expect(textOf(call, 'out')).toBeUndefined();
  expect(flagOf(parseCall(command('start'), ['--no-traffic']), 'traffic')).toBe(false);
  expect(durationOf(parseCall(command('generate'), ['--disorder', '1.5s']), 'disorder')).toBe(1_500);
  expect(() => numberOf(parseCall(command('run'), ['--shards', '0']), 'shards', 1, 64)).toThrow(CallError);
});

describe('millrace generate', () => {
  test('the same seed gives the same bytes, another seed others', () => {
    const one = millrace('generate', '--seed', '7', '--events', '50');
    expect(one.code).toBe(0);
    expect(one.stdout.trimEnd().split('\n')).toHaveLength(50);
    expect(millrace('generate', '--seed', '7', '--events', '50').stdout).toBe(one.stdout);
    expect(millrace('generate', '--seed', '8', '--events', '50').stdout).not.toBe(one.stdout);
  });

  test('a reader that closes the pipe early is no failure', () => {
    const script = `"${process.execPath}" "${BIN}" generate --events 100000 | head -n 1 | wc -l; echo "\${PIPESTATUS[0]}"`;
    expect(spawnSync('bash', ['-c', script], { encoding: 'utf8' }).stdout.split(/\s+/).filter(Boolean)).toEqual([
      '1',
      '0',
    ]);
  });
});
