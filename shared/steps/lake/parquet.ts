// Rows as one Parquet file, snappy. The same rows give the same bytes.
import { parquetWriteBuffer } from 'hyparquet-writer';
import { rescale } from '../../query/decimal.ts';
import type { TableColumn } from '../../query/plan.ts';
import { rowWriter } from '../../query/row.ts';
import type { Decimal, SqlType, Value } from '../../query/types.ts';

type Options = Parameters<typeof parquetWriteBuffer>[0];
type SchemaElement = NonNullable<Options['schema']>[number];

/** Up to 18 digits fit into 64 bits, 38 into 16 bytes. */
const INT64_DIGITS = 18;
const DECIMAL_BYTES = 16;

const timestamp = (isAdjustedToUTC: boolean): Omit<SchemaElement, 'name'> => ({
  type: 'INT64',
  logical_type: { type: 'TIMESTAMP', isAdjustedToUTC, unit: 'MILLIS' },
});

const decimal = (precision: number, scale: number): Omit<SchemaElement, 'name'> => ({
  ...(precision <= INT64_DIGITS ? { type: 'INT64' } : { type: 'FIXED_LEN_BYTE_ARRAY', type_length: DECIMAL_BYTES }),
  converted_type: 'DECIMAL',
  precision,
  scale,
});

/** Nested types are written as their JSON text. */
const elementOf = (type: SqlType): Omit<SchemaElement, 'name'> => {
  switch (type.kind) {
    case 'BOOLEAN':
      return { type: 'BOOLEAN' };
    case 'INT':
      return { type: 'INT32' };
    case 'BIGINT':
      return { type: 'INT64' };
    case 'DOUBLE':
      return { type: 'DOUBLE' };
    case 'DECIMAL':
      return decimal(type.precision, type.scale);
    case 'TIMESTAMP':
      return timestamp(false);
    case 'TIMESTAMP_LTZ':
      return timestamp(true);
    case 'DATE':
      return { type: 'INT32', converted_type: 'DATE' };
    case 'INTERVAL':
      return { type: 'INT64' };
    case 'STRING':
    case 'ROW':
    case 'ARRAY':
    case 'MAP':
      return { type: 'BYTE_ARRAY', converted_type: 'UTF8' };
    default:
      return type satisfies never;
  }
};

/** How a value that is not NULL is handed to the writer. */
const cellOf = (type: SqlType): ((value: NonNullable<Value>) => unknown) => {
  switch (type.kind) {
    case 'DECIMAL':
      return (value) => rescale(value as Decimal, type.scale).unscaled;
    case 'TIMESTAMP':
    case 'TIMESTAMP_LTZ':
    case 'INTERVAL':
      return (value) => BigInt(value as number);
    case 'ROW':
    case 'ARRAY':
    case 'MAP': {
      const write = rowWriter([{ name: 'v', type }]);
      return (value) => write([value]).slice('{"v":'.length, -1);
    }
    default:
      return (value) => value;
  }
};

/** @param rows one value a column, as `shared/query/types.ts` has them; at least one row */
export const parquetOf = (columns: readonly TableColumn[], rows: readonly (readonly Value[])[]): Uint8Array => {
  const schema: SchemaElement[] = [
    { name: 'root', num_children: columns.length },
    ...columns.map(({ name, type }): SchemaElement => ({ name, repetition_type: 'OPTIONAL', ...elementOf(type) })),
  ];
  const columnData = columns.map(({ name, type }, i) => {
    const cell = cellOf(type);
    const data = rows.map((row) => {
      const value = row[i] ?? null;
      return value === null ? null : cell(value);
    });
    return { name, data };
  });
  return new Uint8Array(parquetWriteBuffer({ schema, columnData, codec: 'SNAPPY', createdBy: 'millrace' }));
};
