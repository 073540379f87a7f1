// What may follow a table in FROM: the clauses that are taken, and those that are refused with a way round.
import type { Cursor } from './cursor.ts';

const CHAIN = 'write the inner query into a table of its own and read that table';
const AFTER: Readonly<Record<string, readonly [string, string]>> = {
  INTERSECT: ['INTERSECT', CHAIN],
  EXCEPT: ['EXCEPT', CHAIN],
  ORDER: ['ORDER BY', 'leave it out: a stream has no last row to sort up to'],
  LIMIT: ['LIMIT', 'leave it out: a stream has no end'],
  OFFSET: ['OFFSET', 'leave it out'],
  FETCH: ['FETCH', 'leave it out'],
  WINDOW: ['WINDOW', 'aggregate in a window: FROM TABLE(TUMBLE(…))'],
  QUALIFY: ['QUALIFY', CHAIN],
  NATURAL: ['NATURAL JOIN', 'write the condition: JOIN … ON a.k = b.k, and name the columns in SELECT'],
  MATCH_RECOGNIZE: ['MATCH_RECOGNIZE', 'look for the pattern in a reader of the stream'],
  TABLESAMPLE: ['TABLESAMPLE', 'filter by a column in WHERE'],
};

export const refuseRest = (c: Cursor): void => {
  const known = AFTER[c.peek().key];
  if (known) c.refuse(c.peek().at, known[0], known[1]);
};

const CLAUSES = new Set([
  ...['FROM', 'WHERE', 'GROUP', 'HAVING', 'UNION', 'BY', 'AND', 'OR', 'THEN', 'END', 'ON', 'USING'],
  ...['JOIN', 'INNER', 'LEFT', 'RIGHT', 'FULL', 'CROSS', 'OUTER', 'WITH', 'FOR'],
  ...Object.keys(AFTER),
]);

/** Whether a name follows that renames what stood before; takes an AS before it. */
export const isAlias = (c: Cursor): boolean => {
  const token = c.peek();
  return c.accept('AS') || token.kind === 'quoted' || (token.kind === 'word' && !CLAUSES.has(token.key));
};
