// JSON Schema -> the plan of a scanner (scan-plan.ts), as far as its words go.
import type { Json, JsonObject } from '../event/cloud-event.ts';
import { isObject, pointer } from '../event/path.ts';
import { ANY, FALSE, LIST, NULL, NUMBER, OBJECT, type ScanNode, TEXT, TRUE } from './scan-plan.ts';

export type Planned =
  | {
      readonly ok: true;
      readonly root: ScanNode;
      /** Schemas of single texts, numbers, booleans and null, in the order of the checks they become. */
      readonly checks: readonly JsonObject[];
    }
  /** JSON pointer of the first word that no scan follows, or of the schema that is too wide. */
  | { readonly ok: false; readonly at: string };

class Beyond extends Error {}

const SAYS_NOTHING = new Set([
  ...['$schema', '$id', '$comment', '$defs', 'definitions', 'title', 'description', 'default', 'examples', 'readOnly'],
  ...['writeOnly', 'deprecated', 'contentEncoding', 'contentMediaType', 'contentSchema', 'x-time', 'x-id', 'x-key'],
]);
const FOLLOWED = new Set([
  ...['type', 'enum', 'const', 'minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'minLength', 'maxLength'],
  ...['pattern', 'properties', 'required', 'additionalProperties', 'items', 'minItems', 'maxItems'],
]);
const MOST_NAMES = 60;
const MOST_DEPTH = 32;
const SCALARS = NULL | FALSE | TRUE | NUMBER | TEXT;
const BITS: Readonly<Record<string, number>> = {
  null: NULL,
  boolean: FALSE | TRUE,
  number: NUMBER,
  integer: NUMBER,
  string: TEXT,
  array: LIST,
  object: OBJECT,
};

const typesOf = (schema: JsonObject): readonly string[] | undefined =>
  schema.type === undefined ? undefined : ((Array.isArray(schema.type) ? schema.type : [schema.type]) as string[]);

const bitOf = (value: Json): number =>
  value === null
    ? NULL
    : value === true
      ? TRUE
      : value === false
        ? FALSE
        : typeof value === 'number'
          ? NUMBER
          : typeof value === 'string'
            ? TEXT
            : 0;

/** A reference inside the same file, by JSON pointer, without any other word that counts beside it. */
const targetOf = (root: JsonObject, schema: JsonObject): Json | undefined => {
  const { $ref } = schema;
  if (typeof $ref !== 'string' || !$ref.startsWith('#/')) return undefined;
  if (Object.keys(schema).some((word) => word !== '$ref' && !SAYS_NOTHING.has(word))) return undefined;
  let value: Json | undefined = root;
  for (const part of $ref.slice(2).split('/')) {
    const name = decodeURIComponent(part).replaceAll('~1', '/').replaceAll('~0', '~');
    value = isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;
  }
  return value;
};

const numberIn = (schema: JsonObject, word: keyof ScanNode & string): object =>
  typeof schema[word] === 'number' ? { [word]: schema[word] } : {};

/** @param timeAt JSON pointer of the field marked `x-time` in a document; null when none is */
export const planScan = (root: JsonObject, timeAt: string | null): Planned => {
  const checks: JsonObject[] = [];
  /** The targets of the references that the walk is inside of. */
  const open = new Set<Json>();

  const check = (schema: JsonObject): { readonly check: number } => ({ check: checks.push(schema) - 1 });

  /** @param field the value's JSON pointer in a document; null where `properties` alone do not lead */
  const node = (schema: Json, at: string, field: string | null, depth: number): ScanNode => {
    if (schema === true) return { types: ANY };
    if (schema === false) return { types: 0 };
    if (!isObject(schema) || depth > MOST_DEPTH) throw new Beyond(at);
    if (depth > 0 && schema.$id !== undefined) throw new Beyond(`${at}/$id`);
    if (schema.$ref !== undefined) {
      const target = targetOf(root, schema);
      if (target === undefined || open.has(target)) throw new Beyond(`${at}/$ref`);
      open.add(target);
      const referred = node(target, (schema.$ref as string).slice(1), null, depth + 1);
      open.delete(target);
      return referred;
    }
    const named = typesOf(schema);
    let types = named === undefined ? ANY : named.reduce((bits, type) => bits | (BITS[type] as number), 0);
    const time = field !== null && field === timeAt ? ({ time: true } as const) : {};
    const integer = named?.includes('integer') && !named.includes('number') ? ({ integer: true } as const) : {};
    const dateTime = schema.format === 'date-time' && (types & NUMBER) === 0 ? ({ dateTime: true } as const) : {};
    for (const word of Object.keys(schema)) {
      if (SAYS_NOTHING.has(word) || FOLLOWED.has(word) || (word === 'format' && 'dateTime' in dateTime)) continue;
      if ((types & ~SCALARS) !== 0 || JSON.stringify(schema).includes('"$')) throw new Beyond(at + pointer(word));
      return { types, ...time, ...check(schema) };
    }
    const values = schema.const === undefined ? (schema.enum as readonly Json[] | undefined) : [schema.const];
    if (values !== undefined) {
      if (schema.const !== undefined && schema.enum !== undefined) throw new Beyond(`${at}/enum`);
      if (values.some((v) => bitOf(v) === 0)) throw new Beyond(at + (schema.enum === undefined ? '/const' : '/enum'));
      types &= values.reduce<number>((bits, v) => bits | bitOf(v), 0);
    }
    return {
      types,
      ...time,
      ...integer,
      ...dateTime,
      ...(values !== undefined && (types & TEXT) !== 0 ? { texts: values.filter((v) => typeof v === 'string') } : {}),
      ...(values !== undefined && (types & NUMBER) !== 0
        ? { numbers: values.filter((v) => typeof v === 'number') }
        : {}),
      ...numberIn(schema, 'minimum'),
      ...numberIn(schema, 'maximum'),
      ...numberIn(schema, 'exclusiveMinimum'),
      ...numberIn(schema, 'exclusiveMaximum'),
      ...numberIn(schema, 'minLength'),
      ...numberIn(schema, 'maxLength'),
      ...numberIn(schema, 'minItems'),
      ...numberIn(schema, 'maxItems'),
      ...(typeof schema.pattern === 'string' ? { pattern: schema.pattern } : {}),
      ...((types & OBJECT) === 0 ? {} : members(schema, at, field, depth)),
      ...((types & LIST) === 0 || schema.items === undefined
        ? {}
        : { items: node(schema.items, `${at}/items`, null, depth + 1) }),
    };
  };

  const members = (schema: JsonObject, at: string, field: string | null, depth: number): object => {
    const properties = isObject(schema.properties) ? schema.properties : {};
    const needed = (Array.isArray(schema.required) ? schema.required : []) as readonly string[];
    const names = [...new Set([...Object.keys(properties), ...needed])];
    if (names.length > MOST_NAMES) throw new Beyond(`${at}/properties`);
    const rest = schema.additionalProperties;
    const restNode: ScanNode | false | undefined =
      rest === undefined || rest === true
        ? undefined
        : rest === false
          ? false
          : node(rest, `${at}/additionalProperties`, null, depth + 1);
    const inside = names.map((name): ScanNode => {
      if (!Object.hasOwn(properties, name)) return restNode === false ? { types: 0 } : (restNode ?? { types: ANY });
      const here = `${at}/properties${pointer(name)}`;
      return node(properties[name] as Json, here, field === null ? null : field + pointer(name), depth + 1);
    });
    return {
      ...(names.length === 0 ? {} : { names, properties: inside }),
      ...(needed.length === 0 ? {} : { required: needed.map((name) => names.indexOf(name)) }),
      ...(restNode === undefined ? {} : { rest: restNode }),
    };
  };

  try {
    return { ok: true, root: node(root, '', '', 0), checks };
  } catch (error) {
    if (error instanceof Beyond) return { ok: false, at: error.message };
    throw error;
  }
};
