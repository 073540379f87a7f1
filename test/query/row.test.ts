import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Json } from '../../shared/event/cloud-event.ts';
import { parseJson } from '../../shared/event/json.ts';
import { rowReader, rowWriter } from '../../shared/query/row.ts';
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

const EVENT = {
  specversion: '1.0',
  id: 'e',
  source: 's',
  type: 't',
  time: '2026-03-01T00:00:00.000Z',
  subject: 'ann',
} as const;
const read = (type: SqlType, json: Json): Value =>
  rowReader([{ name: 'x', type, from: { kind: 'data', path: ['x'] } }])({
    data: { x: json },
    attributes: EVENT,
    time: 0,
  })[0] ?? null;
const decoded = (text: string): Json => {
  const parsed = parseJson(Buffer.from(text));
  if (!parsed.ok) throw new Error('no JSON');
  return parsed.value;
};

describe('a field of an event', () => {
  it.each<[SqlType, Json, string]>([
    [INT, 1, '1'],
    [INT, '12', '12'],
    [INT, -1.5, '-1'],
    [INT, 3_000_000_000, 'null'],
    [INT, 'abc', 'null'],
    [INT, true, 'null'],
    [BIGINT, 9007199254740993n, '9007199254740993'],
    [BIGINT, 2n ** 63n, 'null'],
    [BIGINT, '9223372036854775807', '9223372036854775807'],
    [BIGINT, 1e18, '1000000000000000000'],
    [DOUBLE, 1, '1.0'],
    [DOUBLE, '1e3', '1000.0'],
    [DOUBLE, 'NaN', '"NaN"'],
    [decimal(10, 2), 1.005, '"1.01"'],
    [decimal(10, 2), 12n, '"12.00"'],
    [decimal(10, 2), '12.345', '"12.35"'],
    [decimal(10, 2), 1e9, 'null'],
    [STRING, 1.5, '"1.5"'],
    [STRING, [1, 'x', null], '"[1,\\"x\\",null]"'],
    [STRING, null, 'null'],
    [BOOLEAN, false, 'false'],
    [BOOLEAN, 'true', 'true'],
    [BOOLEAN, 1, 'null'],
    [TIMESTAMP, '2024-01-01 00:00:00', '"2024-01-01 00:00:00.000"'],
    [TIMESTAMP, '2024-01-01 00:00:00.1234567', '"2024-01-01 00:00:00.123"'],
    [TIMESTAMP, '2024-01-01T01:00:00.5+01:00', '"2024-01-01 00:00:00.500"'],
    [TIMESTAMP, 1_704_067_200_000, '"2024-01-01 00:00:00.000"'],
    [TIMESTAMP, '2024-02-30 00:00:00', 'null'],
    [TIMESTAMP, '2024-01-01', 'null'],
    [TIMESTAMP, 1e300, 'null'],
    [TIMESTAMP_LTZ, '2024-01-01T00:00:00Z', '"2024-01-01 00:00:00.000Z"'],
    [DATE, '2024-02-29', '"2024-02-29"'],
    [DATE, '2023-02-29', 'null'],
    [{ kind: 'ARRAY', element: INT }, [1, 'x', null], '[1,null,null]'],
    [{ kind: 'ARRAY', element: INT }, { a: 1 }, 'null'],
    [{ kind: 'MAP', key: STRING, value: INT }, { a: 1, b: 'x' }, '{"a":1,"b":null}'],
    [{ kind: 'ROW', fields: [{ name: 'a', type: INT }] }, { a: 1, b: 2 }, '{"a":1}'],
    [{ kind: 'ROW', fields: [{ name: 'a', type: INT }] }, [1], 'null'],
    [{ kind: 'ROW', fields: [{ name: '__proto__', type: STRING }] }, {}, '{"__proto__":null}'],
  ])('%o from %o is %s', (type, json, expected) => {
    expect(valueWriter(type)(read(type, json))).toBe(expected);
  });

  it('is read by its path, from the attributes, or is the event time; inherited names are no fields', () => {
    const row = rowReader([
      { name: 'city', type: STRING, from: { kind: 'data', path: ['address', 'city'] } },
      { name: 'who', type: STRING, from: { kind: 'attribute', name: 'subject' } },
      { name: 'ts', type: TIMESTAMP, from: { kind: 'event-time' } },
      { name: 'gone', type: STRING, from: { kind: 'data', path: ['constructor'] } },
      { name: 'deep', type: STRING, from: { kind: 'data', path: ['address', 'city', 'length'] } },
    ])({ data: { address: { city: 'Oslo' } }, attributes: EVENT, time: 5 });
    expect(row).toEqual(['Oslo', 'ann', 5, null, null]);
  });
});

const scalar: fc.Arbitrary<{ type: SqlType; value: fc.Arbitrary<Value> }> = fc.oneof(
  fc.constant({ type: INT, value: fc.integer() as fc.Arbitrary<Value> }),
  fc.constant({ type: BIGINT, value: fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n) as fc.Arbitrary<Value> }),
  fc.constant({ type: DOUBLE, value: fc.double() as fc.Arbitrary<Value> }),
  fc.constant({ type: BOOLEAN, value: fc.boolean() as fc.Arbitrary<Value> }),
  fc.constant({ type: STRING, value: fc.string({ unit: 'grapheme' }) as fc.Arbitrary<Value> }),
  fc.constant({
    type: TIMESTAMP,
    value: fc.integer({ min: -62_135_596_800_000, max: 253_402_300_799_999 }) as fc.Arbitrary<Value>,
  }),
  fc.constant({
    type: TIMESTAMP_LTZ,
    value: fc.integer({ min: -62_135_596_800_000, max: 253_402_300_799_999 }) as fc.Arbitrary<Value>,
  }),
  fc.constant({ type: DATE, value: fc.integer({ min: -719_162, max: 2_932_896 }) as fc.Arbitrary<Value> }),
  fc
    .tuple(fc.integer({ min: 1, max: 38 }), fc.nat(38))
    .map(([precision, s]) => ({ precision, scale: Math.min(s, precision) }))
    .map(({ precision, scale }) => ({
      type: decimal(precision, scale) as SqlType,
      value: fc
        .bigInt(1n - 10n ** BigInt(precision), 10n ** BigInt(precision) - 1n)
        .map((unscaled): Value => ({ unscaled, scale })),
    })),
);
const typed = scalar.chain((s) =>
  fc.oneof(
    fc.tuple(fc.constant(s.type), fc.option(s.value)),
    fc.tuple(
      fc.constant<SqlType>({ kind: 'ARRAY', element: s.type }),
      fc.array(fc.option(s.value)) as fc.Arbitrary<Value>,
    ),
    fc.tuple(
      fc.constant<SqlType>({
        kind: 'ROW',
        fields: [
          { name: 'a"b', type: s.type },
          { name: '__proto__', type: s.type },
        ],
      }),
      fc.tuple(fc.option(s.value), fc.option(s.value)) as fc.Arbitrary<Value>,
    ),
    fc.tuple(
      fc.constant<SqlType>({ kind: 'MAP', key: STRING, value: s.type }),
      fc.array(fc.tuple(fc.string(), fc.option(s.value))).map((entries): Value => new Map(entries)),
    ),
  ),
);

it('a row that was written is read back to the same values', () => {
  fc.assert(
    fc.property(fc.array(typed, { minLength: 1, maxLength: 4 }), (cells) => {
      const columns = cells.map(([type], i) => ({ name: `c${i}`, type }));
      const values = cells.map(([, value]) => value);
      const text = rowWriter(columns)(values);
      const back = rowReader(columns.map((c) => ({ ...c, from: { kind: 'data', path: [c.name] } as const })))({
        data: decoded(text),
        attributes: EVENT,
        time: 0,
      });
      expect(back).toEqual(values);
      expect(rowWriter(columns)(back)).toBe(text);
    }),
    { numRuns: 300 },
  );
});

it('writes the columns in their order, missing values as null, and no column as {}', () => {
  expect(
    rowWriter([
      { name: 'b', type: INT },
      { name: 'a', type: STRING },
    ])([1]),
  ).toBe('{"b":1,"a":null}');
  expect(rowWriter([])([])).toBe('{}');
});
