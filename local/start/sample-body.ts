// An event that a schema takes, for a first try by hand. What a schema can ask for has no end: the caller checks what comes out.
import type { Json, JsonObject } from '../../shared/event/cloud-event.ts';
import { isObject } from '../../shared/event/path.ts';
import type { EpochMs } from '../../shared/time.ts';

const MOST_DEEP = 16;

const atPointer = (root: Json, ref: string): Json | undefined => {
  let value: Json | undefined = root;
  for (const part of ref.split('/').slice(1)) {
    const name = decodeURIComponent(part).replaceAll('~1', '/').replaceAll('~0', '~');
    value =
      isObject(value) && Object.hasOwn(value, name)
        ? value[name]
        : Array.isArray(value)
          ? (value[Number(name)] as Json)
          : undefined;
  }
  return value;
};

const textOf = (schema: JsonObject, name: string, now: EpochMs): string => {
  const instant = new Date(now).toISOString();
  switch (schema.format) {
    case 'date-time':
      return instant;
    case 'date':
      return instant.slice(0, 10);
    case 'time':
      return instant.slice(11);
    case 'duration':
      return 'PT1M';
    case 'uuid':
      return '3f0e1c1e-5d0b-4c6f-9b43-0d6f6f3f4a11';
    case 'email':
      return 'me@example.org';
    case 'hostname':
      return 'example.org';
    case 'uri':
    case 'uri-reference':
      return 'https://example.org/';
    case 'ipv4':
      return '192.0.2.1';
    case 'ipv6':
      return '2001:db8::1';
    default: {
      const least = Number(schema.minLength ?? 0);
      return `my-${name}`.padEnd(least, '-').slice(0, Number(schema.maxLength ?? Math.max(least, 64)));
    }
  }
};

/** A number inside the bounds: 1 where that is one, else the least. */
const numberOf = (schema: JsonObject, whole: boolean): number => {
  const bound = (name: string, otherwise: number): number =>
    typeof schema[name] === 'number' ? schema[name] : otherwise;
  const step = whole ? 1 : 0.5;
  const least = Math.max(
    bound('minimum', Number.NEGATIVE_INFINITY),
    bound('exclusiveMinimum', Number.NEGATIVE_INFINITY) + step,
  );
  const most = Math.min(
    bound('maximum', Number.POSITIVE_INFINITY),
    bound('exclusiveMaximum', Number.POSITIVE_INFINITY) - step,
  );
  const multiple = bound('multipleOf', 0);
  const wanted = Math.max(least, Math.min(1, most));
  if (multiple > 0) return Math.ceil(wanted / multiple) * multiple;
  return whole ? Math.ceil(wanted) : wanted;
};

/** An event's data by its schema: required fields, and the marked ones, by their type. */
export const sampleBody = (root: Json, now: EpochMs): Json => {
  const objectOf = (schema: JsonObject, depth: number): JsonObject => {
    const fields = isObject(schema.properties) ? schema.properties : {};
    const required = Array.isArray(schema.required) ? (schema.required as readonly string[]) : [];
    const marked = (name: string): boolean => {
      const field = fields[name];
      return isObject(field) && ['x-time', 'x-id', 'x-key'].some((mark) => field[mark] === true);
    };
    const names = new Set([...Object.keys(fields).filter((n) => required.includes(n) || marked(n)), ...required]);
    return Object.fromEntries([...names].map((name) => [name, make(fields[name] ?? true, name, depth + 1)]));
  };

  const make = (schema: Json, name: string, depth: number): Json => {
    if (!isObject(schema) || depth > MOST_DEEP) return 1;
    if (schema.const !== undefined) return schema.const;
    if (Array.isArray(schema.enum)) return (schema.enum[0] ?? null) as Json;
    if (Array.isArray(schema.examples) && schema.examples.length > 0) return schema.examples[0] as Json;
    if (schema.default !== undefined) return schema.default;
    if (typeof schema.$ref === 'string') return make(atPointer(root, schema.$ref) ?? true, name, depth + 1);
    for (const words of [schema.oneOf, schema.anyOf, schema.allOf])
      if (Array.isArray(words) && schema.type === undefined) return make(words[0] as Json, name, depth + 1);
    const type = Array.isArray(schema.type) ? schema.type.find((t) => t !== 'null') : schema.type;
    const isTime = schema['x-time'] === true;
    switch (type ?? (isObject(schema.properties) ? 'object' : undefined)) {
      case 'object':
        return objectOf(schema, depth);
      case 'array': {
        const items = schema.items ?? true;
        return Array.from({ length: Number(schema.minItems ?? 0) }, () => make(items, name, depth + 1));
      }
      case 'string':
        return isTime ? new Date(now).toISOString() : textOf(schema, name, now);
      case 'integer':
      case 'number':
        return isTime ? now : numberOf(schema, type === 'integer');
      case 'boolean':
        return true;
      case 'null':
        return null;
      default:
        return `my-${name}`;
    }
  };
  return make(root, 'event', 0);
};
