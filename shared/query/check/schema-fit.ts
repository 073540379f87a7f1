// Columns of a source against the JSON Schema of its event types: a column that no event can fill is a mistake, told before it runs.
// Where the schema does not say, nothing is wrong.

import type { JsonKind, Shape } from '../../schema/shape.ts';
import type { Column } from '../plan.ts';
import { didYouMean, listed } from '../problem.ts';
import { typeText } from '../type-rules.ts';
import type { SqlType } from '../types.ts';
import type { Table } from './tables.ts';

/** A type's schema: its file, the form of `data`, and the fields that enrichments add to it. */
export type KnownSchema = { readonly file: string; readonly shape: Shape; readonly added: readonly string[] };
export type KnownSchemas = ReadonlyMap<string, KnownSchema>;

const shown = (shape: Shape): string => {
  const kinds = shape.kinds?.join(' or ') ?? 'anything';
  return shape.format && shape.kinds?.includes('string') ? `${kinds} (${shape.format})` : kinds;
};

/** Whether text of this shape may hold a number: it has a pattern, and digits fit it. */
const holdsDigits = (shape: Shape): boolean => {
  if (shape.pattern === null) return false;
  try {
    const pattern = new RegExp(shape.pattern, 'u');
    return ['7', '42', '1234567890', '0.5', '12.50', '+1', '-1.00'].some((digits) => pattern.test(digits));
  } catch {
    return true;
  }
};

/** What a column's type wants to see, of which one must be possible. */
const kindsFor = (type: SqlType): readonly JsonKind[] | null => {
  switch (type.kind) {
    case 'BOOLEAN':
      return ['boolean'];
    case 'INT':
    case 'BIGINT':
    case 'DOUBLE':
    case 'DECIMAL':
      return ['integer', 'number'];
    case 'TIMESTAMP':
    case 'TIMESTAMP_LTZ':
      return ['string', 'integer', 'number'];
    case 'DATE':
      return ['string'];
    case 'ARRAY':
      return ['array'];
    case 'MAP':
    case 'ROW':
      return ['object'];
    default:
      return null; // STRING takes anything as its text
  }
};

const FORMATS: Readonly<Partial<Record<SqlType['kind'], string>>> = {
  TIMESTAMP: 'date-time',
  TIMESTAMP_LTZ: 'date-time',
  DATE: 'date',
};

/** What is wrong, at which path below the column; null when a value of the shape may fill the type. */
export const misfit = (type: SqlType, shape: Shape, path: string): string | null => {
  const wanted = kindsFor(type);
  if (wanted === null) return null;
  const said = shape.kinds;
  const numeric = wanted.includes('number') && !wanted.includes('string');
  const possible =
    said === null ||
    said.some((kind) => wanted.includes(kind)) ||
    (numeric && said.includes('string') && holdsDigits(shape));
  if (!possible) return `${path} is ${typeText(type)}, which no ${shown(shape)} fills`;
  const format = FORMATS[type.kind];
  const textAlone = said !== null && !said.some((kind) => kind !== 'string' && wanted.includes(kind));
  if (format && textAlone && shape.format !== null && shape.format !== format)
    return `${path} is ${typeText(type)}, which reads ${format}, no ${shown(shape)}`;
  if (type.kind === 'ARRAY') return shape.items && misfit(type.element, shape.items, `an element of ${path}`);
  if (type.kind === 'MAP') return shape.others && misfit(type.value, shape.others, `a value of ${path}`);
  if (type.kind !== 'ROW') return null;
  for (const field of type.fields) {
    const wrong = missing(field.name, shape, `the field "${field.name}" of ${path}`);
    const part = shape.properties.get(field.name);
    const inner = wrong ?? (part ? misfit(field.type, part, `${path}.${field.name}`) : null);
    if (inner) return inner;
  }
  return null;
};

const missing = (name: string, shape: Shape, what: string): string | null => {
  if (!shape.closed || shape.properties.has(name)) return null;
  const names = [...shape.properties.keys()];
  return `${what} is no property of it, and it allows no others.${didYouMean(name, names)} Properties: ${listed(names)}`;
};

const checkColumn = (table: Table, column: Column, schemas: readonly KnownSchema[]): void => {
  const { node, problems } = table;
  const written = node.columns.find((c) => c.name.name === column.name);
  if (!written || column.from.kind !== 'data') return; // an attribute, or the event time
  const known = schemas.filter(({ shape, added }) => shape.properties.has(column.name) || added.includes(column.name));
  const closed = schemas.filter(({ shape, added }) => shape.closed && !added.includes(column.name));
  const [first] = schemas;
  // A table of several types has the fields of all of them.
  if (first && known.length === 0 && closed.length === schemas.length) {
    const files = schemas.map((s) => s.file);
    const why = missing(column.name, first.shape, `the column "${column.name}"`);
    problems.add(written.name.at, `CREATE TABLE ${node.name.name}: against ${listed(files)}: ${why}`);
    return;
  }
  for (const { file, shape } of known) {
    const part = shape.properties.get(column.name);
    const wrong = part && misfit(column.type, part, `"${column.name}"`);
    if (wrong) problems.add(written.type.at, `CREATE TABLE ${node.name.name}: against ${file}: ${wrong}`);
  }
};

/** Types whose schema is broken or unknown are left out: that is a mistake of its own. */
export const checkSchemaFit = (table: Table, schemas: KnownSchemas): void => {
  const { types } = table.plan;
  const known = types.flatMap((type) => {
    const schema = schemas.get(type);
    return schema ? [schema] : [];
  });
  if (types.length === 0 || known.length < types.length) return;
  for (const column of table.columns) checkColumn(table, column, known);
};
