// CREATE FUNCTION name AS 'file.ts#export': a pure function of the user's; on Flink the same statement names a class.
import type { CreateFunction } from '../ast.ts';
import type { Cursor } from './cursor.ts';

const LANGUAGES = ['JAVA', 'SCALA', 'PYTHON', 'SQL'];

/** From FUNCTION or SYSTEM on. IF NOT EXISTS means nothing here, as all statements are read together. */
export const parseCreateFunction = (c: Cursor, at: CreateFunction['at'], temporary: boolean): CreateFunction => {
  if (c.sees('SYSTEM')) {
    if (!temporary) c.fail('CREATE', 'FUNCTION: a system function is TEMPORARY in Flink');
    c.refuse(c.peek().at, 'CREATE TEMPORARY SYSTEM FUNCTION', 'leave SYSTEM out, and give it a name of its own');
  }
  c.expect('CREATE', 'FUNCTION');
  if (c.accept('IF')) c.expect('CREATE FUNCTION IF', 'NOT', 'EXISTS');
  const name = c.ident('CREATE FUNCTION');
  if (c.sees('.')) c.refuse(name.at, 'function names with a catalog or database', 'use the name alone');
  c.expect('CREATE FUNCTION', 'AS');
  const from = c.string('CREATE FUNCTION … AS');
  let language: CreateFunction['language'] = null;
  if (c.accept('LANGUAGE')) {
    const token = c.peek();
    if (!LANGUAGES.includes(token.key)) c.fail('LANGUAGE', 'JAVA, or nothing at all');
    if (token.key === 'PYTHON' || token.key === 'SQL')
      c.refuse(token.at, `LANGUAGE ${token.key}`, 'leave it out: a file of TypeScript here, a Java class on Flink');
    language = { name: c.next().key, at: token.at };
  }
  if (c.sees('USING')) c.refuse(c.peek().at, 'USING JAR', 'leave it out: the file stands in pipeline/functions');
  if (c.sees('WITH')) c.refuse(c.peek().at, 'CREATE FUNCTION … WITH', 'leave it out');
  return { kind: 'create-function', name, from: { text: from.text, at: from.at }, language, at: c.span(at) };
};
