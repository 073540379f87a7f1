// What expressions give. Every row was compared with Flink 2.3.0, but for those marked as ours.
import { describe, expect, it } from 'vitest';
import type { Value } from '../../shared/query/types.ts';
import { expression } from './expression.ts';

const ROW: Readonly<Record<string, Value>> = {
  i: 7,
  b: 9223372036854775807n,
  d: -2.5,
  m: { unscaled: 1235n, scale: 2 },
  l: { unscaled: 300n, scale: 2 },
  s: 'abcabc',
  bo: true,
  ts: Date.UTC(2024, 1, 29, 12, 34, 56, 789),
  tz: Date.UTC(2024, 1, 29, 12, 34, 56, 789),
  da: Date.UTC(2024, 1, 29) / 86_400_000,
};

const holds = (facts: readonly (readonly [string, string, string])[]) =>
  it.each(facts)('%s is %s %s', (text, type, value) => {
    expect(expression(text, ROW)).toEqual({ type, value });
  });

describe('constants', () => {
  holds([
    ['7', 'INT', '7'],
    ['-2147483648', 'INT', '-2147483648'],
    ['2147483648', 'BIGINT', '2147483648'],
    ['-9223372036854775808', 'BIGINT', '-9223372036854775808'],
    ['0.05', 'DECIMAL(3, 2)', '"0.05"'],
    ['.5', 'DECIMAL(1, 1)', '"0.5"'],
    ['10.00', 'DECIMAL(4, 2)', '"10.00"'],
    ['1.', 'INT', '1'],
    ['1e3', 'DOUBLE', '1000.0'],
    ["'it''s'", 'STRING', '"it\'s"'],
    ["TIMESTAMP '2024-01-01 10:00:00.500'", 'TIMESTAMP(3)', '"2024-01-01 10:00:00.500"'],
    ["DATE '2024-02-29'", 'DATE', '"2024-02-29"'],
  ]);
});

describe('arithmetic', () => {
  holds([
    ['i / 2', 'INT', '3'],
    ['-i / 2', 'INT', '-3'],
    ['i + 2147483647', 'INT', '-2147483642'],
    ['b + 1', 'BIGINT', '-9223372036854775808'],
    ['b * 2', 'BIGINT', '-2'],
    ['i + b', 'BIGINT', '-9223372036854775802'],
    ['MOD(-i, 4)', 'INT', '-3'],
    ['MOD(b, 3)', 'INT', '1'],
    ['i % b', 'BIGINT', '7'],
    ['MOD(m, l)', 'DECIMAL(5, 2)', '"0.35"'],
    ['m + l', 'DECIMAL(11, 2)', '"15.35"'],
    ['m * l', 'DECIMAL(16, 4)', '"37.0500"'],
    ['m / 3', 'DECIMAL(21, 13)', '"4.1166666666667"'],
    ['m / l', 'DECIMAL(18, 8)', '"4.11666667"'],
    ['m + i', 'DECIMAL(13, 2)', '"19.35"'],
    ['i * 0.908', 'DECIMAL(15, 3)', '"6.356"'],
    ['b * 0.908', 'DECIMAL(24, 3)', '"8374821809464136432.756"'],
    ['m * d', 'DOUBLE', '-30.875'],
    ['d / 0', 'DOUBLE', '"-Infinity"'],
    ['1 + 2 * 3 - 4', 'INT', '3'],
    ['(1 + 2) * 3', 'INT', '9'],
    ['- -5', 'INT', '5'],
  ]);
  it.each(['i / 0', 'b / 0', 'm / 0', 'MOD(i, 0)'])('%s fails for the event', (text) => {
    expect(() => expression(text, ROW)).toThrow('division by zero');
  });
});

describe('rounding', () => {
  holds([
    ['ROUND(m, 1)', 'DECIMAL(10, 1)', '"12.4"'],
    ['ROUND(-m)', 'DECIMAL(9, 0)', '"-12"'],
    ['ROUND(m, -1)', 'DECIMAL(9, 0)', '"10"'],
    ['ROUND(m, 5)', 'DECIMAL(10, 2)', '"12.35"'],
    ['ROUND(d)', 'DOUBLE', '-3.0'],
    ['ROUND(1.005e0, 2)', 'DOUBLE', '1.01'],
    ['ROUND(i, -1)', 'INT', '10'],
    ['ROUND(b, -1)', 'BIGINT', '-9223372036854775806'],
    ['FLOOR(d)', 'DOUBLE', '-3.0'],
    ['CEIL(m)', 'DECIMAL(10, 0)', '"13"'],
    ['FLOOR(-m)', 'DECIMAL(10, 0)', '"-13"'],
    ['ABS(-m)', 'DECIMAL(10, 2)', '"12.35"'],
  ]);
});

describe('text', () => {
  holds([
    ['SUBSTRING(s, 2)', 'STRING', '"bcabc"'],
    ['SUBSTRING(s FROM -2 FOR 1)', 'STRING', '"b"'],
    ['SUBSTRING(s, 0, 2)', 'STRING', '"ab"'],
    ['SUBSTRING(s, -10, 3)', 'STRING', '""'],
    ["CHAR_LENGTH('x😀y')", 'INT', '3'],
    ["SUBSTRING('x😀y', 2, 1)", 'STRING', '"😀"'],
    ["POSITION('y' IN 'x😀y')", 'INT', '3'],
    ["POSITION('' IN s)", 'INT', '1'],
    ["TRIM('  b ')", 'STRING', '"b"'],
    ["TRIM(LEADING FROM '  b ')", 'STRING', '"b "'],
    ["TRIM(TRAILING 'cb' FROM s)", 'STRING', '"abca"'],
    ["REPLACE(s, 'a', '$&')", 'STRING', '"$&bc$&bc"'],
    ["SPLIT_INDEX(s, 'b', 1)", 'STRING', '"ca"'],
    ["SPLIT_INDEX(s, 'b', 3)", 'STRING', 'null'],
    ["SPLIT_INDEX(s, 'b', -1)", 'STRING', 'null'],
    ["SPLIT_INDEX('', 'b', 0)", 'STRING', 'null'],
    ["SPLIT_INDEX('a b c', '', 2)", 'STRING', '"c"'],
    ["REGEXP_EXTRACT(s, 'a(.)c', 1)", 'STRING', '"b"'],
    ["REGEXP_EXTRACT(s, 'x(.)', 1)", 'STRING', 'null'],
    ["REGEXP_EXTRACT(s, '(a)|(x)', 2)", 'STRING', 'null'],
    ["CONCAT(s, '-', UPPER(s))", 'STRING', '"abcabc-ABCABC"'],
    ['CONCAT(s, CAST(NULL AS STRING))', 'STRING', 'null'],
    ['s || CAST(NULL AS STRING)', 'STRING', 'null'],
  ]);
});

describe('LIKE has no escape character of its own, and _ takes no line break', () => {
  holds([
    ["'a_b' LIKE 'a_b'", 'BOOLEAN', 'true'],
    ["'a_b' LIKE 'a\\_b'", 'BOOLEAN', 'false'],
    ["'a\\Xb' LIKE 'a\\_b'", 'BOOLEAN', 'true'],
    ["'aXb' LIKE 'a!_b' ESCAPE '!'", 'BOOLEAN', 'false'],
    ["'a_b' LIKE 'a!_b' ESCAPE '!'", 'BOOLEAN', 'true'],
    ["'a\nb' LIKE 'a_b'", 'BOOLEAN', 'false'],
    ["'a\nb' LIKE 'a%b'", 'BOOLEAN', 'true'],
    ["'x😀y' LIKE 'x_y'", 'BOOLEAN', 'true'],
    ["'abc' LIKE 'a.c'", 'BOOLEAN', 'false'],
    ["'' LIKE ''", 'BOOLEAN', 'true'],
    ["'aa' LIKE 'a%a'", 'BOOLEAN', 'true'],
    ["'a' LIKE 'a%a'", 'BOOLEAN', 'false'],
    ["s NOT LIKE '%ca%'", 'BOOLEAN', 'false'],
  ]);
});

describe('three-valued logic', () => {
  const T = 'TRUE';
  const F = 'FALSE';
  const N = 'CAST(NULL AS BOOLEAN)';
  holds([
    [`${T} AND ${N}`, 'BOOLEAN', 'null'],
    [`${N} AND ${F}`, 'BOOLEAN', 'false'],
    [`${N} OR ${T}`, 'BOOLEAN', 'true'],
    [`${F} OR ${N}`, 'BOOLEAN', 'null'],
    [`NOT ${N}`, 'BOOLEAN', 'null'],
    [`${N} IS TRUE`, 'BOOLEAN', 'false'],
    [`${N} IS NOT TRUE`, 'BOOLEAN', 'true'],
    [`${N} IS UNKNOWN`, 'BOOLEAN', 'true'],
    ['i = NULL', 'BOOLEAN', 'null'],
    ['i IS DISTINCT FROM NULL', 'BOOLEAN', 'true'],
    ['NULL IS NOT DISTINCT FROM NULL', 'BOOLEAN', 'true'],
    ['i IN (7, NULL)', 'BOOLEAN', 'true'],
    ['i IN (8, NULL)', 'BOOLEAN', 'null'],
    ['i NOT IN (8, NULL)', 'BOOLEAN', 'null'],
    ['i NOT IN (7, NULL)', 'BOOLEAN', 'false'],
    ['i BETWEEN 1 AND 7', 'BOOLEAN', 'true'],
    ['i NOT BETWEEN SYMMETRIC 9 AND 1', 'BOOLEAN', 'false'],
    ['i = 7 IS TRUE', 'BOOLEAN', 'true'],
    ['NOT i = 7 AND bo OR bo', 'BOOLEAN', 'true'],
  ]);
});

describe('one type from many', () => {
  holds([
    ['COALESCE(i, b)', 'BIGINT', '7'],
    ['COALESCE(i, 2.5)', 'DECIMAL(11, 1)', '"7.0"'],
    ['COALESCE(m, b)', 'DECIMAL(21, 2)', '"12.35"'],
    ['COALESCE(m, d)', 'DOUBLE', '12.35'],
    ['CASE WHEN i > 5 THEN 1 ELSE 2.5 END', 'DECIMAL(11, 1)', '"1.0"'],
    ["CASE i WHEN 7 THEN 'seven' END", 'STRING', '"seven"'],
    ['CASE WHEN i > 9 THEN 1 END', 'INT', 'null'],
    ['NULLIF(i, 7)', 'INT', 'null'],
    ['m = 12.350', 'BOOLEAN', 'true'],
    ['b > d', 'BOOLEAN', 'true'],
    ['i = 7.0', 'BOOLEAN', 'true'],
  ]);
});

describe('time', () => {
  holds([
    ["ts + INTERVAL '1:30' MINUTE TO SECOND", 'TIMESTAMP(3)', '"2024-02-29 12:36:26.789"'],
    ["ts - INTERVAL '1 12:00:00.5' DAY TO SECOND", 'TIMESTAMP(3)', '"2024-02-28 00:34:56.289"'],
    ["tz - INTERVAL '-5' MINUTE", 'TIMESTAMP_LTZ(3)', '"2024-02-29 12:39:56.789Z"'],
    ['FLOOR(ts TO QUARTER)', 'TIMESTAMP(3)', '"2024-01-01 00:00:00.000"'],
    ['CEIL(ts TO MONTH)', 'TIMESTAMP(3)', '"2024-03-01 00:00:00.000"'],
    ['FLOOR(da TO YEAR)', 'DATE', '"2024-01-01"'],
    ['EXTRACT(QUARTER FROM da)', 'BIGINT', '1'],
    ['EXTRACT(HOUR FROM da)', 'BIGINT', '0'],
    ['SECOND(ts)', 'BIGINT', '56'],
    ["DATE_FORMAT(tz, 'yyyy''T''HH')", 'STRING', '"2024T12"'],
    ["ts > TIMESTAMP '2024-02-29 12:34:56.788'", 'BOOLEAN', 'true'],
  ]);
});

describe('what does not fit is refused', () => {
  it.each([
    ['s + 1', '+: not for STRING and INT'],
    ["s + 'a'", 'join texts with ||'],
    ['s || i', 'joins texts, found INT; write CAST(… AS STRING)'],
    ['d % 2', '%: not for DOUBLE and INT'],
    ["ts > '2024-01-01'", "an instant is written TIMESTAMP '2026-03-01 12:00:00'"],
    ['ts = tz', 'cannot compare TIMESTAMP(3) with TIMESTAMP_LTZ(3)'],
    ['bo > bo', 'BOOLEAN has no order'],
    ['CAST(ts AS BIGINT)', 'CAST: no cast from TIMESTAMP(3) to BIGINT'],
    ["CASE WHEN bo THEN 1 ELSE 'a' END", 'CASE: all its results must be of one type, found INT and STRING'],
    ['UPPER(i)', 'argument 1 of UPPER(STRING) must be STRING, found INT'],
    ['ROUND(d, b)', 'must be INT, found BIGINT'],
    ["DATE_FORMAT(ts, 'qq')", 'holds "qq"'],
    ['DATE_FORMAT(ts, s)', 'the format must be a constant text'],
    ["INTERVAL '1:75' MINUTE TO SECOND", 'SECOND goes up to 59'],
    ['12345678901234567890', 'too many digits for a constant'],
    ["DATE '2023-02-29'", 'is no day'],
    ["s LIKE 'a!b' ESCAPE '!'", 'the escape must stand before %, _ or itself'],
    ["s LIKE 'a' ESCAPE 'ab'", 'ESCAPE takes one constant character'],
    ['EXTRACT(CENTURY FROM ts)', 'EXTRACT takes the units'],
  ])('%s: %s', (text, part) => {
    expect(expression(text, ROW)).toEqual({ mistake: expect.stringContaining(part) });
  });
});
