// CREATE FUNCTION from the statement to a value: what is refused, what NULL does, what a change of the code means.
import { describe, expect, it } from 'vitest';
import { compileSql } from '../../shared/query/compile.ts';
import { evaluator } from '../../shared/query/evaluate.ts';
import type { Plan, StatelessQuery } from '../../shared/query/plan.ts';
import type { Value } from '../../shared/query/types.ts';
import { type FunctionSignature, userFunctions } from '../../shared/query/user-functions.ts';

const TABLES = `CREATE TABLE orders (id STRING, n INT, total DECIMAL(10, 2), tags ARRAY<STRING>)
WITH ('connector' = 'kinesis', 'millrace.type' = 'order.v1');
CREATE TABLE words (word STRING) WITH ('connector' = 'kinesis');
CREATE TABLE counts (n BIGINT) WITH ('connector' = 'kinesis');
`;
const signature = (more: Partial<FunctionSignature> = {}): FunctionSignature => ({
  file: 'money.ts',
  export: 'twice',
  takes: [{ kind: 'STRING' }],
  gives: { kind: 'STRING' },
  nulls: false,
  hash: 'aaaaaaaa',
  flink: null,
  ...more,
});
const compile = (text: string, known: Readonly<Record<string, FunctionSignature | null>>) =>
  compileSql([{ path: 'tables.sql', text: TABLES + text }], {
    types: ['order.v1'],
    functions: new Map(Object.entries(known)),
  });
const CREATE = "CREATE FUNCTION twice AS 'money.ts#twice';\n";

/** What the one query selects first, for the value of the one column that it reads. */
const run = (plan: Plan, row: Value, body: (...args: Value[]) => Value): Value => {
  const [query] = plan.queries as readonly StatelessQuery[];
  const [select] = query?.select ?? [];
  if (!select) throw new Error('no query');
  return evaluator(select, userFunctions(plan.functions, { twice: body }))([row]);
};

describe('a call', () => {
  const known = { 'money.ts#twice': signature() };
  const { plan, errors } = compile(`${CREATE}INSERT INTO words SELECT TWICE(id) FROM orders;`, known);
  const body = (text: Value): Value => `${text}${text}`;

  it('finds the function whatever the case of its name', () => {
    expect(errors).toEqual([]);
    expect(plan.functions).toMatchObject([
      { name: 'twice', file: 'money.ts', export: 'twice', at: { line: 5, col: 1 } },
    ]);
    expect(run(plan, 'ab', body)).toBe('abab');
  });

  it('of NULL is NULL without running the function', () => {
    const never = (): Value => {
      throw new Error('called');
    };
    expect(run(plan, null, never)).toBe(null);
  });

  it('of NULL runs a function that wants NULL', () => {
    const wants = compile(`${CREATE}INSERT INTO words SELECT twice(id) FROM orders;`, {
      'money.ts#twice': signature({ nulls: true }),
    });
    expect(run(wants.plan, null, (text) => (text === null ? 'none' : 'some'))).toBe('none');
  });

  it('passes on what the function throws, as it is', () => {
    const mistake = new RangeError('no such currency');
    const throws = (): Value => {
      throw mistake;
    };
    expect(() => run(plan, 'ab', throws)).toThrow(mistake);
  });

  it.each([
    [12, 'twice(…) gives STRING, which is a string or null, found 12'],
    [12n, 'twice(…) gives STRING, which is a string or null, found 12n'],
    [undefined, 'twice(…) gives STRING, which is a string or null, found undefined'],
  ])('that gives %s where STRING was promised fails', (value, message) => {
    expect(() => run(plan, 'ab', () => value as Value)).toThrow(message);
  });

  it('casts a narrower number', () => {
    const wide = compile(`${CREATE}INSERT INTO counts SELECT twice(n) FROM orders;`, {
      'money.ts#twice': signature({ takes: [{ kind: 'BIGINT' }], gives: { kind: 'BIGINT' } }),
    });
    expect(wide.errors).toEqual([]);
    expect(run(wide.plan, 21, (n) => (n as bigint) * 2n)).toBe(42n);
  });
});

it.each([
  ['BIGINT', 2n ** 63n - 1n, 2n ** 63n],
  ['INT', -(2 ** 31), 2 ** 31],
  ['DOUBLE', 0.5, 1n],
  ['BOOLEAN', false, 0],
  ['TIMESTAMP', 1, 1.5],
] as const)('a value of %s is taken within its bounds', (kind, good, bad) => {
  const fn = { name: 'f', at: { file: '', line: 1, col: 1 }, ...signature({ takes: [], gives: { kind } }) };
  const call = (value: Value): Value | undefined => userFunctions([fn], { f: () => value }).get('f')?.([]);
  expect(call(good)).toBe(good);
  expect(() => call(bad)).toThrow(TypeError);
});

describe('mistakes', () => {
  const known = { 'money.ts#twice': signature(), 'broken.ts': null };
  it.each([
    ["CREATE FUNCTION f AS 'x';", "5:22 CREATE FUNCTION f: 'x' is not here; write 'money.ts#toEuro'"],
    [
      "CREATE FUNCTION upper2 AS 'money.ts#twice';\nCREATE FUNCTION UPPER2 AS 'money.ts#twice';",
      '6:17 CREATE FUNCTION: UPPER2 is created twice, first in tables.sql:5',
    ],
    ["CREATE FUNCTION concat AS 'money.ts#twice';", '5:17 CREATE FUNCTION: CONCAT is a name that Flink has taken'],
    ["CREATE FUNCTION `select` AS 'money.ts#twice';", '5:17 CREATE FUNCTION: SELECT is a name that Flink has taken'],
    [`${CREATE}INSERT INTO words SELECT twice(id, n) FROM orders;`, '6:26 SELECT: twice(STRING) has 2 arguments here'],
    [
      `${CREATE}INSERT INTO words SELECT twice(n) FROM orders;`,
      '6:32 SELECT: argument 1 of twice(STRING) must be STRING, found INT',
    ],
    [
      `${CREATE}INSERT INTO words SELECT twice(DISTINCT id) FROM orders;`,
      '6:26 SELECT: *, DISTINCT and FILTER belong to aggregates',
    ],
    [
      `${CREATE}INSERT INTO words SELECT twise(id) FROM orders;`,
      '6:26 SELECT: unknown function twise. Did you mean "twice"?',
    ],
  ])('%s', (text, expected) => {
    const { errors } = compile(text, known);
    expect(errors.map((e) => `${e.line}:${e.col} ${e.message}`)).toEqual([expect.stringContaining(expected)]);
  });

  it('are told once where the file is broken', () => {
    const { errors } = compile("CREATE FUNCTION f AS 'broken.ts';\nINSERT INTO words SELECT f(id) FROM orders;", known);
    expect(errors).toEqual([]); // the build tells it in the file
  });
});

describe('the id of a query', () => {
  const idOf = (text: string, more: Partial<FunctionSignature> = {}): string | undefined =>
    compile(CREATE + text, { 'money.ts#twice': signature(more) }).plan.queries[0]?.id;
  const calls = 'INSERT INTO words SELECT twice(id) FROM orders;';
  const plain = 'INSERT INTO words SELECT id FROM orders;';

  it('changes with the code that it calls', () => {
    expect(idOf(calls, { hash: 'bbbbbbbb' })).not.toBe(idOf(calls));
    expect(idOf(calls, { nulls: true })).not.toBe(idOf(calls));
  });

  it('stays when a function that it does not call changes', () => {
    expect(idOf(plain, { hash: 'bbbbbbbb' })).toBe(idOf(plain));
  });

  it('stays when the class for Flink changes', () => {
    expect(idOf(calls, { flink: 'com.example.Twice' })).toBe(idOf(calls));
  });
});
