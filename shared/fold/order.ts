// ORDER BY as a comparison of rows.
import { evaluator, type UserFunctions } from '../query/evaluate.ts';
import type { Order } from '../query/plan.ts';
import type { Value } from '../query/types.ts';
import { compareValues } from '../query/values.ts';

export type RowOrder = {
  /** What a row is put in order by. @throws what the expressions throw */
  keysOf(row: readonly Value[]): readonly Value[];
  /** Negative, 0 or positive; over keys. */
  compare(a: readonly Value[], b: readonly Value[]): number;
};

const compareOne = (a: Value, b: Value, { descending, nullsFirst }: Order): number => {
  if (a === null || b === null) return a === b ? 0 : (a === null) === nullsFirst ? -1 : 1;
  return descending ? compareValues(b, a) : compareValues(a, b);
};

export const rowOrder = (order: readonly Order[], functions?: UserFunctions): RowOrder => {
  const keys = order.map((o) => evaluator(o.expr, functions));
  return {
    keysOf: (row) => keys.map((k) => k(row)),
    compare(a, b) {
      for (let i = 0; i < order.length; i++) {
        const found = compareOne(a[i] ?? null, b[i] ?? null, order[i] as Order);
        if (found !== 0) return found;
      }
      return 0;
    },
  };
};
