// Which queries a function serves. Queries over queries follow each other to any depth: aggregate-again reads all of them from
// `refined`, each waits for the lanes of the queries that it reads, and none reads its own output.
import type { Plan } from '../../shared/query/plan.ts';
import type { UserError } from '../../shared/user-error.ts';

/** Queries that no function runs, each with the way out. */
export const unserved = (plan: Plan): readonly UserError[] =>
  plan.queries.flatMap((q): readonly UserError[] => {
    if (q.kind !== 'stateless' || q.input.stream !== 'refined') return [];
    const { file, line, col } = q.at;
    const message =
      `FROM: ${q.input.table} is filled by a query, and a query without a window reads events only; ` +
      'write its filter into the query that fills the table, or give this one a window';
    return [{ file, line, col, message }];
  });
