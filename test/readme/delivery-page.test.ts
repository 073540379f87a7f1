// docs/delivery.md names every function, every rule of rejection and every door.
import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { FAULTS } from '../../shared/faults.ts';
import { readPage } from './samples.ts';

const page = readPage('docs/delivery.md');
const missing = (names: readonly string[]): readonly string[] => names.filter((name) => !page.includes(`\`${name}\``));

test('every function has its row', () => {
  expect(missing(readdirSync(new URL('../../functions', import.meta.url)))).toEqual([]);
});

test('every reason to reject an event is explained, and no other is made up', () => {
  const rules = Object.entries(FAULTS).flatMap(([code, fate]) => (fate === 'reject' ? [code] : []));
  expect(missing(rules)).toEqual([]);
  const named = [...page.matchAll(/`((?:body|aggregate|event|schema|enrichment|query)\.[\w-]+)`/g)].map(
    (m) => m[1] ?? '',
  );
  expect(named.filter((code) => !rules.includes(code))).toEqual([]);
});

test('every door has its row', () => {
  for (const door of ['passed', 'filtered', 'rejected', 'late', 'duplicate'])
    expect(page).toMatch(new RegExp(`^\\| ${door} \\|`, 'm'));
});
