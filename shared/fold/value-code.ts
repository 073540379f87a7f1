// SQL values as JSON, by their type: for keys and states in ledgers, where every byte is paid for.
import type { SqlType, Value } from '../query/types.ts';

/** Plain JSON; NULL is null. */
export type Code = null | boolean | number | string | readonly Code[];

export const encodeValue = (type: SqlType, v: Value): Code => {
  if (v === null) return null;
  switch (type.kind) {
    case 'BIGINT':
      return Number.isSafeInteger(Number(v)) ? Number(v) : String(v);
    case 'DECIMAL': {
      const { unscaled } = v as { unscaled: bigint };
      return Number.isSafeInteger(Number(unscaled)) ? Number(unscaled) : unscaled.toString();
    }
    case 'DOUBLE':
      if (!Number.isFinite(v as number)) return String(v);
      return Object.is(v, -0) ? '-0' : (v as number);
    case 'ROW':
      return type.fields.map((f, i) => encodeValue(f.type, (v as readonly Value[])[i] ?? null));
    case 'ARRAY':
      return (v as readonly Value[]).map((x) => encodeValue(type.element, x));
    case 'MAP':
      return [...(v as ReadonlyMap<Value, Value>)].map(([k, x]) => [
        encodeValue(type.key, k),
        encodeValue(type.value, x),
      ]);
    default:
      return v as boolean | number | string;
  }
};

export const decodeValue = (type: SqlType, c: Code): Value => {
  if (c === null) return null;
  switch (type.kind) {
    case 'BIGINT':
      return BigInt(c as number | string);
    case 'DECIMAL':
      return { unscaled: BigInt(c as number | string), scale: type.scale };
    case 'DOUBLE':
      return Number(c);
    case 'ROW':
      return type.fields.map((f, i) => decodeValue(f.type, (c as readonly Code[])[i] ?? null));
    case 'ARRAY':
      return (c as readonly Code[]).map((x) => decodeValue(type.element, x));
    case 'MAP':
      return new Map(
        (c as readonly (readonly [Code, Code])[]).map(([k, x]) => [
          decodeValue(type.key, k),
          decodeValue(type.value, x),
        ]),
      );
    default:
      return c as boolean | number | string;
  }
};

/** Text of a group key: equal keys of a query give equal text. A DOUBLE -0 groups with 0, as SQL's = says. */
export const encodeKey = (types: readonly SqlType[], values: readonly Value[]): string =>
  JSON.stringify(types.map((t, i) => encodeValue(t, Object.is(values[i], -0) ? 0 : (values[i] ?? null))));

export const decodeKey = (types: readonly SqlType[], text: string): Value[] => {
  const codes = JSON.parse(text) as readonly Code[];
  return types.map((t, i) => decodeValue(t, codes[i] ?? null));
};
