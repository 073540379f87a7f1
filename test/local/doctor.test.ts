// What the doctor finds on a machine and in an account.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { type AccountFacts, accountFindings, concurrencyNeeded } from '../../local/doctor/account.ts';
import { showFindings, type Verdict } from '../../local/doctor/finding.ts';
import { nodeFinding, packagesFinding } from '../../local/doctor/here.ts';
import { readTemplate } from '../../local/template/read-template.ts';

const template = readTemplate({ root: resolve(import.meta.dirname, '../..'), params: { shards: '4' }, env: {} });
const GOOD: AccountFacts = {
  concurrency: async () => ({ all: 1_000, unreserved: 1_000 }),
  shards: async () => ({ limit: 500, open: 0 }),
  stack: async () => undefined,
  bucket: async () => 'free',
  stream: async () => undefined,
  table: async () => false,
};
const named = (name: string, message = name): Error => Object.assign(new Error(message), { name });
const fails = (error: Error) => async (): Promise<never> => Promise.reject(error);

/** What is said about a thing that is not ok. */
const found = async (some: Partial<AccountFacts>): Promise<Readonly<Record<string, Verdict>>> => {
  const findings = await accountFindings({ ...GOOD, ...some }, template);
  for (const f of findings) expect(f.verdict === 'ok' || (f.wayOut ?? '').length > 10).toBe(true);
  return Object.fromEntries(findings.filter((f) => f.verdict !== 'ok').map((f) => [f.about, f.verdict]));
};

describe('an account', () => {
  test.each<[string, Partial<AccountFacts>, Readonly<Record<string, Verdict>>]>([
    ['where all is well', {}, {}],
    [
      'whose stack is deployed, with its own bucket and streams',
      {
        stack: async () => 'UPDATE_COMPLETE',
        bucket: async () => 'mine',
        stream: async () => 4,
        table: async () => true,
      },
      {},
    ],
    [
      'without room for the functions',
      { concurrency: async () => ({ all: 10, unreserved: 10 }) },
      { 'Lambda concurrency': 'fail' },
    ],
    [
      'with little room for them',
      { concurrency: async () => ({ all: 1_000, unreserved: concurrencyNeeded(template) + 1 }) },
      { 'Lambda concurrency': 'warn' },
    ],
    ['without room for shards', { shards: async () => ({ limit: 200, open: 190 }) }, { 'Kinesis shards': 'fail' }],
    [
      'where the shards are there already',
      {
        shards: async () => ({ limit: 200, open: 199 }),
        stack: async () => 'CREATE_COMPLETE',
        stream: async () => 4,
        bucket: async () => 'mine',
      },
      {},
    ],
    ["where the bucket's name is another's", { bucket: async () => 'taken' }, { 'bucket name': 'fail' }],
    ['where a stage before left its bucket', { bucket: async () => 'mine' }, { 'bucket name': 'fail' }],
    ['where a stage before left its tables', { table: async () => true }, { names: 'fail' }],
    ['whose stack is stuck', { stack: async () => 'ROLLBACK_COMPLETE', bucket: async () => 'mine' }, { stack: 'fail' }],
    [
      'whose stack is at work',
      { stack: async () => 'UPDATE_IN_PROGRESS', bucket: async () => 'mine' },
      { stack: 'warn' },
    ],
    [
      'that allows no question about quotas',
      { concurrency: fails(named('AccessDeniedException')) },
      { 'Lambda concurrency': 'warn' },
    ],
    ['that does not answer one question', { shards: fails(named('TimeoutError')) }, { 'Kinesis shards': 'unknown' }],
  ])('%s', async (_, some, expected) => {
    expect(await found(some)).toEqual(expected);
  });

  test.each([
    [named('CredentialsProviderError', 'Could not load credentials'), 'nobody is signed in'],
    [named('ExpiredTokenException', 'The security token is expired'), 'nobody is signed in'],
    [named('Error', 'getaddrinfo ENOTFOUND cloudformation.us-east-1.amazonaws.com'), 'AWS cannot be reached'],
  ])('that cannot be asked (%s): says what was not looked at, and fails nothing', async (error, said) => {
    const findings = await accountFindings({ ...GOOD, stack: fails(error) }, template);
    expect(findings.map((f) => f.verdict)).toEqual(['warn', 'unknown']);
    const text = showFindings(findings);
    expect(text).toContain(said);
    for (const about of ['Lambda concurrency', 'Kinesis shards', 'bucket name']) expect(text).toContain(about);
  });
});

test('functions at work: one for each shard of a mapping, two for each queue, one for each schedule and the API', () => {
  const count = (kind: string) => template.functions.flatMap((f) => f.triggers).filter((t) => t.kind === kind).length;
  expect(concurrencyNeeded(template)).toBe(
    4 * count('stream') + 2 * count('queue') + count('schedule') + count('http'),
  );
});

test.each([
  ['24.21.0', '>=24', 'ok'],
  ['26.0.0', '>=24', 'ok'],
  ['20.20.2', '>=24', 'fail'],
])('Node %s where %s is needed: %s', (version, wanted, verdict) => {
  expect(nodeFinding(version, wanted).verdict).toBe(verdict);
});

describe('packages', () => {
  const dir = mkdtempSync(join(tmpdir(), 'millrace-doctor-'));
  afterAll(() => rmSync(dir, { recursive: true }));
  test('that are missing are named', () => {
    mkdirSync(join(dir, 'node_modules/@a/b'), { recursive: true });
    writeFileSync(join(dir, 'node_modules/@a/b/package.json'), '{}');
    expect(packagesFinding(dir, { dependencies: { '@a/b': '1' } }).verdict).toBe('ok');
    expect(packagesFinding(dir, { dependencies: { '@a/b': '1' }, devDependencies: { c: '1' } })).toMatchObject({
      verdict: 'fail',
      says: 'missing: c',
    });
  });
});
