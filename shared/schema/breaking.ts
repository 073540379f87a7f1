// Changes of a schema that refuse events which passed before.
import type { Json, JsonObject } from '../event/cloud-event.ts';
import { isObject, pointer } from '../event/path.ts';

export type BreakingChange = {
  /** JSON pointer of the field in the event's data; '' is the data itself, `/*` every element of a list. */
  readonly field: string;
  readonly message: string;
};

const ALL = ['null', 'boolean', 'object', 'array', 'number', 'string'];
const listOf = (value: Json | undefined): readonly Json[] => (Array.isArray(value) ? (value as readonly Json[]) : []);
const same = (a: Json | undefined, b: Json | undefined): boolean => JSON.stringify(a) === JSON.stringify(b);

const typesOf = ({ type }: JsonObject): readonly string[] =>
  type === undefined ? ALL : ((Array.isArray(type) ? type : [type]) as string[]);

/** Bounds: +1 when a greater value refuses more, -1 when a smaller one does. */
const BOUNDS = {
  ...{ minimum: 1, exclusiveMinimum: 1, minLength: 1, minItems: 1, minProperties: 1 },
  ...{ maximum: -1, exclusiveMaximum: -1, maxLength: -1, maxItems: -1, maxProperties: -1 },
} as const;

/** Rules that are not compared in detail: any other text of them may refuse old events, and so is named. */
const OPAQUE = [
  ...['pattern', 'format', 'multipleOf', 'uniqueItems', 'not', 'if', 'then', 'else', 'allOf', 'anyOf', 'oneOf', '$ref'],
  ...['$defs', 'definitions', 'patternProperties', 'propertyNames', 'dependentRequired', 'dependentSchemas'],
  ...['dependencies', 'contains', 'minContains', 'maxContains', 'prefixItems', 'additionalItems'],
  ...['unevaluatedProperties', 'unevaluatedItems'],
];

const compare = (before: JsonObject, after: JsonObject, field: string, out: BreakingChange[]): void => {
  const name = (message: string, at = field): number => out.push({ field: at, message });

  const wider = typesOf(after);
  const lost = typesOf(before).filter((t) => !wider.includes(t) && !(t === 'integer' && wider.includes('number')));
  if (lost.length > 0)
    name(
      `type narrowed: ${lost.map((t) => (t === 'number' && wider.includes('integer') ? 'fractions' : t)).join(', ')} no longer pass`,
    );

  if (after.enum !== undefined) {
    if (before.enum === undefined && before.const === undefined) name('enum added: only its values pass now');
    const kept = listOf(after.enum);
    const were = before.const === undefined ? listOf(before.enum) : [before.const];
    for (const value of were)
      if (!kept.some((k) => same(k, value))) name(`enum value ${JSON.stringify(value)} removed`);
  }
  if (after.const !== undefined && !same(before.const, after.const))
    name('const added or changed: only one value passes now');

  for (const [bound, direction] of Object.entries(BOUNDS)) {
    const now = after[bound];
    const was = before[bound];
    if (typeof now !== 'number') continue;
    if (typeof was !== 'number') name(`${bound} ${now} added`);
    else if ((now - was) * direction > 0) name(`${bound} tightened from ${was} to ${now}`);
  }
  for (const rule of OPAQUE)
    if (after[rule] !== undefined && !same(before[rule], after[rule]))
      name(`${rule} added or changed: compare by hand`);

  const were = listOf(before.required);
  for (const required of listOf(after.required))
    if (!were.includes(required)) name('is required now', field + pointer(String(required)));

  const old = isObject(before.properties) ? before.properties : {};
  const fresh = isObject(after.properties) ? after.properties : {};
  for (const [property, schema] of Object.entries(fresh)) {
    const at = field + pointer(property);
    if (Object.hasOwn(old, property)) inner(old[property] as Json, schema, at, out);
    else if (before.additionalProperties === undefined || before.additionalProperties === true) {
      if (schema !== true && !same(schema, {})) name('is checked now; old events may hold anything here', at);
    } else inner(before.additionalProperties, schema, at, out);
  }
  const rest = after.additionalProperties ?? true;
  const restBefore = before.additionalProperties ?? true;
  if (rest !== true && !same(rest, restBefore) && restBefore !== false)
    name(
      rest === false
        ? 'additional properties are refused now'
        : 'additionalProperties added or changed: compare by hand',
    );
  if (rest === false)
    for (const property of Object.keys(old))
      if (old[property] !== false && !Object.hasOwn(fresh, property))
        name('is removed, and additional properties are refused', field + pointer(property));

  if (after.items !== undefined) inner(before.items ?? true, after.items, `${field}/*`, out);
};

const inner = (before: Json, after: Json, field: string, out: BreakingChange[]): void => {
  if (before === false || after === true) return;
  if (after === false) out.push({ field, message: 'is refused now' });
  else if (isObject(after)) compare(isObject(before) ? before : {}, after, field, out);
  else if (!same(before, after)) out.push({ field, message: 'schema changed: compare by hand' });
};

/**
 * Names what may refuse events that the old schema let pass: new required fields, narrowed types, removed values, tighter bounds,
 * refused additional properties. Rules that cannot be compared (patterns, references, combinations) are named whenever their
 * text changes, so an empty answer means that every old event still passes; a named change may still harm none.
 */
export const breakingChanges = (oldSchema: Json, newSchema: Json): readonly BreakingChange[] => {
  const out: BreakingChange[] = [];
  inner(oldSchema, newSchema, '', out);
  return out;
};
