// CREATE FUNCTION at run time: the user's functions over SQL values, with the rule for NULL and a check of what they give.
import type { UserFunctions } from './evaluate.ts';
import type { UserFunction } from './plan.ts';
import { typeText } from './type-rules.ts';
import type { SqlType, Value } from './types.ts';

/** What a function's file says of it; CREATE FUNCTION adds the name. */
export type FunctionSignature = Omit<UserFunction, 'name' | 'at'>;

/** Signatures by the text of CREATE FUNCTION, `file.ts#export`; null: the file has a mistake that is told elsewhere. */
export type KnownFunctions = ReadonlyMap<string, FunctionSignature | null>;

/** The functions as a compiled pipeline holds them, by the name that SQL gives them. */
export type FunctionBodies = Readonly<Record<string, (...args: Value[]) => Value>>;

const isDecimal = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && 'unscaled' in value && typeof value.unscaled === 'bigint';

/** Whether a value has the form that types.ts names for its type. */
const fits = (value: unknown, type: SqlType): boolean => {
  if (value === null) return true;
  switch (type.kind) {
    case 'BOOLEAN':
      return typeof value === 'boolean';
    case 'STRING':
      return typeof value === 'string';
    case 'BIGINT':
      return typeof value === 'bigint' && BigInt.asIntN(64, value) === value;
    case 'INT':
      return typeof value === 'number' && (value | 0) === value;
    case 'DOUBLE':
      return typeof value === 'number';
    case 'DATE':
    case 'TIMESTAMP':
    case 'TIMESTAMP_LTZ':
    case 'INTERVAL':
      return Number.isSafeInteger(value);
    case 'DECIMAL':
      return isDecimal(value) && (value as { scale?: unknown }).scale === type.scale;
    case 'ARRAY':
      return Array.isArray(value) && value.every((v) => fits(v, type.element));
    case 'ROW':
      return (
        Array.isArray(value) &&
        value.length === type.fields.length &&
        type.fields.every((f, i) => fits(value[i] ?? null, f.type))
      );
    case 'MAP':
      return value instanceof Map && [...value].every(([k, v]) => fits(k, type.key) && fits(v, type.value));
    default:
      return type satisfies never;
  }
};

/** How a value of a type looks in TypeScript, for the message. */
const FORM: Readonly<Record<SqlType['kind'], string>> = {
  BOOLEAN: 'a boolean',
  STRING: 'a string',
  BIGINT: 'a bigint of 64 bits',
  INT: 'a whole number of 32 bits',
  DOUBLE: 'a number',
  DATE: 'a whole number of days',
  TIMESTAMP: 'a whole number of milliseconds',
  TIMESTAMP_LTZ: 'a whole number of milliseconds',
  INTERVAL: 'a whole number of milliseconds',
  DECIMAL: '{ unscaled: bigint, scale } of the scale that it promises',
  ARRAY: 'an array',
  ROW: 'an array of its fields',
  MAP: 'a Map',
};

const shown = (value: unknown): string =>
  typeof value === 'bigint' ? `${value}n` : value === undefined ? 'undefined' : (JSON.stringify(value) ?? typeof value);

/** A function made ready. What it throws passes on as it is; a value of another type is a TypeError, as it would break the state. */
const ready = (fn: UserFunction, body: (...args: Value[]) => Value): ((args: readonly Value[]) => Value) => {
  const { name, gives, nulls } = fn;
  return (args) => {
    if (!nulls && args.includes(null)) return null;
    const value = body(...args);
    if (fits(value, gives)) return value;
    throw new TypeError(
      `${name}(…) gives ${typeText(gives)}, which is ${FORM[gives.kind]} or null, found ${shown(value).slice(0, 80)}`,
    );
  };
};

/** @throws TypeError when the plan names a function whose code is not here */
export const userFunctions = (functions: readonly UserFunction[], bodies: FunctionBodies = {}): UserFunctions =>
  new Map(
    functions.map((fn) => {
      const body = bodies[fn.name];
      if (body === undefined)
        throw new TypeError(`the plan names the function ${fn.name} of ${fn.file}, which is not here`);
      return [fn.name, ready(fn, body)];
    }),
  );

/** The functions that a query calls, in the order of their names. */
export const functionsIn = (query: unknown, functions: Iterable<UserFunction>): readonly UserFunction[] => {
  const called = new Set<string>();
  JSON.stringify(query, (key, value: unknown) => {
    if (key === 'fn' && typeof value === 'string' && value.startsWith('UDF ')) called.add(value.slice(4));
    return value;
  });
  return [...functions].filter((fn) => called.has(fn.name)).sort((a, b) => (a.name < b.name ? -1 : 1));
};
