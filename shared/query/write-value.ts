// SQL values to JSON text, in the form Flink's JSON format prints.
import { doubleText } from './casts.ts';
import { decimalText } from './decimal.ts';
import { dateText, timestampText } from './instants.ts';
import type { Decimal, SqlType, Value } from './types.ts';

export type WriteValue = (value: Value) => string;

const orNull =
  (write: (value: Exclude<Value, null>) => string): WriteValue =>
  (value) =>
    value === null ? 'null' : write(value);

/** DOUBLE as Java prints it; JSON has no NaN and infinities, so those are text. */
const writeDouble = (x: number): string => (Number.isFinite(x) ? doubleText(x) : `"${doubleText(x)}"`);

/** Made once for each column. DECIMAL is text with its scale, BIGINT bare digits beyond 2^53 too, TIMESTAMP_LTZ ends with Z. */
export const valueWriter = (type: SqlType): WriteValue => {
  switch (type.kind) {
    case 'BOOLEAN':
    case 'INT':
    case 'BIGINT':
    case 'INTERVAL':
      return orNull(String);
    case 'DOUBLE':
      return orNull((v) => writeDouble(v as number));
    case 'DECIMAL':
      return orNull((v) => `"${decimalText(v as Decimal)}"`);
    case 'STRING':
      return orNull((v) => JSON.stringify(v));
    case 'TIMESTAMP':
      return orNull((v) => `"${timestampText(v as number)}"`);
    case 'TIMESTAMP_LTZ':
      return orNull((v) => `"${timestampText(v as number)}Z"`);
    case 'DATE':
      return orNull((v) => `"${dateText(v as number)}"`);
    case 'ARRAY': {
      const element = valueWriter(type.element);
      return orNull((v) => `[${(v as readonly Value[]).map(element).join(',')}]`);
    }
    case 'MAP': {
      const value = valueWriter(type.value);
      return orNull((v) => {
        const entries = [...(v as ReadonlyMap<Value, Value>)].map(
          ([k, x]) => `${JSON.stringify(String(k))}:${value(x)}`,
        );
        return `{${entries.sort().join(',')}}`; // a map has no order, its text has one
      });
    }
    case 'ROW': {
      const fields = type.fields.map((f) => ({ name: JSON.stringify(f.name), write: valueWriter(f.type) }));
      return orNull((v) => {
        const values = v as readonly Value[];
        return `{${fields.map((f, i) => `${f.name}:${f.write(values[i] ?? null)}`).join(',')}}`;
      });
    }
    default:
      return type satisfies never;
  }
};
