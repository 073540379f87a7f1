import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startDynamo } from '../../local/services/dynamo.ts';
import { dynamoTable } from '../../shared/aws/dynamo-table.ts';
import { referenceLookup } from '../../shared/enrich/reference.ts';
import { systemClock } from '../../shared/ports.ts';

const run = promisify(execFile);
const root = new URL('../../', import.meta.url).pathname;
let dynamo: Awaited<ReturnType<typeof startDynamo>>;

beforeAll(async () => {
  dynamo = await startDynamo();
  await dynamo.call('CreateTable', {
    TableName: 'reference',
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [
      { AttributeName: 'pk', AttributeType: 'S' },
      { AttributeName: 'sk', AttributeType: 'S' },
    ],
    KeySchema: [
      { AttributeName: 'pk', KeyType: 'HASH' },
      { AttributeName: 'sk', KeyType: 'RANGE' },
    ],
  });
});
afterAll(() => dynamo.close());

test('millrace reference puts the rows of the CSV files into the table of a stage', async () => {
  const env = {
    ...process.env,
    AWS_ENDPOINT_URL_DYNAMODB: dynamo.endpoint,
    AWS_ACCESS_KEY_ID: 'none',
    AWS_SECRET_ACCESS_KEY: 'none',
  };
  const { stderr } = await run(
    process.execPath,
    [`${root}local/cli/millrace.mjs`, 'reference', '--table', 'reference', '--region', 'eu-west-1'],
    { cwd: root, env },
  );
  expect(stderr).toContain('20 rows of reference/products.csv are in reference');
  Object.assign(process.env, {
    AWS_ENDPOINT_URL_DYNAMODB: dynamo.endpoint,
    AWS_REGION: 'eu-west-1',
    AWS_ACCESS_KEY_ID: 'none',
    AWS_SECRET_ACCESS_KEY: 'none',
  });
  expect(await dynamoTable({ table: 'reference' }).get({ pk: 'products#mug-01', sk: '-' })).toMatchObject({
    'c.category': 'kitchen',
  });
});

test('--forget hides what was remembered before the log of its source began anew', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'millrace-forget-'));
  const call = (restarts: string, forget: string) => {
    for (const room of ['schemas', 'queries']) mkdirSync(join(dir, room), { recursive: true });
    writeFileSync(join(dir, 'schemas/change.v1.json'), '{"type":"object"}');
    writeFileSync(join(dir, 'tables.sql'), '');
    writeFileSync(
      join(dir, 'sources.yml'),
      `- {name: crm, adapter: dms, tables: {shop.c: change.v1}, remember: {shop.c: {into: c, key: id, columns: [id]}}${restarts}}`,
    );
    const args = ['reference', '--table', 'reference', '--forget', forget, '--pipeline', dir];
    return run(process.execPath, [`${root}local/cli/millrace.mjs`, ...args], { cwd: root, env: process.env });
  };
  try {
    await expect(call('', 'c')).rejects.toThrow('source crm names no restarts');
    await expect(call('', 'd')).rejects.toThrow('remembered tables: c');
    const table = dynamoTable({ table: 'reference' });
    await table.put({ pk: 'c#1', sk: '-', pos: '00:z!1!', 'c.id': '1' });
    await table.put({ pk: 'c#2', sk: '-', pos: '01:a!1!', 'c.id': '2' });
    await call(', restarts: [2026-01-05T09:00:00Z]', 'c');
    const rows = referenceLookup({ table, clock: systemClock, columns: { c: ['id'] }, remembered: new Set(['c']) });
    expect(Object.fromEntries(await rows.find('c', ['1', '2'], 0))).toEqual({ 1: null, 2: { id: '2' } });
  } finally {
    rmSync(dir, { recursive: true });
  }
});
