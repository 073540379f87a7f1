// A few random scripts through our own reader and checks. `npm run proof:grammar` takes 5,000, and asks Flink's parser about them.
import { expect, test } from 'vitest';
import { compileSql } from '../../shared/query/compile.ts';
import { printFile } from '../../shared/query/print/statements.ts';
import { KNOWN } from './fuzz/catalogue.ts';
import { scriptOf } from './fuzz/script.ts';
import { read, shapeOf } from './places.ts';

const COUNT = 200;
const seed = Number(process.env.FUZZ_SEED ?? 1);
const scripts = Array.from({ length: COUNT }, (_, i) => scriptOf(seed * 1_000_000 + i));

test('no script makes the compiler throw, and most of them are taken', () => {
  let taken = 0;
  for (const { text } of scripts) {
    const { errors } = compileSql([{ path: 'fuzz.sql', text }], KNOWN);
    expect(
      errors.filter((e) => e.message.startsWith('bug in Millrace')),
      text,
    ).toEqual([]);
    if (errors.length === 0) taken++;
  }
  expect(taken).toBeGreaterThan(COUNT * 0.6);
});

test('a script that is read is printed as one that says the same', () => {
  for (const { text } of scripts) {
    const { statements, errors } = read(text);
    if (errors.length > 0) continue;
    for (const all of [false, true])
      expect(shapeOf(read(printFile(statements, { all })).statements)).toBe(shapeOf(statements));
  }
});
