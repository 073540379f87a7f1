// A file's statements. After a mistake reading goes on behind the next semicolon, so that one run names all of them.

import { nearest } from '../../did-you-mean.ts';
import type { CreateView, Insert, Span, Statement } from '../ast.ts';
import { tokensOf } from '../lexer.ts';
import { GiveUp, type Problems } from '../problem.ts';
import { parseCreateFunction } from './create-function.ts';
import { parseCreateTable } from './create-table.ts';
import { type Cursor, cursor } from './cursor.ts';
import { parseNames, parseQuery } from './query.ts';

const OTHER: Readonly<Record<string, readonly [string, string]>> = {
  SELECT: ['SELECT on its own', 'write its rows into a table: INSERT INTO … SELECT …'],
  WITH: ['WITH … AS (…) before INSERT', 'write INSERT INTO … WITH … AS (…) SELECT …'],
  SET: ['SET', 'leave it out; the time zone is UTC'],
  RESET: ['RESET', 'leave it out'],
  USE: ['USE', 'use table names alone'],
  DROP: ['DROP', 'delete the statement that creates it'],
  ALTER: ['ALTER', 'change the CREATE statement'],
  DELETE: ['DELETE', 'rows leave a table by its time to live'],
  UPDATE: ['UPDATE', 'send a newer event'],
  EXPLAIN: ['EXPLAIN', 'run `millrace check`'],
  DESCRIBE: ['DESCRIBE', 'run `millrace check`'],
  SHOW: ['SHOW', 'run `millrace check`'],
  ADD: ['ADD JAR', 'leave it out'],
  LOAD: ['LOAD MODULE', 'leave it out'],
  COMPILE: ['COMPILE PLAN', 'run `millrace check`'],
};

const parseInsert = (c: Cursor): Insert => {
  const at = c.expect('INSERT', 'INSERT');
  if (c.sees('OVERWRITE')) c.refuse(c.peek().at, 'INSERT OVERWRITE', 'write INSERT INTO');
  c.expect('INSERT', 'INTO');
  const into = c.ident('INSERT INTO');
  if (c.sees('.')) c.refuse(into.at, 'names with a catalog or database', 'use the table name alone');
  if (c.sees('PARTITION')) c.refuse(c.peek().at, 'INSERT INTO … PARTITION', 'select the value as a column');
  const bracketed = c.sees('(') && !['SELECT', 'WITH', '('].includes(c.peek(1).key);
  const columns = bracketed ? parseNames(c, 'INSERT INTO columns') : null;
  const query = parseQuery(c);
  if (c.sees('ON', 'CONFLICT')) c.refuse(c.peek().at, 'ON CONFLICT', 'give the table the key of the query');
  return { kind: 'insert', into, columns, query, at: c.span(at) };
};

/** After CREATE [TEMPORARY] VIEW. */
const parseCreateView = (c: Cursor, at: CreateView['at']): CreateView => {
  if (c.accept('IF')) c.expect('CREATE VIEW IF', 'NOT', 'EXISTS');
  const name = c.ident('CREATE VIEW');
  if (c.sees('.')) c.refuse(name.at, 'view names with a catalog or database', 'use the name alone');
  const columns = c.sees('(') ? parseNames(c, 'CREATE VIEW columns') : null;
  if (c.accept('COMMENT')) c.string('COMMENT');
  c.expect('CREATE VIEW', 'AS');
  const query = parseQuery(c);
  return { kind: 'create-view', name, columns, query, at: c.span(at) };
};

const parseStatement = (c: Cursor): Statement => {
  const token = c.peek();
  if (c.sees('INSERT')) return parseInsert(c);
  if (c.accept('CREATE')) {
    if (c.sees('OR')) c.refuse(c.peek().at, 'CREATE OR REPLACE', 'change the statement that creates it');
    const temporary = c.accept('TEMPORARY');
    if (c.accept('TABLE')) return parseCreateTable(c, token.at);
    const kind = c.peek();
    if (c.accept('VIEW')) return parseCreateView(c, token.at);
    if (c.sees('FUNCTION') || c.sees('SYSTEM')) return parseCreateFunction(c, token.at, temporary);
    if (['DATABASE', 'CATALOG', 'MODEL', 'MATERIALIZED', 'CONNECTION'].includes(kind.key))
      c.refuse(
        token.at,
        `CREATE ${kind.key}`,
        'CREATE TABLE, CREATE VIEW and CREATE FUNCTION are what there is for now',
      );
    return c.fail(temporary ? 'CREATE TEMPORARY' : 'CREATE', 'TABLE, VIEW or FUNCTION');
  }
  const other = OTHER[token.key];
  if (other) c.refuse(token.at, other[0], other[1]);
  const near = nearest(token.text, ['CREATE', 'INSERT']);
  return c.fail(
    'statement',
    `CREATE TABLE, CREATE VIEW, CREATE FUNCTION or INSERT INTO${near ? ` (did you mean ${near}?)` : ''}`,
  );
};

/** What reading has come to: where a statement set that is still open began, and whether anything came before. */
type State = { set: { readonly at: Span; inserts: number } | null; begun: boolean };

/** Statement sets run their INSERTs together; here every INSERT does, so the words around them mean nothing, but must be right. */
const skipSetWords = (c: Cursor, state: State): boolean => {
  const at = c.peek().at;
  if (state.set && c.accept('END')) {
    if (state.set.inserts === 0) c.problems.notSql(at, 'statement set: expected INSERT INTO before END');
    state.set = null;
    if (!c.sees(';') && c.peek().kind !== 'end') c.fail('end of the statement set', '";"');
    return true;
  }
  if (state.set) {
    if (!c.sees('INSERT')) c.fail('statement set', 'INSERT INTO or END');
    return false;
  }
  if (c.accept('EXECUTE', 'STATEMENT', 'SET')) c.expect('EXECUTE STATEMENT SET', 'BEGIN');
  else if (c.accept('BEGIN', 'STATEMENT', 'SET')) c.expect('BEGIN STATEMENT SET', ';');
  else {
    if (c.sees('EXECUTE', 'INSERT')) c.next();
    return false;
  }
  state.set = { at, inserts: 0 };
  return true;
};

/** A statement, or null for a semicolon or a word of a statement set. */
const parseNext = (c: Cursor, state: State): Statement | null => {
  if (!state.set && state.begun && c.accept(';')) return null;
  state.begun = true;
  if (skipSetWords(c, state)) return null;
  const statement = parseStatement(c);
  if (state.set) state.set.inserts++;
  if (!c.sees(';') && c.peek().kind !== 'end') c.fail('end of statement', '";"');
  if (state.set) c.accept(';');
  return statement;
};

export const parseFile = (text: string, problems: Problems): readonly Statement[] => {
  const c = cursor(tokensOf(text, problems), problems);
  const statements: Statement[] = [];
  const state: State = { set: null, begun: false };
  while (c.peek().kind !== 'end') {
    try {
      const statement = parseNext(c, state);
      if (statement) statements.push(statement);
    } catch (error) {
      if (!(error instanceof GiveUp)) problems.bug(c.peek().at, error);
      while (c.peek().kind !== 'end' && !c.sees(';')) c.next();
      if (state.set) state.set.inserts++; // whatever it was, it is reported
      c.accept(';');
    }
  }
  if (state.set) problems.notSql(state.set.at, 'statement set: it begins here and has no END');
  return statements;
};
