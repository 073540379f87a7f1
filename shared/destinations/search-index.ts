// Names of indices: Flink's dynamic index, `orders-{window_start|yyyy-MM}`, and the template that gives their fields types.
import type { Json } from '../event/cloud-event.ts';
import { castTimestamp } from '../query/instants.ts';
import type { TableColumn, TablePlan } from '../query/plan.ts';
import type { SqlType } from '../query/types.ts';

type Part = { readonly text: string } | { readonly field: string; readonly format: string | null };

/** Parts of a date that an index name may hold. */
const FORMATS = /^(?:yyyy|MM|dd|HH|[-_.])+$/;
/** OpenSearch: lower case, no spaces and none of these, not first `_`, `-`, `+`; at most 255 bytes. */
const FORBIDDEN = /[A-Z \\/*?"<>|,#:]|^[-_+]/;

/** @returns the parts, or what is wrong with the pattern */
export const parseIndex = (pattern: string, columns: readonly TableColumn[]): readonly Part[] | string => {
  const parts: Part[] = [];
  for (const piece of pattern.split(/(\{[^}]*\})/)) {
    if (piece === '') continue;
    if (!piece.startsWith('{')) {
      parts.push({ text: piece });
      continue;
    }
    const [field = '', format = null] = piece.slice(1, -1).split('|');
    const column = columns.find((c) => c.name === field);
    if (column === undefined) return `names the column "${field}", which the table does not have`;
    const timed = ['TIMESTAMP', 'TIMESTAMP_LTZ', 'DATE'].includes(column.type.kind);
    if (format !== null && !timed) return `gives "${field}" the format ${format}, but it is no time`;
    if (format !== null && !FORMATS.test(format)) return `has the format ${format}; write yyyy, MM, dd and HH`;
    parts.push({ field, format });
  }
  const fixed = parts.map((p) => ('text' in p ? p.text : 'x')).join('');
  if (FORBIDDEN.test(fixed) || Buffer.byteLength(fixed) > 200)
    return 'is no name of an index: lower case, no spaces and none of \\ / * ? " < > | , # :';
  return parts;
};

const formatted = (at: number, format: string): string => {
  const iso = new Date(at).toISOString();
  return format
    .replaceAll('yyyy', iso.slice(0, 4))
    .replaceAll('MM', iso.slice(5, 7))
    .replaceAll('dd', iso.slice(8, 10))
    .replaceAll('HH', iso.slice(11, 13));
};

/** @returns null when a field of the name is NULL or no time */
export const indexOf = (parts: readonly Part[], row: { readonly [name: string]: Json }): string | null => {
  let name = '';
  for (const p of parts) {
    if ('text' in p) {
      name += p.text;
      continue;
    }
    const value = row[p.field];
    if (value === null || value === undefined) return null;
    if (p.format === null) name += String(value).toLowerCase();
    else {
      const at = castTimestamp(String(value).replace(/Z$/, ''));
      if (at === null) return null;
      name += formatted(at, p.format);
    }
  }
  return FORBIDDEN.test(name) || Buffer.byteLength(name) > 255 ? null : name;
};

/** The pattern as a wildcard, for the index template. */
export const wildcardOf = (parts: readonly Part[]): string => parts.map((p) => ('text' in p ? p.text : '*')).join('');

/** Longer texts stay findable word by word; only sorting and exact match leave them out. */
const KEYWORD_BYTES = 8_191;

const fieldOf = (type: SqlType): object => {
  switch (type.kind) {
    case 'BOOLEAN':
      return { type: 'boolean' };
    case 'INT':
      return { type: 'integer' };
    case 'BIGINT':
    case 'INTERVAL':
      return { type: 'long' };
    case 'DOUBLE':
      return { type: 'double' };
    case 'DECIMAL':
      // A double would lose digits; the text stands in _source as it was written.
      return type.scale === 0 && type.precision <= 18
        ? { type: 'long' }
        : { type: 'double', coerce: true, ignore_malformed: true };
    case 'STRING':
      return { type: 'keyword', ignore_above: KEYWORD_BYTES };
    case 'TIMESTAMP':
      return { type: 'date', format: 'yyyy-MM-dd HH:mm:ss.SSS' };
    case 'TIMESTAMP_LTZ':
      return { type: 'date', format: "yyyy-MM-dd HH:mm:ss.SSS'Z'" };
    case 'DATE':
      return { type: 'date', format: 'yyyy-MM-dd' };
    case 'ARRAY':
      return fieldOf(type.element);
    case 'MAP':
      return { type: 'flat_object' };
    case 'ROW':
      return { properties: Object.fromEntries(type.fields.map((f) => [f.name, fieldOf(f.type)])) };
    default:
      return type satisfies never;
  }
};

/**
 * The body of PUT _index_template/<table>. Fields that the table does not have are kept and not searched. A deleted row is remembered for
 * 8 days, longer than any stream keeps a copy, so that an older revision cannot bring it back.
 */
export const indexTemplate = (table: Pick<TablePlan, 'columns'>, parts: readonly Part[]): object => ({
  index_patterns: [wildcardOf(parts)],
  template: {
    settings: { 'index.gc_deletes': '8d' },
    mappings: { dynamic: false, properties: Object.fromEntries(table.columns.map((c) => [c.name, fieldOf(c.type)])) },
  },
});
