// millrace build leaves deploy.json; millrace plan compares with it, or says that nobody can be asked.
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Deployment } from '../../local/plan/deployment.ts';

const BIN = join(import.meta.dirname, '../../local/cli/millrace.mjs');
/** An address where nobody listens. */
const NOWHERE = { AWS_ENDPOINT_URL: 'http://127.0.0.1:9', AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 'b' };
let dir = '';
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'millrace-plan-'));
  await millrace('build', '--out', join(dir, 'pipeline.mjs'), '--stage', 'prod', '--param', 'shards=2');
});
afterAll(() => rmSync(dir, { recursive: true }));

const millrace = (...args: readonly string[]): Promise<{ code: number; stdout: string; stderr: string }> =>
  new Promise((done) => {
    const env = { ...process.env, ...NOWHERE, NO_COLOR: '1', FORCE_COLOR: '0' };
    execFile(process.execPath, [BIN, ...args], { env }, (error, stdout, stderr) =>
      done({ code: Number(error?.code ?? 0), stdout, stderr }),
    );
  });
const saved = (): string => join(dir, 'deploy.json');
const plan = (...args: readonly string[]) => millrace('plan', '--stage', 'prod', '--previous', saved(), ...args);

test('a folder planned against its own build changes nothing', async () => {
  const { code, stdout } = await plan('--param', 'shards=2', '--json');
  expect(code).toBe(0);
  const { ok, changes } = JSON.parse(stdout) as { ok: boolean; changes: readonly { action: string }[] };
  expect(ok).toBe(true);
  expect(changes.length).toBeGreaterThan(20);
  expect(changes.filter((c) => c.action !== 'keep')).toEqual([]);
});

test('other key groups are refused with the way round, and taken with a new run', async () => {
  const refused = await plan('--param', 'shards=4');
  expect(refused.code).toBe(1);
  expect(refused.stdout).toMatch(/REFUSED changed-groups.*\n.*key groups 8 -> 16 within run 1.*\n.*--param groups=8/);
  expect(refused.stderr).toContain('Do not deploy this: changed-groups');
  expect((await plan('--param', 'shards=4', '--param', 'run=2')).code).toBe(0);
  expect((await plan('--param', 'shards=4', '--accept', 'changed-groups')).code).toBe(0);
});

test('a changed query has its new state beside the old', async () => {
  const before = JSON.parse(readFileSync(saved(), 'utf8')) as Deployment;
  const old = join(dir, 'old.json');
  const queries = before.queries?.map((q) => (q.name === 'orders_per_minute' ? { ...q, id: `${q.name}-00000000` } : q));
  writeFileSync(old, JSON.stringify({ ...before, queries }));
  const { code, stdout } = await millrace('plan', '--stage', 'prod', '--param', 'shards=2', '--previous', old);
  expect(stdout).toMatch(/~ orders_per_minute +orders_per_minute-00000000 -> \S+: new state beside the old/);
  expect(code).toBe(0);
});

test('an account that does not answer is told, with the other way', async () => {
  const { code, stderr } = await millrace('plan');
  expect(stderr).toMatch(/cannot be asked what is deployed .*ECONNREFUSED.*--previous FILE/);
  expect(code).toBe(1);
});

test.each([
  [['--previous', 'nowhere.json'], 'no such file'],
  [['--accept', 'changed-group'], 'did you mean "changed-groups"?'],
  [['--param', 'shards'], 'write it as NAME=VALUE'],
])('%j is refused', async (args, said) => {
  const { code, stderr } = await millrace('plan', ...args);
  expect(stderr).toContain(said);
  expect(code).toBe(2);
});
