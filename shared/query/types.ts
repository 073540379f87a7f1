// SQL types and values. A value of each type, and NULL, has one JavaScript form.

export type SqlType =
  | { readonly kind: 'BOOLEAN' }
  | { readonly kind: 'INT' }
  | { readonly kind: 'BIGINT' }
  | { readonly kind: 'DOUBLE' }
  | { readonly kind: 'DECIMAL'; readonly precision: number; readonly scale: number }
  | { readonly kind: 'STRING' }
  | { readonly kind: 'TIMESTAMP' } // TIMESTAMP(3), UTC
  | { readonly kind: 'TIMESTAMP_LTZ' } // TIMESTAMP_LTZ(3)
  | { readonly kind: 'DATE' }
  | { readonly kind: 'INTERVAL' } // day-time, ms; only in expressions
  | { readonly kind: 'ROW'; readonly fields: readonly { readonly name: string; readonly type: SqlType }[] }
  | { readonly kind: 'ARRAY'; readonly element: SqlType }
  | { readonly kind: 'MAP'; readonly key: SqlType; readonly value: SqlType };

/** An exact decimal: unscaled / 10^scale. */
export type Decimal = { readonly unscaled: bigint; readonly scale: number };

/**
 * BOOLEAN boolean, INT number, BIGINT bigint, DOUBLE number, DECIMAL Decimal, STRING string, TIMESTAMP and TIMESTAMP_LTZ number
 * (ms since the epoch), DATE number (days since the epoch), INTERVAL number (ms), ROW and ARRAY array, MAP Map; NULL null.
 */
export type Value = null | boolean | number | bigint | string | Decimal | readonly Value[] | ReadonlyMap<Value, Value>;
