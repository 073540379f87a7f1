// Types as written in CREATE TABLE and CAST.
import type { Ident, TypeNode } from '../ast.ts';
import { isReserved } from '../words.ts';
import type { Cursor } from './cursor.ts';

/** Reserved words that are types; any other word may name one, as far as the grammar goes. */
const TYPES = new Set(
  `ARRAY BIGINT BINARY BITMAP BOOLEAN BYTES CHAR CHARACTER DATE DEC DECIMAL DOUBLE FLOAT INT INTEGER MAP MULTISET NUMERIC RAW REAL ROW
   SMALLINT STRING TIME TIMESTAMP TIMESTAMP_LTZ TINYINT VARBINARY VARCHAR VARIANT`.split(/\s+/),
);

const integer = (c: Cursor, clause: string): number => {
  const token = c.peek();
  if (token.kind !== 'number' || !/^\d+$/.test(token.text)) return c.fail(clause, 'a whole number');
  c.next();
  return Number(token.text);
};

const rowFields = (c: Cursor): readonly { readonly name: Ident; readonly type: TypeNode }[] => {
  const round = c.accept('(');
  if (!round) c.expect('ROW type', '<');
  const fields = [];
  do {
    const name = c.ident('ROW type');
    fields.push({ name, type: parseInner(c) });
    if (c.peek().kind === 'string') c.next(); // a comment
  } while (c.accept(','));
  c.expect('ROW type', round ? ')' : '>');
  return fields;
};

/** A type inside another one, where NULL means nothing and NOT NULL is not kept. */
const parseInner = (c: Cursor): TypeNode => {
  const type = parseType(c);
  if (c.sees('NOT', 'NULL')) c.refuse(c.peek().at, 'NOT NULL inside a type', 'leave it out');
  c.accept('NULL');
  return type;
};

const timeZone = (c: Cursor): string => {
  if (c.accept('WITH', 'LOCAL', 'TIME', 'ZONE')) return '_LTZ';
  if (c.accept('WITH', 'TIME', 'ZONE')) return ' WITH TIME ZONE';
  c.accept('WITHOUT', 'TIME', 'ZONE');
  return '';
};

const prefixed = (c: Cursor): TypeNode => {
  const token = c.peek();
  if (token.kind !== 'word' || (isReserved(token.key) && !TYPES.has(token.key)))
    return c.fail('type', 'a type such as BIGINT or STRING');
  c.next();
  const from = token.at;
  if (token.key === 'ROW') return { kind: 'row', fields: rowFields(c), at: c.span(from) };
  if (token.key === 'ARRAY' || token.key === 'MULTISET') {
    c.expect(`${token.key} type`, '<');
    const element = parseInner(c);
    c.expect(`${token.key} type`, '>');
    if (token.key === 'MULTISET') return { kind: 'plain', name: 'MULTISET', args: [], at: c.span(from) };
    return { kind: 'array', element, at: c.span(from) };
  }
  if (token.key === 'MAP') {
    c.expect('MAP type', '<');
    const key = parseInner(c);
    c.expect('MAP type', ',');
    const value = parseInner(c);
    c.expect('MAP type', '>');
    return { kind: 'map', key, value, at: c.span(from) };
  }
  if (token.key === 'DOUBLE') c.accept('PRECISION');
  const args = [];
  if (c.accept('(')) {
    do args.push(integer(c, `type ${token.key}`));
    while (c.accept(','));
    c.expect(`type ${token.key}`, ')');
  }
  const zone = token.key === 'TIMESTAMP' || token.key === 'TIME' ? timeZone(c) : '';
  return { kind: 'plain', name: token.key + zone, args, at: c.span(from) };
};

/** `BIGINT`, `DECIMAL(10, 2)`, `TIMESTAMP(3) WITH LOCAL TIME ZONE`, `ROW<a INT, b STRING>`, `INT ARRAY`. */
export const parseType = (c: Cursor): TypeNode => {
  let type = prefixed(c);
  while (c.accept('ARRAY')) type = { kind: 'array', element: type, at: c.span(type.at) };
  return type;
};
