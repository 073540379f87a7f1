// FROM: a table, a sub-query, or a window function over a table.
import type { From, Ident, WindowArg } from '../ast.ts';
import type { Cursor } from './cursor.ts';
import { parseExpr } from './expressions.ts';
import { parseQuery } from './query.ts';
import { isAlias } from './tails.ts';

const parseAlias = (c: Cursor) => {
  const alias = isAlias(c) ? c.ident('FROM … AS') : null;
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
    if (c.sees('(')) c.refuse(c.peek().at, 'a window over a sub-query', 'name it by WITH or CREATE VIEW');
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

export const parseFrom = (c: Cursor): From => {
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
  if (c.accept('(')) {
    const query = parseQuery(c);
    c.expect('sub-query', ')');
    return { kind: 'query', query, alias: parseAlias(c), columns: null, at: c.span(at) };
  }
  if (c.sees('LATERAL') || c.sees('UNNEST')) c.refuse(at, c.peek().key, 'send one event for each element');
  if (['TUMBLE', 'HOP', 'SESSION', 'CUMULATE'].includes(c.peek().key) && c.peek(1).key === '(')
    c.fail('FROM', `TABLE(${c.peek().key}(…)): a window function stands inside TABLE( )`);
  const table = tableName(c, 'FROM');
  return { kind: 'table', table, alias: parseAlias(c), at: c.span(at) };
};
