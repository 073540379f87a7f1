// What a JSON Schema says of a value's form, as far as a column's type depends on it. What it does not say stays open.
import type { Json, JsonObject } from '../event/cloud-event.ts';
import { isObject } from '../event/path.ts';

export type JsonKind = 'string' | 'integer' | 'number' | 'boolean' | 'object' | 'array';

/** `null` everywhere stands for "it does not say". NULL is left out: every column may be NULL. */
export type Shape = {
  /** `number` holds `integer`. */
  readonly kinds: readonly JsonKind[] | null;
  readonly format: string | null;
  readonly pattern: string | null;
  readonly properties: ReadonlyMap<string, Shape>;
  /** No property beside those named. */
  readonly closed: boolean;
  /** Of properties that have no name here. */
  readonly others: Shape | null;
  readonly items: Shape | null;
};

const DEEPEST = 12;
export const OPEN: Shape = {
  kinds: null,
  format: null,
  pattern: null,
  properties: new Map(),
  closed: false,
  others: null,
  items: null,
};
const KINDS: readonly string[] = ['string', 'integer', 'number', 'boolean', 'object', 'array'] satisfies JsonKind[];

const kindOfValue = (value: Json): JsonKind | null => {
  if (value === null) return null;
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number';
  return typeof value === 'bigint' ? 'integer' : (typeof value as JsonKind);
};

const named = (types: readonly (JsonKind | null)[]): readonly JsonKind[] => [
  ...new Set(types.flatMap((t) => (t === null ? [] : [t]))),
];

const kindsOf = (schema: JsonObject): readonly JsonKind[] | null => {
  const { type, const: constant, enum: values } = schema;
  if (constant !== undefined) return named([kindOfValue(constant)]);
  if (Array.isArray(values)) return named(values.map(kindOfValue));
  const written = type === undefined ? null : Array.isArray(type) ? type : [type];
  return written && (written.filter((t) => KINDS.includes(String(t))) as readonly JsonKind[]);
};

/** Null alone says nothing of a column. */
const orOpen = (kinds: readonly JsonKind[] | null): readonly JsonKind[] | null => (kinds?.length === 0 ? null : kinds);

const resolve = (root: Json, ref: string): Json | undefined => {
  if (ref === '#') return root;
  if (!ref.startsWith('#/')) return undefined;
  let value: Json | undefined = root;
  for (const part of ref.slice(2).split('/')) {
    const name = decodeURIComponent(part).replaceAll('~1', '/').replaceAll('~0', '~');
    value = isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;
  }
  return value;
};

const merged = (
  a: ReadonlyMap<string, Shape>,
  b: ReadonlyMap<string, Shape>,
  join: (x: Shape, y: Shape) => Shape,
): ReadonlyMap<string, Shape> => {
  const all = new Map(a);
  for (const [name, shape] of b) {
    const other = all.get(name);
    all.set(name, other ? join(other, shape) : shape);
  }
  return all;
};

const inBoth = (a: readonly JsonKind[], b: readonly JsonKind[]): readonly JsonKind[] =>
  named([
    ...a.filter((kind) => b.includes(kind) || (kind === 'integer' && b.includes('number'))),
    ...b.filter((kind) => kind === 'integer' && a.includes('number')),
  ]);

/** What holds when both hold. */
const both = (a: Shape, b: Shape): Shape => ({
  kinds: a.kinds && b.kinds ? orOpen(inBoth(a.kinds, b.kinds)) : (a.kinds ?? b.kinds),
  format: a.format ?? b.format,
  pattern: a.pattern ?? b.pattern,
  properties: merged(a.properties, b.properties, both),
  closed: a.closed || b.closed,
  others: a.others && b.others ? both(a.others, b.others) : (a.others ?? b.others),
  items: a.items && b.items ? both(a.items, b.items) : (a.items ?? b.items),
});

/** What may hold when one of the two does. */
const either = (a: Shape, b: Shape): Shape => ({
  kinds: a.kinds && b.kinds && named([...a.kinds, ...b.kinds]),
  format: a.format === b.format ? a.format : null,
  pattern: a.pattern === b.pattern ? a.pattern : null,
  properties: merged(a.properties, b.properties, either),
  closed: a.closed && b.closed,
  others: a.others && b.others && either(a.others, b.others),
  items: a.items && b.items && either(a.items, b.items),
});

const text = (value: Json | undefined): string | null => (typeof value === 'string' ? value : null);

/**
 * The shape of a schema; one that refers to itself stays open at some depth.
 * @param root the file, for its `$ref`s
 */
export const shapeOf = (schema: Json | undefined, root: Json = schema ?? true, depth = 0): Shape => {
  if (!isObject(schema) || depth > DEEPEST) return OPEN;
  const inner = (part: Json | undefined): Shape => shapeOf(part, root, depth + 1);
  const { properties, additionalProperties, items, $ref } = schema;
  const own: Shape = {
    kinds: orOpen(kindsOf(schema)),
    format: text(schema.format),
    pattern: text(schema.pattern),
    properties: new Map(
      isObject(properties) ? Object.entries(properties).map(([name, part]) => [name, inner(part)]) : [],
    ),
    closed: additionalProperties === false && schema.patternProperties === undefined,
    others: isObject(additionalProperties) ? inner(additionalProperties) : null,
    items: isObject(items) ? inner(items) : null,
  };
  const parts = (word: 'allOf' | 'anyOf' | 'oneOf'): readonly Shape[] => {
    const list = schema[word];
    return Array.isArray(list) ? list.map(inner) : [];
  };
  const choices = (['anyOf', 'oneOf'] as const).flatMap((word) => {
    const [first, ...more] = parts(word);
    return first ? [more.reduce(either, first)] : [];
  });
  const referred = typeof $ref === 'string' ? [inner(resolve(root, $ref))] : [];
  return [...referred, ...parts('allOf'), ...choices].reduce(both, own);
};
