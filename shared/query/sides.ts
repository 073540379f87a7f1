// What a query reads, whatever its kind.
import type { Input, Query, Side, StatefulQuery } from './plan.ts';

/** The inputs of a query with their columns, in their order: one, two of a join, one for each fold. */
export const sidesOf = (q: Query): readonly Side[] => {
  switch (q.kind) {
    case 'stateless':
    case 'window':
      return [q];
    case 'composed':
      return q.folds;
    case 'interval':
      return [q.left, q.right];
    case 'running':
      return [q.fold];
    default:
      return q satisfies never;
  }
};

export const inputsOf = (q: Query): readonly Input[] => sidesOf(q).map((s) => s.input);

/** The stream whose ledger holds the query: all inputs of a query stand on one stream. */
export const streamOf = (q: Query): Input['stream'] => sidesOf(q)[0]?.input.stream ?? 'enriched';

/** Ids of the queries whose rows it reads, each once. */
export const readsOf = (q: Query): readonly string[] => [...new Set(inputsOf(q).flatMap((i) => i.reads))];

export const isStateful = (q: Query): q is StatefulQuery => q.kind !== 'stateless';
