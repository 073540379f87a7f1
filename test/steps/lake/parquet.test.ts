import { describe, expect, test } from 'vitest';
import type { TableColumn } from '../../../shared/query/plan.ts';
import type { SqlType, Value } from '../../../shared/query/types.ts';
import { parquetOf } from '../../../shared/steps/lake/parquet.ts';
import { duck } from '../duck.ts';

const column = (name: string, type: SqlType): TableColumn => ({ name, type });
const decimal = (precision: number, scale: number): SqlType => ({ kind: 'DECIMAL', precision, scale });
const noon = Date.parse('2026-01-05T12:00:00.123Z');

const facts: readonly [string, SqlType, Value, string, unknown][] = [
  ['BOOLEAN', { kind: 'BOOLEAN' }, false, 'BOOLEAN', false],
  ['INT', { kind: 'INT' }, -7, 'INTEGER', -7],
  ['BIGINT beyond 2^53', { kind: 'BIGINT' }, 9_007_199_254_740_993n, 'BIGINT', '9007199254740993'],
  ['the smallest BIGINT', { kind: 'BIGINT' }, -(2n ** 63n), 'BIGINT', '-9223372036854775808'],
  ['DOUBLE', { kind: 'DOUBLE' }, 0.1, 'DOUBLE', 0.1],
  ['a small DECIMAL', decimal(10, 2), { unscaled: -1050n, scale: 2 }, 'DECIMAL(10,2)', '-10.50'],
  ['a DECIMAL with another scale', decimal(10, 2), { unscaled: 5n, scale: 0 }, 'DECIMAL(10,2)', '5.00'],
  [
    'the greatest DECIMAL',
    decimal(38, 2),
    { unscaled: 10n ** 38n - 1n, scale: 2 },
    'DECIMAL(38,2)',
    `${'9'.repeat(36)}.99`,
  ],
  ['a large DECIMAL below zero', decimal(38, 2), { unscaled: -1n, scale: 2 }, 'DECIMAL(38,2)', '-0.01'],
  ['STRING', { kind: 'STRING' }, 'Grüße, 世界 🎉', 'VARCHAR', 'Grüße, 世界 🎉'],
  ['TIMESTAMP', { kind: 'TIMESTAMP' }, noon, 'TIMESTAMP', '2026-01-05 12:00:00.123'],
  ['a TIMESTAMP of the year 1', { kind: 'TIMESTAMP' }, -62_135_596_800_000, 'TIMESTAMP', '0001-01-01 00:00:00'],
  ['DATE', { kind: 'DATE' }, -1, 'DATE', '1969-12-31'],
  ['ARRAY', { kind: 'ARRAY', element: { kind: 'STRING' } }, ['a', null], 'VARCHAR', '["a",null]'],
];

describe('DuckDB reads back', () => {
  test.each(facts)('%s', async (_what, type, value, duckType, shown) => {
    const bytes = parquetOf([column('v', type)], [[value], [null], [value]]);
    expect(await duck({ 'a.parquet': bytes }, 'SELECT typeof(v) AS type, v FROM $files')).toEqual(
      [shown, null, shown].map((v) => ({ type: duckType, v })),
    );
  });

  test('TIMESTAMP_LTZ as an instant', async () => {
    const bytes = parquetOf([column('v', { kind: 'TIMESTAMP_LTZ' })], [[noon]]);
    expect(await duck({ 'a.parquet': bytes }, 'SELECT typeof(v) AS type, epoch_ms(v) AS ms FROM $files')).toEqual([
      { type: 'TIMESTAMP WITH TIME ZONE', ms: String(noon) },
    ]);
  });
});

test.each([decimal(10, 2), decimal(38, 2), { kind: 'BIGINT' } as const])(
  'the least and the greatest of each group of rows let no row be skipped: $kind',
  async (type) => {
    const value = (n: bigint): Value => (type.kind === 'BIGINT' ? n : { unscaled: n, scale: 2 });
    const ints = Array.from({ length: 3_000 }, (_, i) => BigInt(i * 37 - 50_000));
    const bytes = parquetOf(
      [column('v', type)],
      ints.map((n) => [value(n)]),
    );
    const unit = type.kind === 'BIGINT' ? 1 : 100;
    for (const bound of [-40_001, 0, 3_000]) {
      const [row] = await duck({ 'a.parquet': bytes }, `SELECT count(*) AS n FROM $files WHERE v < ${bound / unit}`);
      expect(row).toEqual({ n: String(ints.filter((n) => n < BigInt(bound)).length) });
    }
  },
);

test('the same rows give the same bytes', () => {
  const rows: Value[][] = [
    ['a', 1n],
    [null, 2n],
  ];
  const columns = [column('s', { kind: 'STRING' }), column('n', { kind: 'BIGINT' })];
  expect(Buffer.compare(parquetOf(columns, rows), parquetOf(columns, rows))).toBe(0);
});
