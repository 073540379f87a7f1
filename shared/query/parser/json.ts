// JSON_VALUE(text, path [RETURNING type] [… ON EMPTY] [… ON ERROR]) and JSON_EXISTS(text, path [… ON ERROR]).
import type { ExprNode, Ident } from '../ast.ts';
import type { Cursor } from './cursor.ts';
import { parseWithoutQuery } from './no-query.ts';
import { parseType } from './types.ts';

/** What `… ON ERROR` gives. NULL ON EMPTY is what happens in any case. */
const parseBehaviours = (c: Cursor): ExprNode | null => {
  let onError: ExprNode | null = null;
  while (['NULL', 'DEFAULT', 'ERROR'].includes(c.peek().key)) {
    const at = c.peek().at;
    if (c.accept('ERROR'))
      c.refuse(at, 'ERROR ON EMPTY and ERROR ON ERROR', 'test by JSON_EXISTS, and CAST what is wrong');
    const value = c.accept('DEFAULT') ? parseWithoutQuery(c, 'DEFAULT … ON ERROR') : null;
    if (!value) c.expect('JSON_VALUE', 'NULL');
    c.expect('JSON_VALUE', 'ON');
    if (c.accept('EMPTY')) {
      if (value) c.refuse(at, 'DEFAULT … ON EMPTY', 'write DEFAULT … ON ERROR: a path with nothing there is an error');
    } else {
      c.expect('JSON_VALUE', 'ERROR');
      onError = value;
    }
  }
  return onError;
};

const parseArgs = (c: Cursor, clause: string) => {
  const arg = parseWithoutQuery(c, clause);
  c.expect(clause, ',');
  return { arg, path: parseWithoutQuery(c, clause) };
};

export const parseJsonValue = (c: Cursor, name: Ident): ExprNode => {
  const args = parseArgs(c, 'JSON_VALUE');
  const returning = c.accept('RETURNING') ? parseType(c) : null;
  const onError = parseBehaviours(c);
  c.expect('JSON_VALUE', ')');
  return { kind: 'json', fn: 'JSON_VALUE', ...args, returning, onError, at: c.span(name.at) };
};

export const parseJsonExists = (c: Cursor, name: Ident): ExprNode => {
  const args = parseArgs(c, 'JSON_EXISTS');
  if (!c.sees(')')) c.refuse(c.peek().at, 'JSON_EXISTS … ON ERROR', 'leave it out: what is no JSON has no such path');
  c.expect('JSON_EXISTS', ')');
  return {
    kind: 'json',
    fn: 'JSON_EXISTS',
    ...args,
    returning: null,

    onError: null,
    at: c.span(name.at),
  };
};
