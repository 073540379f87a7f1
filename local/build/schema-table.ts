// A CREATE TABLE for the events of one type, from the JSON Schema of their `data`.
import type { CreateTable, Ident, Span, TypeNode } from '../../shared/query/ast.ts';
import { printStatement } from '../../shared/query/print/statements.ts';
import type { Shape } from '../../shared/schema/shape.ts';

const AT: Span = { line: 0, col: 0, start: 0, end: 0 };
const ident = (name: string): Ident => ({ name, at: AT });
const plain = (name: string, ...args: readonly number[]): TypeNode => ({ kind: 'plain', name, args, at: AT });
const STRING = plain('STRING');
const TIMESTAMP = plain('TIMESTAMP', 3);

/** Properties that a column or field may have the name of; the others stay in the event. */
const named = (shape: Shape): readonly (readonly [string, Shape])[] =>
  [...shape.properties].filter(([name]) => name !== '' && !/[\r\n]/.test(name));

const objectType = (shape: Shape): TypeNode => {
  const fields = named(shape).map(([name, part]) => ({ name: ident(name), type: columnType(part) }));
  if (fields.length > 0) return { kind: 'row', fields, at: AT };
  return { kind: 'map', key: STRING, value: shape.others ? columnType(shape.others) : STRING, at: AT };
};

/** What says nothing, or may be several things, is read as text. */
const columnType = (shape: Shape): TypeNode => {
  const kinds = shape.kinds ?? (shape.properties.size > 0 ? (['object'] as const) : []);
  const only =
    kinds.length === 1 ? kinds[0] : kinds.every((k) => k === 'integer' || k === 'number') ? 'number' : undefined;
  switch (kinds.length === 0 ? undefined : only) {
    case 'integer':
      return plain('BIGINT');
    case 'number':
      return plain('DOUBLE');
    case 'boolean':
      return plain('BOOLEAN');
    case 'array':
      return { kind: 'array', element: shape.items ? columnType(shape.items) : STRING, at: AT };
    case 'object':
      return objectType(shape);
    case 'string':
      return shape.format === 'date-time' ? TIMESTAMP : shape.format === 'date' ? plain('DATE') : STRING;
    default:
      return STRING;
  }
};

/** `order.v1` as `order_v1`; a name may not begin with a digit. */
export const tableName = (type: string): string => type.replaceAll(/\W/g, '_').replace(/^(?=\d)/, '_');

/** The watermark's column; it gets its time from `x-time`, wherever in `data` that stands. */
const timeColumn = (time: readonly string[] | null, shape: Shape): string | null => {
  if (time === null) return null;
  const [first = '', ...deeper] = time;
  if (deeper.length === 0) return first;
  let name = 'event_time';
  while (shape.properties.has(name)) name = `_${name}`;
  return name;
};

/** @param time path of the property marked `x-time`; without one the table has no watermark, so no windows */
export const schemaTable = (type: string, shape: Shape, time: readonly string[] | null): string => {
  const timed = timeColumn(time, shape);
  const column = (name: string, of: TypeNode) => ({
    name: ident(name),
    type: of,
    notNull: false,
    metadata: null,
    at: AT,
  });
  const columns = named(shape).map(([name, part]) => column(name, name === timed ? TIMESTAMP : columnType(part)));
  const added = timed !== null && !shape.properties.has(timed) ? [column(timed, TIMESTAMP)] : [];
  const options = {
    connector: 'kinesis',
    format: 'json',
    'json.timestamp-format.standard': 'ISO-8601',
    'millrace.type': type,
  };
  const delay = { kind: 'interval', text: '5', from: 'SECOND', to: null, precision: null, at: AT } as const;
  const table: CreateTable = {
    kind: 'create-table',
    name: ident(tableName(type)),
    columns: [...columns, ...added],
    computed: [],
    watermarks:
      timed === null
        ? []
        : [
            {
              column: ident(timed),
              as: {
                kind: 'binary',
                op: '-',
                left: { kind: 'name', parts: [ident(timed)], at: AT },
                right: delay,
                at: AT,
              },
              at: AT,
            },
          ],
    primaryKeys: [],
    options: Object.entries(options).map(([key, value]) => ({ key, value, keyAt: AT, valueAt: AT })),
    at: AT,
  };
  return `${printStatement(table)};\n`;
};
