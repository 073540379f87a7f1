// JSON_VALUE and JSON_EXISTS: one path into a JSON text, in strict mode, which is Flink's own. Numbers keep the digits they are
// written with. Unlike Flink's, this reader takes no text behind the value: such a text is no JSON.

/** Names of members, and numbers of elements from 0. */
export type JsonPath = readonly (string | number)[];

const STEP = /\.([\p{L}_][\p{L}\p{N}_]*)|\[\s*(\d{1,9})\s*\]|\[\s*'([^'\\]*)'\s*\]|\[\s*"([^"\\]*)"\s*\]/uy;

/** null for a path in lax mode, with wildcards, filters or functions, and for what is no path. */
export const parseJsonPath = (text: string): JsonPath | null => {
  const path = text.trim().replace(/^strict\s+/i, '');
  if (!path.startsWith('$')) return null;
  const steps: (string | number)[] = [];
  for (STEP.lastIndex = 1; STEP.lastIndex < path.length; ) {
    const found = STEP.exec(path);
    if (!found) return null;
    steps.push(found[2] === undefined ? (found[1] ?? found[3] ?? found[4] ?? '') : Number(found[2]));
  }
  return steps;
};

/** A number as it stands in the text. */
export class RawNumber {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}
export type Found =
  | { readonly kind: 'value'; readonly value: null | boolean | string | RawNumber }
  | { readonly kind: 'nested' }
  /** Nothing stands there, or the text is no JSON: both are errors in strict mode. */
  | { readonly kind: 'nothing' };

const step = (value: unknown, name: string | number): unknown => {
  if (typeof value !== 'object' || value === null || value instanceof RawNumber) return undefined;
  if (typeof name === 'number') return Array.isArray(value) ? value[name] : undefined;
  return !Array.isArray(value) && Object.hasOwn(value, name)
    ? (value as Readonly<Record<string, unknown>>)[name]
    : undefined;
};

export const findJson = (text: string, path: JsonPath): Found => {
  let value: unknown;
  try {
    value = JSON.parse(text, (_, v: unknown, context?: { readonly source?: string }) =>
      typeof v === 'number' ? new RawNumber(context?.source ?? String(v)) : v,
    );
  } catch {
    return { kind: 'nothing' };
  }
  for (const name of path) value = step(value, name);
  if (value === undefined) return { kind: 'nothing' };
  if (value === null || typeof value === 'boolean' || typeof value === 'string' || value instanceof RawNumber)
    return { kind: 'value', value };
  return { kind: 'nested' };
};
