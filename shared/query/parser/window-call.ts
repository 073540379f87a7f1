// TABLE(TUMBLE(TABLE orders, DESCRIPTOR(ts), INTERVAL '1' MINUTE)): a window function in FROM.
import type { From, Ident, WindowArg } from '../ast.ts';
import { isReserved } from '../words.ts';
import type { Cursor } from './cursor.ts';
import { parseExpr } from './expressions.ts';

const WINDOWS = ['TUMBLE', 'HOP', 'SESSION', 'CUMULATE'];

export const tableName = (c: Cursor, clause: string): Ident => {
  const name = c.ident(clause);
  if (c.sees('.')) c.refuse(name.at, `names with a catalog or database ("${name.name}.…")`, 'use the table name alone');
  return name;
};

/** `PARTITION BY k`, `PARTITION BY (k, l)`, `PARTITION BY k, l`, where the next argument is told by what follows its first word. */
const parsePartition = (c: Cursor): readonly Ident[] => {
  if (!c.accept('PARTITION')) return [];
  c.expect('PARTITION BY', 'BY');
  const bracketed = c.accept('(');
  const keys = [c.ident('PARTITION BY')];
  while (
    c.sees(',') &&
    (bracketed || (c.peek(1).kind !== 'string' && c.peek(1).kind !== 'number' && [',', ')'].includes(c.peek(2).key)))
  ) {
    c.next();
    keys.push(c.ident('PARTITION BY'));
  }
  if (bracketed) c.expect('PARTITION BY', ')');
  return keys;
};

const parseArg = (c: Cursor): WindowArg => {
  const named = c.peek(1).key === '=>';
  const name = named ? c.ident('window argument') : null;
  if (named) c.next();
  const at = c.peek().at;
  if (c.accept('TABLE')) {
    if (c.sees('(')) c.refuse(c.peek().at, 'a window over a sub-query', 'name it by WITH or CREATE VIEW');
    const table = tableName(c, 'window TABLE');
    const partitionBy = parsePartition(c);
    if (c.sees('ORDER')) c.refuse(c.peek().at, 'ORDER BY in a window function', 'leave it out: the event time orders');
    return { name, value: { kind: 'table', table, partitionBy, at: c.span(at) } };
  }
  if (c.sees('(', 'SELECT') || c.sees('(', 'WITH'))
    c.refuse(c.peek().at, 'a window over a sub-query', 'name it by WITH or CREATE VIEW');
  if (c.accept('DESCRIPTOR', '(')) {
    const columns = [];
    do columns.push(c.ident('DESCRIPTOR'));
    while (c.accept(','));
    c.expect('DESCRIPTOR', ')');
    return { name, value: { kind: 'descriptor', columns, at: c.span(at) } };
  }
  return { name, value: { kind: 'expr', expr: parseExpr(c), at: c.span(at) } };
};

/** A window function, if one is next, without its alias. */
export const parseWindowCall = (c: Cursor): Extract<From, { kind: 'window' }> | null => {
  const at = c.peek().at;
  if (WINDOWS.includes(c.peek().key) && c.peek(1).key === '(')
    c.refuse(at, `${c.peek().key}(…) on its own in FROM`, `write it inside TABLE( ): FROM TABLE(${c.peek().key}(…))`);
  if (!c.accept('TABLE')) return null;
  c.expect('FROM TABLE', '(');
  const token = c.peek();
  if (c.peek(1).key !== '(') c.fail('FROM TABLE', 'a window function such as TUMBLE(TABLE orders, DESCRIPTOR(ts), …)');
  const named = token.kind === 'quoted' || (token.kind === 'word' && !isReserved(token.text));
  if (!named) c.fail('FROM TABLE', 'TUMBLE, HOP, CUMULATE or SESSION');
  const fn = { name: token.key || token.text, at: token.at };
  c.next();
  c.next();
  const args = [];
  do args.push(parseArg(c));
  while (c.accept(','));
  c.expect(`${fn.name} window`, ')');
  c.expect('FROM TABLE', ')');
  return { kind: 'window', fn, args, alias: null, at: c.span(at) };
};
