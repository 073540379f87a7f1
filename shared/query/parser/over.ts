// ROW_NUMBER() OVER (PARTITION BY … ORDER BY …), the one function that ranks rows; the others are refused with a way round.
import type { OverNode } from '../ast.ts';
import type { Cursor } from './cursor.ts';
import { parseWithoutQuery } from './no-query.ts';

const AGGREGATE = 'aggregate in a window: FROM TABLE(TUMBLE(…)) … GROUP BY window_start, window_end';
const RANKING =
  'rank by ROW_NUMBER() OVER (PARTITION BY … ORDER BY …), which gives rows that tie numbers in the order of arrival';

const wayRound = (fn: string): string => (/RANK|CUME_DIST|NTILE/.test(fn) ? RANKING : AGGREGATE);

const parseOrder = (c: Cursor): OverNode['orderBy'][number] => {
  const at = c.peek().at;
  const expr = parseWithoutQuery(c, 'OVER');
  const descending = c.accept('DESC');
  if (!descending) c.accept('ASC');
  let nulls: 'first' | 'last' | null = null;
  if (c.accept('NULLS')) {
    nulls = c.accept('FIRST') ? 'first' : 'last';
    if (nulls === 'last') c.expect('NULLS', 'LAST');
  }
  return { expr, descending, nulls, at: c.span(at) };
};

/** @param fn the function before OVER, in capitals */
export const parseOver = (c: Cursor, fn: string): OverNode => {
  const at = c.expect('OVER', 'OVER');
  if (fn !== 'ROW_NUMBER') c.refuse(at, `${fn}(…) OVER (…)`, wayRound(fn));
  if (!c.sees('(')) c.refuse(at, 'OVER with the name of a window', 'write OVER (PARTITION BY … ORDER BY …)');
  c.expect('OVER', '(');
  const [partitionBy, orderBy]: [OverNode['partitionBy'][number][], OverNode['orderBy'][number][]] = [[], []];
  if (c.accept('PARTITION')) {
    c.expect('PARTITION BY', 'BY');
    do partitionBy.push(parseWithoutQuery(c, 'OVER'));
    while (c.accept(','));
  }
  if (c.accept('ORDER')) {
    c.expect('ORDER BY', 'BY');
    do orderBy.push(parseOrder(c));
    while (c.accept(','));
  }
  if (c.sees('ROWS') || c.sees('RANGE'))
    c.refuse(c.peek().at, `${c.peek().key} in OVER`, 'leave it out: ROW_NUMBER counts all rows of its partition');
  c.expect('OVER', ')');
  return { partitionBy, orderBy, at: c.span(at) };
};
