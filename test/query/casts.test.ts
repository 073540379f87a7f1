// CAST and TRY_CAST as Flink 2.3.0 has them; `null` is where TRY_CAST gives NULL and CAST fails.
import { describe, expect, it } from 'vitest';
import { CastError, castTo, doubleText, tryCastTo } from '../../shared/query/casts.ts';
import {
  BIGINT,
  BOOLEAN,
  DATE,
  DOUBLE,
  decimal,
  INT,
  STRING,
  TIMESTAMP,
  TIMESTAMP_LTZ,
} from '../../shared/query/type-rules.ts';
import type { SqlType, Value } from '../../shared/query/types.ts';
import { valueWriter } from '../../shared/query/write-value.ts';

const shown = (from: SqlType, to: SqlType, value: Value): string => valueWriter(to)(tryCastTo(from, to)(value));

describe('text to', () => {
  it.each<[SqlType, string, string]>([
    [INT, '3.9', '3'],
    [INT, ' 7 ', '7'],
    [INT, '+8', '8'],
    [INT, '.5', '0'],
    [INT, '-2147483648', '-2147483648'],
    [INT, '2147483648', 'null'],
    [INT, '1e3', 'null'],
    [INT, '', 'null'],
    [INT, '-', 'null'],
    [BIGINT, '9223372036854775807', '9223372036854775807'],
    [BIGINT, '9223372036854775808', 'null'],
    [DOUBLE, '1e3', '1000.0'],
    [DOUBLE, '5.', '5.0'],
    [DOUBLE, 'NaN', '"NaN"'],
    [DOUBLE, '0x10', 'null'],
    [decimal(10, 2), '0.005', '"0.01"'],
    [decimal(10, 2), '-0.005', '"-0.01"'],
    [decimal(10, 2), '1.5e2', '"150.00"'],
    [decimal(10, 2), '99999999999.995', 'null'],
    [BOOLEAN, 'yes', 'true'],
    [BOOLEAN, 'tRuE', 'true'],
    [BOOLEAN, 'N', 'false'],
    [BOOLEAN, ' true ', 'null'],
    [DATE, '2024-3-1', '"2024-03-01"'],
    [DATE, '2024-03-01 10:11:12.3', '"2024-03-01"'],
    [DATE, '2024', '"2024-01-01"'],
    [DATE, '2023-02-29', 'null'],
    [TIMESTAMP, '2024-03-01', '"2024-03-01 00:00:00.000"'],
    [TIMESTAMP, '2024-3-1 1:2:3', '"2024-03-01 01:02:03.000"'],
    [TIMESTAMP, '2024-03-01 10:11:12.3456', '"2024-03-01 10:11:12.345"'],
    [TIMESTAMP, '2023-02-29', '"2023-02-28 00:00:00.000"'],
    [TIMESTAMP, '2024-12-31 24:00:00', '"2025-01-01 00:00:00.000"'],
    [TIMESTAMP, '2024-03-01T10:11:12', 'null'],
    [TIMESTAMP, '2024-03-01 10:11', 'null'],
    [TIMESTAMP_LTZ, '2024-03-01 10:11:12', '"2024-03-01 10:11:12.000Z"'],
  ])('%o from %j is %s', (to, text, expected) => {
    expect(shown(STRING, to, text)).toBe(expected);
  });
});

describe('numbers', () => {
  it.each<[SqlType, SqlType, Value, string]>([
    [DOUBLE, INT, 1e21, '2147483647'],
    [DOUBLE, INT, -2.5, '-2'],
    [DOUBLE, INT, Number.NaN, '0'],
    [DOUBLE, BIGINT, 1e21, '9223372036854775807'],
    [DOUBLE, BIGINT, -0.1, '0'],
    [DOUBLE, decimal(10, 2), 1.005, '"1.01"'],
    [DOUBLE, decimal(10, 2), 1e21, 'null'],
    [DOUBLE, decimal(38, 18), 0.30000000000000004, '"0.300000000000000040"'],
    [DOUBLE, STRING, 1e21, '"1.0E21"'],
    [DOUBLE, BOOLEAN, -0, 'false'],
    [BIGINT, INT, 9223372036854775807n, '-1'],
    [BIGINT, INT, 4294967297n, '1'],
    [BIGINT, DOUBLE, 9223372036854775807n, '9.223372036854776E18'],
    [BIGINT, decimal(5, 0), 123456n, 'null'],
    [decimal(10, 2), INT, { unscaled: -1299n, scale: 2 }, '-12'],
    [decimal(10, 2), decimal(4, 1), { unscaled: -1235n, scale: 2 }, '"-12.4"'],
    [decimal(10, 2), STRING, { unscaled: 5n, scale: 2 }, '"0.05"'],
    [BOOLEAN, STRING, true, '"TRUE"'],
    [BOOLEAN, decimal(5, 2), true, '"1.00"'],
    [INT, BOOLEAN, 0, 'false'],
    [TIMESTAMP, DATE, -1, '"1969-12-31"'],
    [TIMESTAMP, STRING, 0, '"1970-01-01 00:00:00.000"'],
    [DATE, TIMESTAMP, 19782, '"2024-02-29 00:00:00.000"'],
  ])('%o to %o: %o is %s', (from, to, value, expected) => {
    expect(shown(from, to, value)).toBe(expected);
  });
});

it('CAST fails where TRY_CAST gives NULL, and NULL stays NULL in both', () => {
  expect(() => castTo(STRING, INT)('a')).toThrow(CastError);
  expect(castTo(STRING, INT)(null)).toBeNull();
  expect(tryCastTo(STRING, INT)('a')).toBeNull();
});

it.each([
  [100, '100.0'],
  [0.001, '0.001'],
  [9.99e-4, '9.99E-4'],
  [9_999_999, '9999999.0'],
  [1e7, '1.0E7'],
  [123456789.125, '1.23456789125E8'],
  [-0, '-0.0'],
  [5e-324, '5.0E-324'],
])('Java prints %d as %s', (x, text) => {
  expect(doubleText(x)).toBe(text);
});
