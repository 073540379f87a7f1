import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { CallError } from '../../local/cli/call-error.ts';
import { COMMANDS } from '../../local/cli/commands.ts';
import { parseCall } from '../../local/cli/parse-call.ts';

const ROOT = join(import.meta.dirname, '../..');
let dir = '';
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'millrace-cli-'));
});
afterAll(() => rmSync(dir, { recursive: true }));

const millrace = async (
  args: readonly string[],
  input = '',
  onOutput: (child: ChildProcess, said: string) => void = () => {},
) => {
  const child = spawn(process.execPath, [join(ROOT, 'local/cli/millrace.mjs'), ...args], {
    env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: '0' },
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (text) => {
    stdout += text;
    onOutput(child, String(text));
  });
  child.stderr.on('data', (text) => {
    stderr += text;
  });
  child.stdin.end(input);
  const [code] = (await once(child, 'close')) as [number];
  return { code, stdout, stderr };
};

describe('millrace check', () => {
  test('prints what the pipeline would do', async () => {
    const { code, stdout } = await millrace(['check']);
    expect(stdout).toMatch(/orders_per_hour +from orders_per_minute +each 1h/);
    expect(code).toBe(0);
  });

  test('prints every mistake with its file and line, and ends with 2', async () => {
    const pipeline = join(dir, 'wrong');
    mkdirSync(pipeline);
    writeFileSync(join(pipeline, 'tables.sql'), "CREATE TABLE t (\n  a STRNG\n) WITH ('connector' = 'kinesis');\n");
    writeFileSync(join(pipeline, 'sources.yml'), '- name: x\n  adapter: htp\n');
    const { code, stdout, stderr } = await millrace(['check', '--pipeline', pipeline]);
    expect(stderr).toMatch(/wrong\/sources\.yml:2:12: adapter is "htp"; did you mean "http"\?/);
    expect(stderr).toMatch(/wrong\/tables\.sql:2:\d+: /);
    expect(stderr).toMatch(/\d mistakes in .*wrong/);
    expect(stdout).toBe('');
    expect(code).toBe(2);
    const asJson = await millrace(['check', '--pipeline', pipeline, '--json']);
    expect(asJson.code).toBe(2);
    expect(JSON.parse(asJson.stdout)).toMatchObject({ ok: false });
  });
});

describe('millrace run', () => {
  test.each([
    [['--out', 'x'], 'millrace run needs --input'],
    [['--input', 'x'], 'millrace run needs --out DIR'],
    [['--input', 'nowhere.ndjson', '--out', 'x'], '--input nowhere.ndjson: no such file'],
    [['--input', 'x', '--out', 'x', '--now', 'soon'], '--now is "soon"; write a time as'],
    [['--input', 'x', '--out', 'x', '--shards', '0'], '--shards is "0"; it is a whole number from 1 to'],
  ])('%j is refused', async (args, said) => {
    const command = COMMANDS.find((c) => c.name === 'run');
    if (command === undefined) throw new Error('no command run');
    const call = async () => (await command.load())(parseCall(command, args));
    await expect(call()).rejects.toThrow(said);
    await expect(call()).rejects.toThrow(CallError);
  });

  test('writes a file for every destination, from standard input too; --json repeats the summary', async () => {
    const events = await millrace(['generate', '--events', '50']);
    const out = join(dir, 'out');
    const { code, stdout, stderr } = await millrace(
      ['run', '--input', '/dev/stdin', '--out', out, '--now', '2026-02-01', '--json'],
      events.stdout,
    );
    expect(stderr).toContain('The books balance');
    expect(code).toBe(0);
    expect(JSON.parse(stdout).stages.validate).toMatchObject({ in: 50, passed: 50 });
    expect(readdirSync(out)).toEqual(
      expect.arrayContaining([
        'summary.json',
        'late.ndjson',
        'rejected.ndjson',
        'visits.ndjson',
        'orders_per_minute.ndjson',
      ]),
    );
  });
});

describe('millrace invoke', () => {
  test('prints the answer of the function, for a file and for standard input', async () => {
    const { code, stdout } = await millrace(['invoke', 'validate', '--event', join(ROOT, 'events/validate.json')]);
    expect(JSON.parse(stdout)).toEqual({ batchItemFailures: [] });
    expect(code).toBe(0);
    const none = await millrace(['invoke', 'validate', '--event', '-'], '{"Records":[]}');
    expect(JSON.parse(none.stdout)).toEqual({ batchItemFailures: [] });
  });

  test.each([
    [['invoke', 'validat', '--event', '-'], '{}', 2, 'unknown function "validat"; did you mean "validate"?'],
    [['invoke', 'validate', '--event', '-'], '{', 2, '--event standard input is no JSON'],
    [['invoke', 'validate', '--event', '-'], 'null', 1, 'validate threw'],
  ])('%j with %s ends with %i', async (args, input, exit, said) => {
    const { code, stderr, stdout } = await millrace(args, input);
    expect(stderr).toContain(said);
    expect(stdout).toBe('');
    expect(code).toBe(exit);
  });
});

test('millrace start says where everything is, and stops cleanly at a Ctrl-C that npm hands on once more', async () => {
  const { code, stdout, stderr } = await millrace(['start', '--port', '0', '--rate', '5'], '', (child, said) => {
    if (!said.includes('Rows, as they come')) return;
    child.kill('SIGINT');
    child.kill('SIGINT');
  });
  expect(stdout).toMatch(/page +http:\/\/127\.0\.0\.1:\d+\//);
  expect(stdout).toMatch(/curl -w '\\n' -H/);
  expect(stderr).toContain('stopping…\nstopped');
  expect(code).toBe(0);
});
