// Redshift: its statements by their text; run as far as PostgreSQL can (COPY is replaced by the stand-in), behind the real client.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { rowsIn } from '../../local/destinations/here/database.ts';
import type { Call } from '../../local/services/hooks.ts';
import { localEnv } from '../../local/services/local-env.ts';
import { type LocalRedshift, startRedshift } from '../../local/stand-ins/redshift.ts';
import { redshiftData } from '../../shared/aws/redshift-data.ts';
import { redshiftCalls } from '../../shared/aws/signed/redshift-data.ts';
import { postgresTable } from '../../shared/destinations/postgres-ddl.ts';
import { type DataApi, redshift, warehouseOf } from '../../shared/destinations/redshift.ts';
import { redshiftBatch, redshiftCreate, redshiftNameProblems } from '../../shared/destinations/redshift-sql.ts';
import { manualClock } from '../../shared/memory/clock.ts';
import { memoryObjects } from '../../shared/memory/objects.ts';
import type { TableColumn, TablePlan } from '../../shared/query/plan.ts';
import { destinationContract, sinkRow } from '../ports/destination.contract.ts';

const ROLE = 'arn:aws:iam::123456789012:role/reads';
const KNS: readonly TableColumn[] = [
  { name: 'k', type: { kind: 'STRING' } },
  { name: 'n', type: { kind: 'BIGINT' } },
  { name: 's', type: { kind: 'STRING' } },
];
const planned = (
  name: string,
  primaryKey: readonly string[] = ['k'],
  options: TablePlan['options'] = {},
): TablePlan => ({
  name,
  at: { file: 'tables.sql', line: 1, col: 1 },
  columns: KNS,
  watermark: null,
  primaryKey,
  connector: 'redshift',
  types: [],
  ahead: 0,
  lateness: 0,
  options: { 'iam-role-arn': ROLE, ...options },
});

describe('statements', () => {
  test('of a batch, one transaction', () => {
    expect(
      redshiftBatch(planned('totals', ['k'], { 'table-name': 'sales.totals' }), 's3://b/1/redshift/x.ndjson', ROLE),
    ).toEqual([
      'lock table "sales"."totals_turn"',
      'create temp table "millrace_stage" (like "sales"."totals" including defaults)',
      `copy "millrace_stage" from 's3://b/1/redshift/x.ndjson' iam_role '${ROLE}' format json 'auto ignorecase' timeformat 'auto' compupdate off statupdate off`,
      'delete from "millrace_stage" using "sales"."totals" where "totals"."k" = "millrace_stage"."k" and "totals"."_version" >= "millrace_stage"."_version"',
      'merge into "sales"."totals" using "millrace_stage" on "totals"."k" = "millrace_stage"."k" when matched then update set "n" = "millrace_stage"."n", "s" = "millrace_stage"."s", "_version" = "millrace_stage"."_version", "_deleted" = "millrace_stage"."_deleted" when not matched then insert ("k", "n", "s", "_version", "_deleted") values ("millrace_stage"."k", "millrace_stage"."n", "millrace_stage"."s", "millrace_stage"."_version", "millrace_stage"."_deleted")',
      'drop table "millrace_stage"',
    ]);
  });
  test('that make a table', () => {
    expect(redshiftCreate(planned('totals'))).toEqual([
      `create table if not exists "totals" ("k" varchar(65535), "n" bigint, "s" varchar(65535), "_version" varchar(256) not null default '', "_deleted" boolean not null default false)`,
      'create table if not exists "totals_turn" (n integer)',
      'create or replace view "totals_current" as select "k", "n", "s" from "totals" where not "_deleted"',
    ]);
  });
  test('names that differ in case alone are one name to Redshift', () => {
    const columns: TableColumn[] = [...KNS, { name: 'K', type: { kind: 'STRING' } }];
    expect(redshiftNameProblems(postgresTable({ ...planned('t'), columns }))[0]).toMatch(
      /two columns are "k" to Redshift/,
    );
  });
});

test.each([
  ['shop.c9aklmwyabcd.eu-north-1.redshift.amazonaws.com', { cluster: 'shop', region: 'eu-north-1' }],
  ['shop.123456789012.eu-north-1.redshift-serverless.amazonaws.com', { workgroup: 'shop', region: 'eu-north-1' }],
  ['db.example', null],
])('%s is %o', (hostname, warehouse) => {
  expect(warehouseOf(hostname)).toEqual(warehouse);
});

const mood = { throttled: 0, lost: false };
const asked: Call[] = [];
const objects = memoryObjects('bucket');
let server: LocalRedshift;
let api: DataApi;
beforeAll(async () => {
  server = await startRedshift((address) => objects.get(address.replace('s3://bucket/', '')), {
    hooks: {
      before: (call) => {
        asked.push(call);
        if (mood.throttled-- > 0) return { error: 'ActiveStatementsExceededException', status: 400 };
        if (!mood.lost) return 'pass';
        mood.lost = false;
        return 'drop-answer';
      },
    },
  });
  const at = server.endpoint;
  const env = localEnv({ kinesis: at, dynamo: at, objects: at, redshift: at });
  const calls = redshiftCalls({ env, maxAttempts: 1 });
  api = redshiftData({ warehouse: { cluster: 'shop' }, database: 'dev', secret: 'arn:secret', calls });
});
afterAll(() => server.close());

let count = 0;
const fresh = async (key: readonly string[] = ['k']): Promise<TablePlan> => {
  const plan = planned(`totals_${++count}`, key);
  for (const statement of redshiftCreate(plan)) await server.query(statement);
  return plan;
};
const clock = manualClock(0);
const into = (plan: TablePlan, of: DataApi = api) =>
  redshift({
    api: of,
    tables: [plan],
    stage: objects,
    prefix: '1/redshift/',
    clock,
    wait: async (ms) => clock.advance(ms),
    name: 'shop/dev',
  });
const current = async (plan: TablePlan) =>
  (await rowsIn(server, plan)).flatMap(({ row }) => (row === null ? [] : [row]));

destinationContract('Redshift', async () => {
  const plan = await fresh();
  Object.assign(mood, { throttled: 0, lost: false });
  return {
    destination: into(plan),
    table: plan.name,
    holds: 'keyed',
    content: async () => (await current(plan)).map((r) => ({ k: String(r.k), n: Number(r.n), s: String(r.s) })),
    throttle: (calls) => {
      mood.throttled = calls;
    },
    loseAnswer: () => {
      mood.lost = true;
    },
    poison: sinkRow(plan.name, 'p', 1, { row: '{"k":"p","n":99999999999999999999,"s":"x"}' }),
  };
});

describe('a batch', () => {
  const tokens = () =>
    asked
      .filter((c) => c.operation === 'BatchExecuteStatement')
      .map((c) => (c.body as { ClientToken: string }).ClientToken);
  test('whose answer was lost is the same statement when it comes again, and runs once', async () => {
    const plan = await fresh();
    asked.length = 0;
    mood.lost = true;
    await expect(into(plan).write([sinkRow(plan.name, 'a', 1)])).rejects.toMatchObject({
      code: 'destination.unavailable',
    });
    await into(plan).write([sinkRow(plan.name, 'a', 1)]);
    expect(new Set(tokens()).size).toBe(1);
    expect(await current(plan)).toHaveLength(1);
  });
  test('that failed has another token when it comes again', async () => {
    const plan = planned(`totals_${++count}`);
    const d = into(plan);
    asked.length = 0;
    const failed = await d.write([sinkRow(plan.name, 'a', 1)]).catch((e: unknown) => e);
    expect(failed).toMatchObject({ code: 'destination.unavailable' });
    expect((failed as Error).message).toMatch(/does not exist.*millrace destinations --ddl/);
    for (const statement of redshiftCreate(plan)) await server.query(statement);
    await d.write([sinkRow(plan.name, 'a', 1)]);
    expect(new Set(tokens()).size).toBe(2);
    expect(await current(plan)).toHaveLength(1);
  });
  test('that runs on is left alone after a while, and asked for again', async () => {
    const slow: DataApi = { batch: async () => 'id', describe: async () => ({ status: 'running', error: '' }) };
    await expect(into(planned('t'), slow).write([sinkRow('t', 'a', 1)])).rejects.toThrow(/id still runs after 40 s/);
  });
  test('without PRIMARY KEY keeps every row, named by its id, once', async () => {
    const plan = await fresh([]);
    const rows = [1, 2].map((n) => ({ ...sinkRow(plan.name, 'same', n), key: `id-${n}`, id: `id-${n}` }));
    await into(plan).write(rows);
    await into(plan).write([...rows].reverse());
    expect(await current(plan)).toHaveLength(2);
  });
});
