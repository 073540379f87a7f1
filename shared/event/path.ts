import type { Json, JsonObject } from './cloud-event.ts';

export const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** What stands under a path of names; undefined when a name is missing on the way. Own properties only. */
export const valueAt = (root: Json | undefined, path: readonly string[]): Json | undefined => {
  let value = root;
  for (const name of path) {
    if (!isObject(value) || !Object.hasOwn(value, name)) return undefined;
    value = value[name];
  }
  return value;
};

/** RFC 6901: `/data/a~1b`. */
export const pointer = (...path: readonly string[]): string =>
  path.map((name) => `/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
