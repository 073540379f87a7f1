// SELECT … FROM … WHERE … GROUP BY … HAVING.
import type { ExprNode, From, Ident, Select, SelectItem, WindowArg } from '../ast.ts';
import type { Cursor } from './cursor.ts';
import { parseExpr } from './expressions.ts';

const CHAIN = 'write the inner query into a table of its own and read that table';
const JOIN = 'joins come with a later version; until then send both kinds of event through one table';
const AFTER: Readonly<Record<string, readonly [string, string]>> = {
  UNION: ['UNION', 'write one INSERT INTO for each part'],
  INTERSECT: ['INTERSECT', CHAIN],
  EXCEPT: ['EXCEPT', CHAIN],
  ORDER: ['ORDER BY', 'leave it out: a stream has no last row to sort up to'],
  LIMIT: ['LIMIT', 'leave it out: a stream has no end'],
  OFFSET: ['OFFSET', 'leave it out'],
  FETCH: ['FETCH', 'leave it out'],
  WINDOW: ['WINDOW', 'aggregate in a window: FROM TABLE(TUMBLE(…))'],
  QUALIFY: ['QUALIFY', CHAIN],
  JOIN: ['JOIN', JOIN],
  INNER: ['JOIN', JOIN],
  LEFT: ['LEFT JOIN', JOIN],
  RIGHT: ['RIGHT JOIN', JOIN],
  FULL: ['FULL JOIN', JOIN],
  CROSS: ['CROSS JOIN', JOIN],
  NATURAL: ['NATURAL JOIN', JOIN],
  ',': ['a second table in FROM', JOIN],
  MATCH_RECOGNIZE: ['MATCH_RECOGNIZE', 'look for the pattern in a reader of the stream'],
  FOR: ['FOR SYSTEM_TIME', 'add the row by an enrichment of kind reference'],
  TABLESAMPLE: ['TABLESAMPLE', 'filter by a column in WHERE'],
};

const refuseRest = (c: Cursor): void => {
  const known = AFTER[c.peek().key];
  if (known) c.refuse(c.peek().at, known[0], known[1]);
};

const parseItem = (c: Cursor): SelectItem => {
  const at = c.peek().at;
  if (c.accept('*')) return { kind: 'star', table: null, at };
  if (c.peek(1).key === '.' && c.peek(2).key === '*') {
    const table = c.ident('SELECT');
    c.next();
    c.next();
    return { kind: 'star', table, at: c.span(at) };
  }
  const expr = parseExpr(c);
  const token = c.peek();
  const alias =
    c.accept('AS') || token.kind === 'quoted' || (token.kind === 'word' && !CLAUSES.has(token.key))
      ? c.ident('SELECT … AS')
      : null;
  return { kind: 'expr', expr, alias, at: c.span(at) };
};

const CLAUSES = new Set(['FROM', 'WHERE', 'GROUP', 'HAVING', 'BY', 'AND', 'OR', 'THEN', 'END', ...Object.keys(AFTER)]);

const parseAlias = (c: Cursor) => {
  const token = c.peek();
  const alias =
    c.accept('AS') || token.kind === 'quoted' || (token.kind === 'word' && !CLAUSES.has(token.key))
      ? c.ident('FROM … AS')
      : null;
  if (alias && c.sees('('))
    c.refuse(c.peek().at, 'column names after a table alias', 'name the columns in SELECT … AS');
  return alias;
};

const tableName = (c: Cursor, clause: string) => {
  const name = c.ident(clause);
  if (c.sees('.')) c.refuse(name.at, `names with a catalog or database ("${name.name}.…")`, 'use the table name alone');
  return name;
};

const parsePartition = (c: Cursor): readonly Ident[] => {
  if (!c.accept('PARTITION')) return [];
  c.expect('PARTITION BY', 'BY');
  if (!c.accept('(')) return [c.ident('PARTITION BY')];
  const keys = [];
  do keys.push(c.ident('PARTITION BY'));
  while (c.accept(','));
  c.expect('PARTITION BY', ')');
  return keys;
};

const parseWindowArg = (c: Cursor): WindowArg => {
  const named = c.peek(1).key === '=>';
  const token = c.peek();
  const name = named ? { name: token.text, at: token.at } : null;
  if (named) {
    c.next();
    c.next();
  }
  const at = c.peek().at;
  if (c.accept('TABLE')) {
    const table = tableName(c, 'window TABLE');
    return { name, value: { kind: 'table', table, partitionBy: parsePartition(c), at: c.span(at) } };
  }
  if (c.accept('DESCRIPTOR', '(')) {
    const columns = [];
    do columns.push(c.ident('DESCRIPTOR'));
    while (c.accept(','));
    c.expect('DESCRIPTOR', ')');
    return { name, value: { kind: 'descriptor', columns, at: c.span(at) } };
  }
  return { name, value: { kind: 'expr', expr: parseExpr(c), at: c.span(at) } };
};

const parseFrom = (c: Cursor): From => {
  const at = c.peek().at;
  if (c.accept('TABLE')) {
    c.expect('FROM TABLE', '(');
    const token = c.peek();
    if (c.peek(1).key !== '(')
      c.fail('FROM TABLE', 'a window function such as TUMBLE(TABLE orders, DESCRIPTOR(ts), …)');
    const fn = { name: token.key || token.text, at: token.at };
    c.next();
    c.next();
    const args = [];
    do args.push(parseWindowArg(c));
    while (c.accept(','));
    c.expect(`${fn.name} window`, ')');
    c.expect('FROM TABLE', ')');
    return { kind: 'window', fn, args, alias: parseAlias(c), at: c.span(at) };
  }
  if (c.sees('(')) c.refuse(at, 'a sub-query in FROM', CHAIN);
  if (c.sees('LATERAL') || c.sees('UNNEST')) c.refuse(at, c.peek().key, 'send one event for each element');
  if (['TUMBLE', 'HOP', 'SESSION', 'CUMULATE'].includes(c.peek().key) && c.peek(1).key === '(')
    c.fail('FROM', `TABLE(${c.peek().key}(…)): a window function stands inside TABLE( )`);
  const table = tableName(c, 'FROM');
  return { kind: 'table', table, alias: parseAlias(c), at: c.span(at) };
};

const parseGroupBy = (c: Cursor): readonly ExprNode[] => {
  const keys: ExprNode[] = [];
  do {
    const token = c.peek();
    if ((token.key === 'GROUPING' && c.peek(1).key === 'SETS') || token.key === 'CUBE' || token.key === 'ROLLUP')
      c.refuse(token.at, token.key === 'GROUPING' ? 'GROUPING SETS' : token.key, 'write one query for each grouping');
    if (token.key === '(' && c.peek(1).key === ')')
      c.refuse(token.at, 'GROUP BY ()', 'group by window_start, window_end');
    keys.push(parseExpr(c));
  } while (c.accept(','));
  return keys;
};

export const parseSelect = (c: Cursor): Select => {
  if (c.sees('WITH')) c.refuse(c.peek().at, 'WITH … AS (…)', CHAIN);
  if (c.sees('VALUES')) c.refuse(c.peek().at, 'INSERT INTO … VALUES', 'send the rows as events');
  const at = c.expect('INSERT INTO', 'SELECT');
  if (c.sees('DISTINCT')) c.refuse(c.peek().at, 'SELECT DISTINCT', 'group by the columns inside a window');
  c.accept('ALL');
  const items = [];
  do items.push(parseItem(c));
  while (c.accept(','));
  if (c.sees(';') || c.peek().kind === 'end') c.refuse(at, 'SELECT without FROM', 'read a table: SELECT … FROM orders');
  c.expect('SELECT', 'FROM');
  const from = parseFrom(c);
  refuseRest(c);
  const where = c.accept('WHERE') ? parseExpr(c) : null;
  const groupBy = c.accept('GROUP', 'BY') ? parseGroupBy(c) : null;
  const having = c.accept('HAVING') ? parseExpr(c) : null;
  refuseRest(c);
  return { items, from, where, groupBy, having, at: c.span(at) };
};
