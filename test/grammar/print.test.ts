import fc from 'fast-check';
import { expect, test } from 'vitest';
import { printFile } from '../../shared/query/print/statements.ts';
import { anyStatement } from './any-statement.ts';
import { read, shapeOf } from './places.ts';

test.each([{ all: false }, { all: true }])('what is printed is read back as the same tree, $all', (how) => {
  fc.assert(
    fc.property(fc.array(anyStatement, { minLength: 1, maxLength: 3 }), (statements) => {
      const text = printFile(statements, how);
      const { statements: again, errors } = read(text);
      expect(errors, text).toEqual([]);
      expect(shapeOf(again)).toBe(shapeOf(statements));
    }),
    { numRuns: 300 },
  );
});
