// A Parquet file of ours, column by column, with the values that `hyparquet-writer` takes back unchanged.
import { type FileMetaData, parquetMetadata, parquetRead, type SchemaElement } from 'hyparquet';

/** A column as its file describes it. */
export type FileColumn = Readonly<Omit<SchemaElement, 'repetition_type' | 'num_children' | 'field_id'>>;
export type ParquetFile = {
  readonly columns: readonly FileColumn[];
  readonly rows: number;
  /** Values of one column in the order of the rows; NULL is null. */
  read(): Promise<ReadonlyMap<string, readonly unknown[]>>;
};

const columnOf = ({ repetition_type: _, num_children: __, field_id: ___, ...column }: SchemaElement): FileColumn =>
  column;

/** Decimals as whole numbers: the reader would make them floating point, which cannot hold each of them. */
const withoutDecimals = (metadata: FileMetaData): FileMetaData => ({
  ...metadata,
  schema: metadata.schema.map(({ converted_type, logical_type, ...element }) =>
    converted_type === 'DECIMAL'
      ? element
      : { ...element, ...(converted_type && { converted_type }), ...(logical_type && { logical_type }) },
  ),
});

/** Two's complement, the first byte the most significant. */
const wholeNumber = (bytes: Uint8Array): bigint =>
  BigInt.asIntN(
    8 * bytes.length,
    BigInt(`0x${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex')}`),
  );

const asDecimal = (value: unknown): unknown =>
  value instanceof Uint8Array ? wholeNumber(value) : typeof value === 'number' ? BigInt(value) : value;

const same = <T>(value: T): T => value;

/** @throws Error when the bytes are no Parquet file of plain columns */
export const openParquet = (bytes: Uint8Array): ParquetFile => {
  const whole = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
  const metadata = parquetMetadata(whole);
  const [root, ...elements] = metadata.schema;
  if (root?.num_children !== elements.length) throw new Error('nested columns');
  const rows = Number(metadata.num_rows);
  return {
    columns: elements.map(columnOf),
    rows,
    async read() {
      const found = new Map(elements.map((e) => [e.name, new Array<unknown>(rows).fill(null)] as const));
      await parquetRead({
        file: { byteLength: whole.byteLength, slice: (start, end) => whole.slice(start, end) },
        metadata: withoutDecimals(metadata),
        parsers: { timestampFromMilliseconds: same, dateFromDays: same },
        onChunk({ columnName, columnData, rowStart }) {
          const values = found.get(columnName) as unknown[];
          const decimal = elements.find((e) => e.name === columnName)?.converted_type === 'DECIMAL';
          for (let i = 0; i < columnData.length; i++) {
            const value: unknown = columnData[i] ?? null;
            values[rowStart + i] = decimal && value !== null ? asDecimal(value) : value;
          }
        },
      });
      return found;
    },
  };
};
