// Which functions serve a query. Each level of queries over queries is a function of its own, with its own ledger and manifest
// (protocol, section 5.5); serverless.yml has two: aggregate, and aggregate-again behind it.
import type { Plan, Query } from '../../shared/query/plan.ts';
import type { UserError } from '../../shared/user-error.ts';

const LEVELS = 2;

/** 1: reads events. n + 1: reads rows of queries up to level n. A query without a window hands rows on at its own level's start. */
const levelsOf = ({ queries }: Plan): ReadonlyMap<string, number> => {
  const byId = new Map(queries.map((q) => [q.id, q]));
  const levels = new Map<string, number>();
  const levelOf = (q: Query): number => {
    const known = levels.get(q.id);
    if (known !== undefined) return known;
    const below = q.input.reads.flatMap((id) => byId.get(id) ?? []).map(levelOf);
    const level = 1 + Math.max(0, ...below);
    levels.set(q.id, level);
    return level;
  };
  for (const q of queries) levelOf(q);
  return levels;
};

/** Queries that no function runs, each with the way out. */
export const unserved = (plan: Plan): readonly UserError[] => {
  const levels = levelsOf(plan);
  return plan.queries.flatMap((q): readonly UserError[] => {
    const { file, line, col } = q.at;
    if (q.kind === 'stateless' && q.input.stream === 'refined') {
      const message =
        `FROM: ${q.input.table} is filled by a query, and a query without a window reads events only; ` +
        'write its filter into the query that fills the table, or give this one a window';
      return [{ file, line, col, message }];
    }
    const level = levels.get(q.id) ?? 1;
    if (level <= LEVELS) return [];
    const message =
      `FROM: ${q.input.table} stands behind ${level - 1} queries already, and this one would be number ${level}; ` +
      `${LEVELS} can follow each other: read the table of the first one, or the events`;
    return [{ file, line, col, message }];
  });
};
