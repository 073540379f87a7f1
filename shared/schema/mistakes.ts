// What is wrong with a schema as a schema, before anything is compiled: all of it at once.
import type { Ajv } from 'ajv';
import { nearest } from '../did-you-mean.ts';
import type { Json, JsonObject } from '../event/cloud-event.ts';
import { isObject, pointer } from '../event/path.ts';
import { type Dialect, KEYWORDS, MARKS, REFUSED } from './keywords.ts';
import type { Complaint } from './marks.ts';
import { walkSchema } from './walk.ts';

const hint = (written: string, known: readonly string[], otherwise: string): string => {
  const near = nearest(written, known);
  return near === undefined ? otherwise : `did you mean "${near}"?`;
};

const patternFault = (pattern: Json | undefined): string | undefined => {
  if (typeof pattern !== 'string') return undefined;
  try {
    new RegExp(pattern, 'u');
    return undefined;
  } catch (error) {
    return `no regular expression: ${(error as Error).message}`;
  }
};

const unknownKeyword = (name: string, dialect: Dialect): string => {
  if (Object.hasOwn(REFUSED, name)) return `"${name}" is not supported: ${REFUSED[name]}`;
  const other: Dialect = dialect === 'draft-07' ? '2020-12' : 'draft-07';
  if (Object.hasOwn(KEYWORDS[other], name)) return `"${name}" is a keyword of ${other}; this schema is ${dialect}`;
  const marks = name.startsWith('x-') ? `marks are ${MARKS.join(', ')}` : `it is no keyword of ${dialect}`;
  return `unknown keyword "${name}"; ${hint(name, Object.keys(KEYWORDS[dialect]), marks)}`;
};

/** Unknown words, unknown formats, bad patterns, references that lead nowhere near. */
const inWords = (root: JsonObject, dialect: Dialect, formats: readonly string[]): readonly Complaint[] => {
  const found: Complaint[] = [];
  walkSchema(root, dialect, (schema, at) => {
    for (const [name, value] of Object.entries(schema)) {
      const here = at + pointer(name);
      const complain = (message: string, where = here): number => found.push({ at: where, message });
      if (!Object.hasOwn(KEYWORDS[dialect], name)) {
        complain(unknownKeyword(name, dialect));
        continue;
      }
      if (name === 'format' && typeof value === 'string' && !formats.includes(value))
        complain(`unknown format "${value}"; ${hint(value, formats, `known: ${formats.join(', ')}`)}`);
      if (name === 'pattern') {
        const fault = patternFault(value);
        if (fault !== undefined) complain(fault);
      }
      if (name === 'patternProperties' && isObject(value))
        for (const pattern of Object.keys(value)) {
          const fault = patternFault(pattern);
          if (fault !== undefined) complain(fault, here + pointer(pattern));
        }
      if (name === 'properties' && isObject(value) && Object.hasOwn(value, '__proto__'))
        complain('a property "__proto__" cannot be checked; choose another name', `${here}/__proto__`);
      if (name === '$ref' && typeof value === 'string' && /^(?:[a-z]+:)?\/\/|\.json/i.test(value))
        complain(`"$ref" leads to a place inside the same file, such as "#/$defs/name"; this one is "${value}"`);
    }
  });
  return found;
};

/** Where the schema breaks the schema of its dialect: one complaint a place. */
const inForm = (ajv: Ajv, root: JsonObject): readonly Complaint[] => {
  if (ajv.validateSchema(root)) return [];
  const byPlace = new Map<string, Complaint>();
  for (const { instancePath, message, params } of ajv.errors ?? []) {
    const allowed = Array.isArray(params.allowedValues) ? `: ${params.allowedValues.join(', ')}` : '';
    const name = instancePath.split('/').at(-1);
    if (!byPlace.has(instancePath))
      byPlace.set(instancePath, { at: instancePath, message: `"${name}" ${message ?? 'is wrong'}${allowed}` });
  }
  return [...byPlace.values()];
};

export const mistakesOf = (ajv: Ajv, root: JsonObject, dialect: Dialect): readonly Complaint[] => [
  ...inWords(root, dialect, Object.keys(ajv.formats)),
  ...inForm(ajv, root),
];
