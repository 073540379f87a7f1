// The fields of an event that a schema marks: x-time, x-id, x-key.
import type { Json, JsonObject } from '../event/cloud-event.ts';
import { isObject, pointer } from '../event/path.ts';
import { type Dialect, MARKS, type Mark } from './keywords.ts';
import { walkSchema } from './walk.ts';

export type Marked = Readonly<Record<Mark, readonly string[] | null>>;
export type Complaint = { readonly at: string; readonly message: string };

const SCALARS = ['string', 'number', 'integer', 'boolean'];
const TIMES = ['string', 'number', 'integer'];

/** A reference inside the same file, by JSON pointer. */
const resolve = (root: JsonObject, ref: Json | undefined): Json | undefined => {
  if (typeof ref !== 'string' || !ref.startsWith('#/')) return undefined;
  let value: Json | undefined = root;
  for (const name of ref
    .slice(2)
    .split('/')
    .map((n) => decodeURIComponent(n).replaceAll('~1', '/').replaceAll('~0', '~')))
    value = isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;
  return value;
};

const typeOfValue = (value: Json): string =>
  value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value === 'bigint' ? 'integer' : typeof value;

/** The types that a schema says its value has; undefined when it says none. */
const typesOf = (root: JsonObject, schema: Json | undefined, depth = 0): readonly string[] | undefined => {
  if (!isObject(schema) || depth > 16) return undefined;
  if (schema.type !== undefined) return (Array.isArray(schema.type) ? schema.type : [schema.type]) as readonly string[];
  if (schema.const !== undefined) return [typeOfValue(schema.const)];
  if (Array.isArray(schema.enum)) return schema.enum.map(typeOfValue);
  return schema.$ref === undefined ? undefined : typesOf(root, resolve(root, schema.$ref), depth + 1);
};

/** Every property reached from the root through `properties` alone, with the path of its names. */
const properties = (
  schema: JsonObject,
  path: readonly string[],
  at: string,
): { path: readonly string[]; at: string; schema: JsonObject }[] => {
  if (!isObject(schema.properties)) return [];
  return Object.entries(schema.properties).flatMap(([name, inner]) => {
    if (!isObject(inner)) return [];
    const here = { path: [...path, name], at: `${at}/properties${pointer(name)}`, schema: inner };
    return [here, ...properties(inner, here.path, here.at)];
  });
};

export const marksOf = (root: JsonObject, dialect: Dialect): { marked: Marked; complaints: readonly Complaint[] } => {
  const marked: Record<Mark, readonly string[] | null> = { 'x-time': null, 'x-id': null, 'x-key': null };
  const complaints: Complaint[] = [];
  const reachable = properties(root, [], '');
  for (const mark of MARKS) {
    walkSchema(root, dialect, (schema, at) => {
      if (schema[mark] === undefined) return;
      const complain = (message: string): number => complaints.push({ at: `${at}/${mark}`, message });
      if (schema[mark] !== true) return complain(`${mark} is set with true; leave it out where it does not apply`);
      const property = reachable.find((p) => p.at === at);
      if (property === undefined)
        return complain(
          `${mark} marks a property of the event, reached through "properties" alone from the schema's root`,
        );
      const types = typesOf(root, schema)?.filter((type) => type !== 'null');
      const allowed = mark === 'x-time' ? TIMES : SCALARS;
      if (types === undefined || types.length === 0)
        return complain(`${mark} needs a property whose type is said; add "type": "string"`);
      if (!types.every((type) => allowed.includes(type)))
        return complain(`${mark} marks a property of type ${allowed.join(', ')}; this one is ${types.join(', ')}`);
      if (marked[mark] !== null)
        return complain(`${mark} stands on /${marked[mark].join('/')} already; a type has one such field`);
      marked[mark] = property.path;
      return undefined;
    });
  }
  return { marked, complaints };
};
