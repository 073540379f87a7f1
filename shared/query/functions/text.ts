// Functions of text. Positions count characters (code points) from 1, as Flink's do, never UTF-16 units.
import { INT, STRING } from '../type-rules.ts';
import type { Value } from '../types.ts';
import { constantText, type FunctionDef, type Run } from './define.ts';
import { regexOf } from './java-regex.ts';

const SURROGATE = /[\ud800-\udfff]/;
/** Characters of a text; for almost all texts they are its UTF-16 units, and nothing is copied. */
const characters = (s: string): string | readonly string[] => (SURROGATE.test(s) ? Array.from(s) : s);
const cut = (s: string, start: number, end: number): string => {
  const chars = characters(s);
  return typeof chars === 'string' ? chars.slice(start, end) : chars.slice(start, end).join('');
};

const text = (f: (s: string) => Value) => (): Run => (a) => f(a as string);
const integer = (v: Value): number => Number(v);

/** Position 0 means the first character, a negative one counts from the end; a negative length gives NULL. */
const substring = (s: string, position: number, length: number): string | null => {
  if (length < 0) return null;
  const size = characters(s).length;
  const start = position > 0 ? position - 1 : position < 0 ? size + position : 0;
  return start < 0 || start >= size ? '' : cut(s, start, start + length);
};

const position = (needle: string, hay: string): number => {
  const found = hay.indexOf(needle);
  return found < 0 ? 0 : characters(hay.slice(0, found)).length + 1;
};

/** The n-th part, from 0. An empty separator means white space, an empty text has no parts; so it is in Flink. */
const splitIndex = (s: string, separator: string, index: number): string | null =>
  index < 0 || s === '' ? null : (s.split(separator === '' ? WHITE : separator)[index] ?? null);
const WHITE = /[^\S\u00a0\u2007\u202f\ufeff]/;

const trim = (s: string, letters: string, leading: boolean, trailing: boolean): string => {
  const chars = Array.from(s);
  const drop = new Set(Array.from(letters));
  let [start, end] = [0, chars.length];
  while (leading && start < end && drop.has(chars[start] ?? '')) start++;
  while (trailing && end > start && drop.has(chars[end - 1] ?? '')) end--;
  return chars.slice(start, end).join('');
};

/** As java.util.regex finds it; no match, or a group that is not there, gives NULL. */
const extract = (call: { readonly args: readonly { readonly kind: string }[] }, pattern: string | null): Run => {
  const fixed = pattern === null ? null : regexOf(pattern);
  return (a, b, c) => {
    const regex = fixed ?? regexOf(b as string);
    if (regex === null) return null;
    const found = regex.exec(a as string);
    return found?.[call.args.length > 2 ? integer(c) : 0] ?? null;
  };
};

export const TEXT_FUNCTIONS: readonly FunctionDef[] = [
  { name: 'UPPER', takes: ['STRING'], gives: STRING, run: text((s) => s.toUpperCase()) },
  { name: 'LOWER', takes: ['STRING'], gives: STRING, run: text((s) => s.toLowerCase()) },
  { name: 'CHAR_LENGTH', takes: ['STRING'], gives: INT, run: text((s) => characters(s).length) },
  { name: 'CHARACTER_LENGTH', takes: ['STRING'], gives: INT, run: text((s) => characters(s).length) },
  {
    name: 'TRIM',
    takes: ['STRING', 'STRING'],
    optional: 1,
    units: ['BOTH', 'LEADING', 'TRAILING'],
    gives: STRING,
    run: (call, unit) => (a, b) =>
      trim(a as string, call.args.length > 1 ? (b as string) : ' ', unit !== 'TRAILING', unit !== 'LEADING'),
  },
  {
    name: 'SUBSTRING',
    takes: ['STRING', 'INTEGER', 'INTEGER'],
    optional: 1,
    gives: STRING,
    run: (call) => (a, b, c) => substring(a as string, integer(b), call.args.length > 2 ? integer(c) : 2 ** 31 - 1),
  },
  {
    name: 'POSITION',
    takes: ['STRING', 'STRING'],
    gives: INT,
    run: () => (a, b) => position(a as string, b as string),
  },
  {
    name: 'REPLACE',
    takes: ['STRING', 'STRING', 'STRING'],
    gives: STRING,
    run: () => (a, b, c) => (a as string).replaceAll(b as string, () => c as string),
  },
  {
    name: 'CONCAT',
    takes: ['STRING'],
    variadic: true,
    gives: STRING,
    run: () => (a) => (a as readonly Value[]).join(''),
  },
  {
    name: 'SPLIT_INDEX',
    takes: ['STRING', 'STRING', 'INTEGER'],
    gives: STRING,
    run: () => (a, b, c) => splitIndex(a as string, b as string, integer(c)),
  },
  {
    name: 'REGEXP_EXTRACT',
    takes: ['STRING', 'STRING', 'INTEGER'],
    optional: 1,
    gives: STRING,
    refuse: (args) => {
      const pattern = constantText(args[1]);
      return pattern === null || regexOf(pattern) !== null
        ? null
        : `the pattern '${pattern}' is not one that this runtime reads as Java does`;
    },
    run: (call) => extract(call, constantText(call.args[1])),
  },
];
