// FROM: tables, sub-queries, window functions and UNNEST, and the joins between them.
import type { From, Ident, QueryNode } from '../ast.ts';
import type { Cursor } from './cursor.ts';
import { parseExpr } from './expressions.ts';
import { parseWithoutQuery } from './no-query.ts';
import { parseNames, parseQuery, parseUnion } from './query.ts';
import { isAlias, refuseRest } from './tails.ts';
import { parseWindowCall, tableName } from './window-call.ts';

type Alias = { readonly alias: Ident | null; readonly columns: readonly Ident[] | null };

const parseAlias = (c: Cursor): Alias => {
  const alias = isAlias(c) ? c.ident('FROM … AS') : null;
  return { alias, columns: alias && c.sees('(') ? parseNames(c, 'column names') : null };
};

/** Where column names after the alias are not taken. */
const parseName = (c: Cursor): Ident | null => {
  const { alias, columns } = parseAlias(c);
  if (alias && columns)
    c.refuse(
      alias.at,
      'column names after the alias of a table',
      'name the columns in a sub-query: (SELECT … AS …) AS t',
    );
  return alias;
};

const parseUnnest = (c: Cursor, right: boolean): From => {
  const at = c.expect('UNNEST', 'UNNEST');
  if (!right) c.refuse(at, 'UNNEST before a table', 'read the table first: FROM t CROSS JOIN UNNEST(t.x) AS u (x)');
  c.expect('UNNEST', '(');
  const expr = parseExpr(c);
  if (c.sees(',')) c.refuse(c.peek().at, 'UNNEST of several arrays', 'join UNNEST once for each');
  c.expect('UNNEST', ')');
  const ordinality = c.accept('WITH');
  if (ordinality) c.expect('UNNEST', 'ORDINALITY');
  return { kind: 'unnest', expr, ordinality, ...parseAlias(c), at: c.span(at) };
};

const parseTable = (c: Cursor, right: boolean): From => {
  const at = c.peek().at;
  const table = tableName(c, 'FROM');
  if (!c.sees('FOR')) {
    const alias = parseName(c);
    if (c.sees('FOR')) c.fail('FROM', 'FOR SYSTEM_TIME AS OF … before the alias');
    return { kind: 'table', table, alias, at: c.span(at) };
  }
  const clause = c.peek().at;
  c.expect('FOR SYSTEM_TIME', 'FOR', 'SYSTEM_TIME', 'AS', 'OF');
  if (!right)
    c.refuse(clause, 'FOR SYSTEM_TIME without a join', 'join it: FROM t JOIN r FOR SYSTEM_TIME AS OF t.p AS r ON …');
  const time = parseWithoutQuery(c, 'FOR SYSTEM_TIME AS OF');
  return { kind: 'as-of', table, time, alias: parseName(c), at: c.span(at) };
};

type Bracketed = { readonly kind: 'query'; readonly query: QueryNode } | Extract<From, { kind: 'join' }>;

/** What brackets hold: a query or a join, in any number of them. A lone table in brackets is not taken by Flink either. */
const parseBrackets = (c: Cursor): Bracketed => {
  const at = c.expect('FROM', '(');
  if (['SELECT', 'WITH', 'VALUES'].includes(c.peek().key) || (c.sees('TABLE') && c.peek(1).key !== '(')) {
    const query = parseQuery(c);
    c.expect('sub-query', ')');
    return { kind: 'query', query };
  }
  let left: From;
  if (c.sees('(')) {
    const start = c.peek().at;
    const inner = parseBrackets(c);
    if (inner.kind === 'query') {
      if (c.sees('UNION')) {
        const query = parseUnion(c, inner.query);
        c.expect('sub-query', ')');
        return { kind: 'query', query };
      }
      if (c.accept(')')) return inner;
      left = { ...inner, ...parseAlias(c), at: c.span(start) };
    } else left = inner;
  } else left = parseOne(c, false);
  const from = parseJoins(c, left);
  if (c.sees(',')) c.fail('brackets in FROM', 'CROSS JOIN in place of the comma');
  if (from.kind !== 'join') c.fail('brackets in FROM', 'JOIN: brackets hold a query or a join');
  c.expect('brackets in FROM', ')');
  if (isAlias(c)) c.fail('FROM', 'no name: a join in brackets has none');
  return { ...(from as Extract<From, { kind: 'join' }>), at: c.span(at) };
};

/** @param right whether a join stands before it */
const parseOne = (c: Cursor, right: boolean): From => {
  const at = c.peek().at;
  const window = parseWindowCall(c);
  if (window) return { ...window, alias: parseName(c), at: c.span(at) };
  if (c.sees('(')) {
    const inner = parseBrackets(c);
    return inner.kind === 'join' ? inner : { ...inner, ...parseAlias(c), at: c.span(at) };
  }
  if (c.sees('LATERAL'))
    c.refuse(
      at,
      'LATERAL',
      c.peek(1).key === 'UNNEST' ? 'write UNNEST(…) without it' : 'call the function in SELECT, or use UNNEST(…)',
    );
  return c.sees('UNNEST') ? parseUnnest(c, right) : parseTable(c, right);
};

const JOINS = { INNER: 'inner', LEFT: 'left', RIGHT: 'right', FULL: 'full' } as const;

const parseJoins = (c: Cursor, first: From): From => {
  let left = first;
  for (;;) {
    const at = () => c.span(first.at);
    if (c.accept('CROSS', 'JOIN')) {
      const right = parseOne(c, true);
      if (c.sees('ON') || c.sees('USING')) c.fail('CROSS JOIN', 'no condition; with one write JOIN … ON …');
      left = { kind: 'join', type: 'cross', left, right, on: null, at: at() };
      continue;
    }
    const word = (['INNER', 'LEFT', 'RIGHT', 'FULL'] as const).find((w) => c.accept(w));
    if (word === undefined && !c.sees('JOIN')) return left;
    if (word !== undefined && word !== 'INNER') c.accept('OUTER');
    const clause = word === undefined ? 'JOIN' : `${word} JOIN`;
    c.expect(clause, 'JOIN');
    const right = parseOne(c, true);
    if (c.sees('USING'))
      c.refuse(c.peek().at, 'JOIN … USING', 'write the condition: ON a.k = b.k, and name the columns in SELECT');
    refuseRest(c);
    c.expect(`${clause} (after the right table)`, 'ON');
    const on = parseExpr(c);
    left = { kind: 'join', type: JOINS[word ?? 'INNER'], left, right, on, at: at() };
  }
};

export const parseFrom = (c: Cursor): From => {
  let from = parseJoins(c, parseOne(c, false));
  while (c.accept(',')) {
    // As in Flink, where a comma binds as tightly as JOIN does: `a, b JOIN c ON …` joins c to both.
    const right = parseOne(c, true);
    from = parseJoins(c, { kind: 'join', type: 'cross', left: from, right, on: null, at: c.span(from.at) });
  }
  return from;
};
