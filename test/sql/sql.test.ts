import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const BIN = fileURLToPath(new URL('../../local/cli/millrace.mjs', import.meta.url));
let dir = '';
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'millrace-sql-'));
  writeFileSync(join(dir, 'n.ndjson'), '{"n":9007199254740993,"x":1}\n{"n":2,"x":2.5}\n');
  const two =
    'CREATE TABLE n (n BIGINT, x DOUBLE); CREATE TABLE big (n BIGINT); CREATE TABLE half (x DOUBLE, d DECIMAL(5, 2));';
  writeFileSync(
    join(dir, 'two.sql'),
    `${two} INSERT INTO big SELECT n FROM n WHERE n > 2; INSERT INTO half SELECT x / 2, CAST(x AS DECIMAL(5, 2)) FROM n;`,
  );
  writeFileSync(join(dir, 'wrong.sql'), `${two}\nINSERT INTO big SELECT m FROM n;`);
  writeFileSync(join(dir, 'zero.sql'), `${two}\nINSERT INTO big SELECT 10 / (n - 2) FROM n;`);
});
afterAll(() => rmSync(dir, { recursive: true }));

const sql = (...args: string[]) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [BIN, 'sql', ...args], { encoding: 'utf8', cwd: dir });
  return { code: status, out: stdout.split('\n').filter((l) => l !== ''), stderr };
};

describe('millrace sql', () => {
  test('tells rows of several destinations apart', () => {
    const { code, out, stderr } = sql('two.sql', '--data', '.');
    expect(out).toEqual([
      '{"big":{"n":9007199254740993}}',
      '{"half":{"x":0.5,"d":"1.00"}}',
      '{"half":{"x":1.25,"d":"2.50"}}',
    ]);
    expect(stderr).toMatch(/^2 rows in, 1 row into big, 2 rows into half, [\d.]+ s\n$/);
    expect(code).toBe(0);
  });
  test('--into prints one of them as it is', () => {
    expect(sql('two.sql', '--data', '.', '--into', 'big').out).toEqual(['{"n":9007199254740993}']);
  });
  test('says why rows were rejected', () => {
    const { code, out, stderr } = sql('zero.sql', '--data', '.');
    expect(out).toHaveLength(1);
    expect(stderr).toMatch(/1 rejected.*\n {2}rejected by zero: .*zero/);
    expect(code).toBe(0);
  });
  test.each([
    [['wrong.sql', '--data', '.'], /^wrong\.sql:2:24: .*"m"/],
    [['none.sql', '--data', '.'], /none\.sql: no such file/],
    [['two.sql'], /needs --data DIR/],
    [['two.sql', '--data', 'none'], /none: no such folder/],
    [['two.sql', '--data', '.', '--into', 'bg'], /--into bg: no query writes there; did you mean "big"/],
    [['two.sql', '--data', '.', '--shards', '0'], /--shards is "0"/],
  ])('%j ends with 2 and nothing on standard output', (args, said) => {
    const { code, out, stderr } = sql(...args);
    expect(stderr).toMatch(said);
    expect([code, out]).toEqual([2, []]);
  });
});

describe('millrace check --plan', () => {
  const check = (...args: string[]) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [BIN, 'check', ...args], { encoding: 'utf8' });
    return { code: status, stdout, stderr };
  };
  test('prints one query as text, and draws it', () => {
    const file = join(dir, 'plan.svg');
    const { code, stdout } = check('--plan', 'orders_per_minute', '--svg', file);
    expect(stdout).toMatch(
      /^table orders .*\n(.*\n)*query orders_per_minute-\w+ .*\n {2}reads {3}orders: events order\.v1/,
    );
    expect(stdout).not.toContain('orders_per_hour');
    expect(readFileSync(file, 'utf8')).toMatch(/^<svg .*tumbling windows of 1 min.*DECIMAL\(38, 2\).*<\/svg>\n$/s);
    expect(code).toBe(0);
  });
  test.each([
    [['--plan', 'orders_per_minit'], /no such query; did you mean "orders_per_minute"/],
    [['--svg', 'x.svg'], /--svg draws one query: name it with --plan QUERY/],
  ])('%j ends with 2', (args, said) => {
    const { code, stderr, stdout } = check(...args);
    expect(stderr).toMatch(said);
    expect([code, stdout]).toEqual([2, '']);
  });
});
