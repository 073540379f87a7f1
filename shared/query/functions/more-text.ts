// Further functions of text: padding, cutting from an end, searching, patterns, digests.
import { createHash } from 'node:crypto';
import { BOOLEAN, INT, STRING } from '../type-rules.ts';
import { constantText, type FunctionDef, type Run } from './define.ts';
import { regexOf } from './java-regex.ts';

const chars = (s: string): readonly string[] => Array.from(s);

/** To a number of characters; a longer text is cut. NULL for a negative number, or when there is nothing to fill with. */
const pad =
  (atEnd: boolean): Run =>
  (a, b, c) => {
    const [own, length, fill] = [chars(a as string), Number(b), chars(c as string)];
    if (length < 0) return null;
    if (own.length >= length) return own.slice(0, length).join('');
    if (fill.length === 0) return null;
    const filled = Array.from({ length: length - own.length }, (_, i) => fill[i % fill.length]).join('');
    return atEnd ? own.join('') + filled : filled + own.join('');
  };

/** The first letter of each run of ASCII letters and digits in upper case, the others in lower; other characters part words. */
const initcap = (s: string): string =>
  s.replaceAll(/[A-Za-z0-9]+/g, (word) => word.charAt(0).toUpperCase() + word.slice(1).toLowerCase());

/** Of the first occurrence from a position on, 0 when there is none; a position below 1 means the start. */
const locate: Run = (a, b, c) => {
  const [hay, from] = [chars(b as string), Math.max(1, Number(c ?? 1))];
  const found = hay
    .slice(from - 1)
    .join('')
    .indexOf(a as string);
  return found < 0
    ? 0
    : from +
        chars(
          hay
            .slice(from - 1)
            .join('')
            .slice(0, found),
        ).length;
};

const stripped =
  (leading: boolean, trailing: boolean) =>
  (call: { readonly args: readonly unknown[] }): Run => {
    const single = call.args.length < 2;
    return (a, b) => {
      const own = chars(a as string);
      const drop = new Set(single ? [' '] : chars(b as string));
      let [start, end] = [0, own.length];
      while (leading && start < end && drop.has(own[start] ?? '')) start++;
      while (trailing && end > start && drop.has(own[end - 1] ?? '')) end--;
      return own.slice(start, end).join('');
    };
  };

const refusePattern: FunctionDef['refuse'] = (args) => {
  const pattern = constantText(args[1]);
  return pattern === null || regexOf(pattern) !== null
    ? null
    : `the pattern '${pattern}' is not one that this runtime reads as Java does`;
};

const digest = (name: string, algorithm: string): FunctionDef => ({
  name,
  takes: ['STRING'],
  gives: STRING,
  run: () => (a) =>
    createHash(algorithm)
      .update(a as string)
      .digest('hex'),
});

export const MORE_TEXT_FUNCTIONS: readonly FunctionDef[] = [
  {
    name: 'LEFT',
    takes: ['STRING', 'INT'],
    gives: STRING,
    run: () => (a, b) =>
      chars(a as string)
        .slice(0, Math.max(0, Number(b)))
        .join(''),
  },
  {
    name: 'RIGHT',
    takes: ['STRING', 'INT'],
    gives: STRING,
    run: () => (a, b) =>
      Number(b) <= 0
        ? ''
        : chars(a as string)
            .slice(-Number(b))
            .join(''),
  },
  { name: 'LPAD', takes: ['STRING', 'INT', 'STRING'], gives: STRING, run: () => pad(false) },
  { name: 'RPAD', takes: ['STRING', 'INT', 'STRING'], gives: STRING, run: () => pad(true) },
  {
    name: 'REPEAT',
    takes: ['STRING', 'INT'],
    gives: STRING,
    run: () => (a, b) => (a as string).repeat(Math.max(0, Number(b))),
  },
  { name: 'REVERSE', takes: ['STRING'], gives: STRING, run: () => (a) => [...chars(a as string)].reverse().join('') },
  { name: 'INITCAP', takes: ['STRING'], gives: STRING, run: () => (a) => initcap(a as string) },
  { name: 'LTRIM', takes: ['STRING', 'STRING'], optional: 1, gives: STRING, run: stripped(true, false) },
  { name: 'RTRIM', takes: ['STRING', 'STRING'], optional: 1, gives: STRING, run: stripped(false, true) },
  { name: 'BTRIM', takes: ['STRING', 'STRING'], optional: 1, gives: STRING, run: stripped(true, true) },
  { name: 'LOCATE', takes: ['STRING', 'STRING', 'INT'], optional: 1, gives: INT, run: () => locate },
  {
    name: 'INSTR',
    takes: ['STRING', 'STRING'],
    gives: INT,
    run: () => (a, b) => locate(b, a, 1, null),
  },
  {
    name: 'STARTSWITH',
    takes: ['STRING', 'STRING'],
    gives: BOOLEAN,
    run: () => (a, b) => (a as string).startsWith(b as string),
  },
  {
    name: 'ENDSWITH',
    takes: ['STRING', 'STRING'],
    gives: BOOLEAN,
    run: () => (a, b) => (a as string).endsWith(b as string),
  },
  {
    name: 'REGEXP',
    takes: ['STRING', 'STRING'],
    gives: BOOLEAN,
    refuse: refusePattern,
    // An empty pattern finds nothing, as in Flink.
    run: () => (a, b) => (b === '' ? false : (regexOf(b as string)?.test(a as string) ?? null)),
  },
  {
    name: 'REGEXP_REPLACE',
    takes: ['STRING', 'STRING', 'STRING'],
    gives: STRING,
    refuse: refusePattern,
    // The new text is taken as it is: Flink quotes it, so that $1 means no group.
    run: () => (a, b, c) => {
      const regex = regexOf(b as string);
      return regex && (a as string).replaceAll(new RegExp(regex.source, `${regex.flags}g`), () => c as string);
    },
  },
  digest('MD5', 'md5'),
  digest('SHA1', 'sha1'),
  digest('SHA256', 'sha256'),
];
