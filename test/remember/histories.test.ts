// The small version of `npm run proof:debezium` and `proof:dms`: some histories, and every rule still fits the source.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { play } from './play.ts';
import { RULES } from './rules.ts';

test.each(['debezium', 'dms'] as const)(
  'look-ups see the rows of the source at every checkpoint: %s',
  { timeout: 60_000 },
  async (kind) => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 1e9 }), async (seed) => {
        expect(await play(kind, seed)).toBeUndefined();
      }),
      { numRuns: 150 },
    );
  },
);

test.each(RULES.map((r) => [r.rule, r.edits] as const))('an edit that takes it away still fits: %s', (_, edits) => {
  for (const { file, from } of edits) {
    const text = readFileSync(join(import.meta.dirname, '../..', file), 'utf8');
    expect(text.split(from)).toHaveLength(2);
  }
});
