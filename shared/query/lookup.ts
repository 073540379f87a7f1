// A look-up join on rows of a reference table, whose values are text.
import type { ReferenceLookup } from '../enrich/reference.ts';
import type { Json } from '../event/cloud-event.ts';
import { parseJson } from '../event/json.ts';
import { isObject } from '../event/path.ts';
import { type Ms, minutes } from '../time.ts';
import { tryCastTo } from './casts.ts';
import { evaluator, type UserFunctions } from './evaluate.ts';
import type { Lookup } from './plan.ts';
import { type ReadValue, valueReader } from './read-value.ts';
import { STRING } from './type-rules.ts';
import type { SqlType, Value } from './types.ts';

/** How long an answer may be used again: a changed row of the reference table shows after at most this. */
const USED_FOR: Ms = minutes(5);

const isNested = (type: SqlType): boolean => type.kind === 'ROW' || type.kind === 'ARRAY' || type.kind === 'MAP';

/**
 * A cell of a reference table as a column's value: by CAST, else as a field of an event is read (RFC 3339 times); ROW, ARRAY and MAP
 * from JSON text. What is neither is NULL, as with events: a look-up decides nothing, and `check` names such cells of a CSV file.
 */
export const cellReader = (type: SqlType): ReadValue => {
  const read = valueReader(type);
  if (type.kind === 'STRING') return read;
  const cast = tryCastTo(STRING, type);
  return (cell) => {
    if (typeof cell !== 'string') return read(cell);
    if (!isNested(type)) return cast(cell) ?? read(cell);
    const parsed = parseJson(Buffer.from(cell));
    return parsed.ok ? read(parsed.value) : null;
  };
};

export type LookupJoin = {
  /** Text of the key; null finds nothing. @throws what the key's expression throws */
  keyOf(row: readonly Value[]): string | null;
  /** The columns of each key's row; a key without a row is left out. @throws Fault table.* when the table does not answer */
  find(keys: readonly string[]): Promise<ReadonlyMap<string, readonly Value[]>>;
  /** What stands for a missing row; null when the event's row is dropped then. */
  readonly missing: readonly Value[] | null;
};

export const lookupJoin = (
  lookup: Lookup,
  reference: ReferenceLookup,
  functions: UserFunctions | undefined,
): LookupJoin => {
  const key = evaluator(lookup.key, functions);
  const columns = lookup.columns.map((c) => ({ name: c.name, read: cellReader(c.type) }));
  const typed = (row: Json): readonly Value[] | null =>
    isObject(row) ? columns.map((c) => c.read(Object.hasOwn(row, c.name) ? row[c.name] : null)) : null;
  return {
    keyOf: (row) => key(row) as string | null,
    async find(keys) {
      const found = await reference.find(lookup.table, keys, USED_FOR);
      const out = new Map<string, readonly Value[]>();
      for (const [text, json] of found) {
        const row = typed(json);
        if (row !== null) out.set(text, row);
      }
      return out;
    },
    missing: lookup.required ? null : columns.map(() => null),
  };
};
