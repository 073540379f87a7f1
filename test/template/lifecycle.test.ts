import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { KEPT_FOR_GOOD, LEDGER_DAYS } from '../../local/template/lifecycle.ts';
import { readTemplate } from '../../local/template/read-template.ts';
import { TemplateError } from '../../local/template/tree.ts';

const root = resolve(import.meta.dirname, '../..');
const dir = mkdtempSync(join(tmpdir(), 'millrace-lifecycle-'));
afterAll(() => rmSync(dir, { recursive: true }));

const complaints = (read: () => unknown): readonly string[] => {
  try {
    read();
    return [];
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    return error.errors.map((e) => e.message);
  }
};

/** Names that the code gives to objects, one of each kind. */
const KEPT = [
  'archive/1/dt=2026-01-31/shardId-000000000000/0-1.gz',
  'compacted/2/type=orders/dt=2026-01-31/hour=09/a.parquet',
  'lake/type=orders/dt=2026-01-31/hour=09/a.parquet',
  'rejected/1/dt=2026-01-31/validate/a.ndjson',
  'late/1/dt=2026-01-31/refine/a.ndjson',
  'repaired/1/abc',
  'restored/1/000001/lake/type=orders/dt=2026-01-31/hour=09/a.parquet',
  'restores/1/000001',
  'snapshots/1/2026-01-31T09-00-00.000Z.json.zst',
];

describe('the data bucket', () => {
  test.each([
    ['dev', {}],
    ['prod', {}],
    ['dev', { run: '12' }],
  ])('of stage %s with %j keeps what a restore needs, and lets only objects of the ledger expire', (stage, params) => {
    const { buckets } = readTemplate({ root, stage, params });
    const rules = buckets.flatMap((b) => b.expires);
    const run = (params as { run?: string }).run ?? '1';
    expect(rules).toEqual([{ prefix: `${run}/`, days: expect.any(Number) }]);
    expect(rules[0]?.days).toBeGreaterThanOrEqual(LEDGER_DAYS);
    for (const key of KEPT)
      expect(
        rules.some((r) => key.startsWith(r.prefix)),
        key,
      ).toBe(false);
  });

  test('every kind of object that is kept has its folder in the list', () => {
    expect(KEPT.map((key) => key.slice(0, key.indexOf('/') + 1)).sort()).toEqual([...KEPT_FOR_GOOD].sort());
  });

  test.each(KEPT_FOR_GOOD)('a run called as the folder %s is refused', (folder) => {
    const [message] = complaints(() => readTemplate({ root, params: { run: folder.slice(0, -1) } }));
    expect(message).toMatch(`objects under "${folder}" would expire, and ${folder} must stay; a run is a number`);
  });
});

describe('a rule', () => {
  const bucket = (rule: string) => {
    writeFileSync(
      join(dir, 'serverless.yml'),
      `service: a\nprovider: { name: aws }\nfunctions: {}\nresources: { Resources: { B: { Type: AWS::S3::Bucket, Properties: { BucketName: b, LifecycleConfiguration: { Rules: [${rule}] } } } } }\n`,
    );
    return complaints(() => readTemplate({ root: dir }));
  };
  test.each([
    ['{ Status: Enabled, ExpirationInDays: 40 }', 'objects under "" would expire'],
    ['{ Status: Enabled, Prefix: snap, ExpirationInDays: 40 }', 'snapshots/ must stay'],
    ['{ Status: Enabled, Prefix: snapshots/1/, ExpirationInDays: 400 }', 'snapshots/ must stay'],
    ['{ Status: Enabled, Prefix: restores/, ExpirationDate: 2027-01-01 }', 'restores/ must stay'],
    [
      '{ Status: Enabled, Prefix: 1/, ExpirationInDays: 30 }',
      'expire after 30 days; entries of the ledger name them for 32',
    ],
  ])('%s is refused', (rule, message) => {
    expect(bucket(rule)).toEqual([expect.stringContaining(message)]);
  });
  test.each([
    '{ Status: Enabled, Prefix: 1/, ExpirationInDays: 32 }',
    '{ Status: Disabled, Prefix: archive/, ExpirationInDays: 1 }',
    '{ Status: Enabled, NoncurrentVersionExpiration: { NoncurrentDays: 30 } }',
  ])('%s stands', (rule) => {
    expect(bucket(rule)).toEqual([]);
  });
});
