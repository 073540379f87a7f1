import type { Json, JsonObject } from '../event/cloud-event.ts';
import { isObject, pointer } from '../event/path.ts';
import { type Dialect, KEYWORDS } from './keywords.ts';

export type Visit = (schema: JsonObject, at: string) => void;

/** Calls `visit` for a schema and for every schema inside it, with its JSON pointer. Boolean schemas have nothing to visit. */
export const walkSchema = (schema: Json | undefined, dialect: Dialect, visit: Visit, at = ''): void => {
  if (!isObject(schema)) return;
  visit(schema, at);
  for (const [name, value] of Object.entries(schema)) {
    const holds = Object.hasOwn(KEYWORDS[dialect], name) ? KEYWORDS[dialect][name] : 'value';
    const here = at + pointer(name);
    if (holds === 'value') continue;
    if (Array.isArray(value)) for (const [i, item] of value.entries()) walkSchema(item, dialect, visit, `${here}/${i}`);
    else if (holds === 'names' && isObject(value))
      for (const [key, item] of Object.entries(value)) walkSchema(item, dialect, visit, here + pointer(key));
    else walkSchema(value, dialect, visit, here);
  }
};
