// A mutant must fit the source it changes, or it proves nothing: after a change of the steps its text is to be changed too.
import { readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { expect, test } from 'vitest';
import { mutants } from '../../local/chaos/mutants/all.ts';
import { patched, sourceUrl } from '../../local/chaos/mutants/patch.ts';
import { SMALL_LIMITS } from '../../local/chaos/mutants/small-limits.ts';
import { schedules } from './directed/schedules.ts';

const misfit = (edits: (typeof mutants)[number]['edits']): string | null => {
  const texts = new Map<string, string>();
  try {
    for (const e of edits) texts.set(e.file, patched(texts.get(e.file) ?? readFileSync(sourceUrl(e.file), 'utf8'), e));
    for (const text of texts.values()) stripTypeScriptTypes(text); // throws where it is no program any more
    return null;
  } catch (error) {
    return String(error);
  }
};

test('every mutant takes away what stands in the source, once, and leaves a program', () => {
  expect(
    mutants.flatMap((m) => {
      const why = misfit([...(m.small ? SMALL_LIMITS : []), ...m.edits]);
      return why === null ? [] : [`${m.name}: ${why}`];
    }),
  ).toEqual([]);
});

test('every schedule that a mutant names is there', () => {
  expect(mutants.flatMap((m) => (m.directed === undefined || m.directed in schedules ? [] : [m.name]))).toEqual([]);
});
