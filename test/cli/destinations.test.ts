// millrace destinations --migrate against the stand-in of Redshift's Data API.
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { main } from '../../local/cli/main.ts';
import { type LocalRedshift, startRedshift } from '../../local/stand-ins/redshift.ts';

const root = join(import.meta.dirname, '../..');
const TABLE = (columns: string) => `
CREATE TABLE orders (order_id STRING, store STRING, ordered_at TIMESTAMP(3), WATERMARK FOR ordered_at AS ordered_at - INTERVAL '5' SECOND)
WITH ('connector' = 'kinesis', 'format' = 'json', 'millrace.type' = 'order.v1');
CREATE TABLE kept (order_id STRING, store STRING${columns}, PRIMARY KEY (order_id) NOT ENFORCED)
WITH ('connector' = 'redshift', 'hostname' = 'shop.c9aklmwyabcd.us-east-1.redshift.amazonaws.com', 'database-name' = 'dev', 'iam-role-arn' = 'arn:aws:iam::123456789012:role/r');
`;
let dir: string;
let server: LocalRedshift;
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'millrace-migrate-'));
  cpSync(join(root, 'test/pipelines/destinations/schemas'), join(dir, 'schemas'), { recursive: true });
  server = await startRedshift(async () => undefined);
  vi.stubEnv('AWS_ENDPOINT_URL_REDSHIFT_DATA', server.endpoint);
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'a');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'b');
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await server.close();
  rmSync(dir, { recursive: true });
});

const migrate = async (sql: string, env: Record<string, string> = {}) => {
  writeFileSync(join(dir, 'tables.sql'), sql);
  vi.stubEnv('REDSHIFT_SECRET', env.REDSHIFT_SECRET);
  let stderr = '';
  const said = vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    stderr += text;
    return true;
  });
  try {
    return { code: await main(['destinations', '--migrate', '--pipeline', dir]), stderr };
  } finally {
    said.mockRestore();
  }
};
const SECRET = { REDSHIFT_SECRET: 'arn:aws:secretsmanager:us-east-1:123456789012:secret:w' };

test('makes the tables of Redshift; again it changes nothing', { timeout: 30_000 }, async () => {
  for (let twice = 0; twice < 2; twice++) {
    const { code, stderr } = await migrate(TABLE(', n BIGINT'), SECRET);
    expect(stderr).toContain('shop.c9aklmwyabcd.us-east-1.redshift.amazonaws.com/dev: kept stands');
    expect(code).toBe(0);
  }
  expect((await server.query('select order_id, store, n from kept_current')).rows).toEqual([]);
});

test('without the secret it says what would work, and asks nobody', async () => {
  const { code, stderr } = await migrate(TABLE(''));
  expect(code).toBe(2);
  expect(stderr).toMatch(/for kept with the secret that REDSHIFT_SECRET names; .* or run what --ddl prints/);
});

test('a column that the table lacks fails by name', async () => {
  await migrate(TABLE(''), SECRET);
  const { code, stderr } = await migrate(TABLE(', later BIGINT'), SECRET);
  expect(code).toBe(1);
  expect(stderr).toMatch(/table kept: .*"later" does not exist.*ALTER TABLE/);
});
