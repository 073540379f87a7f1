import { PGlite } from '@electric-sql/pglite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { postgres } from '../../shared/destinations/postgres.ts';
import { parseUrl } from '../../shared/destinations/postgres-connection.ts';
import { createStatements, nameProblems, postgresTable } from '../../shared/destinations/postgres-ddl.ts';
import type { Fault } from '../../shared/faults.ts';
import type { TableColumn, TablePlan } from '../../shared/query/plan.ts';
import type { SqlType } from '../../shared/query/types.ts';
import { destinationContract, sinkRow } from '../ports/destination.contract.ts';

const STRING: SqlType = { kind: 'STRING' };
const BIGINT: SqlType = { kind: 'BIGINT' };

const planned = (
  name: string,
  columns: readonly TableColumn[],
  primaryKey: readonly string[],
  options: TablePlan['options'] = {},
): TablePlan => ({
  name,
  at: { file: 'tables.sql', line: 1, col: 1 },
  columns,
  watermark: null,
  primaryKey,
  connector: 'jdbc',
  types: [],
  ahead: 0,
  lateness: 0,
  options,
});
const KNS: readonly TableColumn[] = [
  { name: 'k', type: STRING },
  { name: 'n', type: BIGINT },
  { name: 's', type: STRING },
];

let db: PGlite;
beforeAll(async () => {
  db = await PGlite.create();
});
afterAll(() => db.close());

let count = 0;
const fresh = async (columns = KNS, key: readonly string[] = ['k']) => {
  const plan = planned(`totals_${++count}`, columns, key);
  for (const statement of createStatements(postgresTable(plan))) await db.query(statement);
  return plan;
};
const sql = { query: (text: string, values?: readonly unknown[]) => db.query(text, values as unknown[]) };
const current = async (plan: TablePlan) => (await db.query(`select * from "${plan.name}_current"`)).rows;

destinationContract('PostgreSQL', async () => {
  const plan = await fresh();
  let throttled = 0;
  let lost = false;
  const moody = {
    async query(text: string, values?: readonly unknown[]) {
      if (throttled-- > 0) throw Object.assign(new Error('too many connections'), { code: '53300' });
      const answer = await sql.query(text, values);
      if (!lost) return answer;
      lost = false;
      throw new Error('Connection terminated unexpectedly');
    },
  };
  return {
    destination: postgres(moody, [plan], 'test'),
    table: plan.name,
    holds: 'keyed',
    content: async () =>
      ((await current(plan)) as { k: string; n: bigint; s: string }[]).map((r) => ({ ...r, n: Number(r.n) })),
    throttle: (calls) => {
      throttled = calls;
    },
    loseAnswer: () => {
      lost = true;
    },
    poison: sinkRow(plan.name, 'p', 1, { row: '{"k":"p","n":99999999999999999999,"s":"x"}' }),
  };
});

describe('types', () => {
  const cases: readonly (readonly [SqlType, string, unknown])[] = [
    [{ kind: 'BOOLEAN' }, 'true', 'true'],
    [{ kind: 'INT' }, '-7', '-7'],
    [BIGINT, '9223372036854775807', '9223372036854775807'],
    [{ kind: 'DOUBLE' }, '1.0E21', '1e+21'],
    [{ kind: 'DOUBLE' }, '"NaN"', 'NaN'],
    [
      { kind: 'DECIMAL', precision: 38, scale: 2 },
      '"123456789012345678901234567890123456.78"',
      '123456789012345678901234567890123456.78',
    ],
    [STRING, '"Zürich 🌍"', 'Zürich 🌍'],
    [{ kind: 'TIMESTAMP' }, '"2026-01-05 09:00:00.123"', '2026-01-05 09:00:00.123'],
    [{ kind: 'TIMESTAMP_LTZ' }, '"2026-01-05 09:00:00.123Z"', '2026-01-05 09:00:00.123+00'],
    [{ kind: 'DATE' }, '"2026-01-05"', '2026-01-05'],
    [{ kind: 'ARRAY', element: BIGINT }, '[1,9007199254740993]', '[1, 9007199254740993]'],
    [{ kind: 'MAP', key: STRING, value: STRING }, '{"a":"b"}', '{"a": "b"}'],
    [{ kind: 'ROW', fields: [{ name: 'f', type: BIGINT }] }, '{"f":1}', '{"f": 1}'],
    [STRING, 'null', null],
  ];
  test.each(cases)('%o written as %s', async (type, json, shown) => {
    const plan = await fresh([
      { name: 'k', type: STRING },
      { name: 'v', type },
    ]);
    await postgres(sql, [plan], 'test').write([{ ...sinkRow(plan.name, 'a', 1), row: `{"k":"a","v":${json}}` }]);
    const { rows } = await db.query(`select v::text from "${plan.name}_current"`);
    expect(rows).toEqual([{ v: shown }]);
  });
});

describe('a table without PRIMARY KEY', () => {
  test('keeps every row, named by its id, once', async () => {
    const plan = await fresh(KNS, []);
    const rows = [1, 2].map((n) => ({ ...sinkRow(plan.name, 'same', n), key: `id-${n}`, id: `id-${n}` }));
    const d = postgres(sql, [plan], 'test');
    await d.write(rows);
    await d.write(rows);
    expect(await current(plan)).toHaveLength(2);
  });
});

describe('migration', () => {
  test('again it changes nothing; a new column is added, rows stay', async () => {
    const plan = await fresh();
    await postgres(sql, [plan], 'test').write([sinkRow(plan.name, 'a', 1)]);
    const wider = { ...plan, columns: [...KNS, { name: 'extra', type: BIGINT }] };
    for (let twice = 0; twice < 2; twice++)
      for (const statement of createStatements(postgresTable(wider))) await db.query(statement);
    await postgres(sql, [wider], 'test').write([
      { ...sinkRow(plan.name, 'b', 1), row: '{"k":"b","n":1,"s":"","extra":5}' },
    ]);
    expect(await current(wider)).toEqual([
      { k: 'a', n: 1, s: 'text 1', extra: null },
      { k: 'b', n: 1, s: '', extra: 5 },
    ]);
  });
  test('a table that its user made gets the columns it lacks', async () => {
    await db.exec(
      "create table theirs (k text primary key, n bigint, s text); insert into theirs values ('a', 1, 'old')",
    );
    const plan = planned('out', KNS, ['k'], { 'table-name': 'theirs' });
    for (const statement of createStatements(postgresTable(plan))) await db.query(statement);
    await postgres(sql, [plan], 'test').write([sinkRow('out', 'a', 2)]);
    expect((await db.query('select k, n, s from theirs_current')).rows).toEqual([{ k: 'a', n: 2, s: 'text 2' }]);
  });
  test('names with quotes, capitals and a schema', async () => {
    await db.exec('create schema if not exists sales');
    const plan = planned('out', [{ name: 'Key "x"', type: STRING }], ['Key "x"'], { 'table-name': 'sales.Totals' });
    for (const statement of createStatements(postgresTable(plan))) await db.query(statement);
    await postgres(sql, [plan], 'test').write([{ ...sinkRow('out', 'a', 1), row: '{"Key \\"x\\"":"a"}' }]);
    expect((await db.query('select * from sales."Totals_current"')).rows).toEqual([{ 'Key "x"': 'a' }]);
  });
  test.each([
    [{ name: '_version', type: STRING }, /"_version" is one of Millrace's own/],
    [{ name: 'x'.repeat(64), type: STRING }, /longer than 63 bytes/],
  ])('says what PostgreSQL cannot hold', (column, message) => {
    expect(nameProblems(postgresTable(planned('t', [column], [])))[0]).toMatch(message);
  });
});

describe('when it fails', () => {
  test('a table that is not there stops the line and says what makes it', async () => {
    const d = postgres(sql, [planned('nowhere', KNS, ['k'])], 'db.example/shop');
    const error = await d.write([sinkRow('nowhere', 'a', 1)]).catch((e: unknown) => e);
    expect(error).toMatchObject({ code: 'destination.unavailable' });
    expect((error as Fault).message).toMatch(
      /db\.example\/shop: .*"nowhere" does not exist \(42P01\); `millrace destinations --migrate`/,
    );
  });
  test.each(['40P01', '57P01', '08006'])('SQLSTATE %s passes later', async (code) => {
    const broken = { query: () => Promise.reject(Object.assign(new Error('gone'), { code })) };
    const d = postgres(broken, [planned('t', KNS, ['k'])], 'db');
    await expect(d.write([sinkRow('t', 'a', 1)])).rejects.toMatchObject({ code: 'destination.unavailable' });
  });
});

describe('the URL', () => {
  test.each([
    ['jdbc:postgresql://db.example:6432/shop', { host: 'db.example', port: 6432, database: 'shop', tls: true }],
    ['postgresql://127.0.0.1/shop?sslmode=disable', { host: '127.0.0.1', port: 5432, database: 'shop', tls: false }],
  ])('%s', (url, parts) => {
    expect(parseUrl(url)).toEqual(parts);
  });
  test.each([
    ['jdbc:mysql://db/shop', /for mysql/],
    ['db.example', /no URL/],
    ['postgresql://db.example', /without host or database/],
    ['postgresql://me:secret@db.example/shop', /password in it/],
  ])('%s is refused without repeating a password', (url, message) => {
    expect(() => parseUrl(url)).toThrow(message);
    expect(() => parseUrl(url)).not.toThrow(/secret@/);
  });
});
