// CREATE TABLE name (columns, PRIMARY KEY, WATERMARK FOR) WITH (options).
import type { ColumnNode, ComputedNode, CreateTable, OptionNode } from '../ast.ts';
import type { Cursor } from './cursor.ts';
import { parseWithoutQuery } from './no-query.ts';
import { parseNames } from './query.ts';
import { parseType } from './types.ts';

const parseComputed = (c: Cursor, index: number): ComputedNode => {
  const name = c.ident('CREATE TABLE');
  c.expect('computed column', 'AS');
  const expr = parseWithoutQuery(c, 'computed column');
  if (c.accept('COMMENT')) c.string('COMMENT');
  return { name, expr, index, at: c.span(name.at) };
};

/** A column, and whether `PRIMARY KEY NOT ENFORCED` stands behind it. */
const parseColumn = (c: Cursor): { readonly column: ColumnNode; readonly key: CreateTable['at'] | null } => {
  const name = c.ident('CREATE TABLE');
  const type = parseType(c);
  let notNull = false;
  if (c.accept('NOT')) {
    c.expect(`column ${name.name}`, 'NULL');
    notNull = true;
  } else c.accept('NULL');
  let metadata: ColumnNode['metadata'] = null;
  if (c.sees('METADATA')) {
    const at = c.expect('METADATA', 'METADATA');
    const key = c.accept('FROM') ? c.string('METADATA FROM').text : null;
    c.accept('VIRTUAL');
    metadata = { key, at: c.span(at) };
  }
  let key: CreateTable['at'] | null = null;
  if (metadata === null && c.sees('PRIMARY', 'KEY')) {
    const at = c.expect('PRIMARY KEY', 'PRIMARY', 'KEY', 'NOT', 'ENFORCED');
    key = c.span(at);
  }
  if (c.sees('UNIQUE')) c.refuse(c.peek().at, 'UNIQUE', 'leave it out, or write PRIMARY KEY … NOT ENFORCED');
  if (c.accept('COMMENT')) c.string('COMMENT');
  return { column: { name, type, notNull, metadata, at: c.span(name.at) }, key };
};

const parseOptions = (c: Cursor): readonly OptionNode[] => {
  const options: OptionNode[] = [];
  c.expect('WITH', '(');
  if (c.accept(')')) return options;
  do {
    const key = c.string('WITH');
    c.expect('WITH', '=');
    const value = c.string('WITH');
    options.push({ key: key.text, value: value.text, keyAt: key.at, valueAt: value.at });
  } while (c.accept(','));
  c.expect('WITH', ')');
  return options;
};

/** After CREATE [TEMPORARY] TABLE. */
export const parseCreateTable = (c: Cursor, at: CreateTable['at']): CreateTable => {
  if (c.accept('IF')) c.expect('CREATE TABLE IF', 'NOT', 'EXISTS');
  const name = c.ident('CREATE TABLE');
  if (c.sees('.')) c.refuse(name.at, 'table names with a catalog or database', 'use the table name alone');
  const columns: ColumnNode[] = [];
  const computed: ComputedNode[] = [];
  const watermarks: CreateTable['watermarks'][number][] = [];
  const primaryKeys: CreateTable['primaryKeys'][number][] = [];
  if (!c.sees('(')) refuseTail(c);
  c.expect('CREATE TABLE', '(');
  do {
    const from = c.peek().at;
    if (c.accept('WATERMARK')) {
      c.expect('WATERMARK', 'FOR');
      const column = c.ident('WATERMARK FOR');
      if (c.sees('.')) c.refuse(column.at, 'WATERMARK FOR a field of a row', 'name a column of the table');
      c.expect('WATERMARK FOR', 'AS');
      watermarks.push({ column, as: parseWithoutQuery(c, 'WATERMARK FOR'), at: c.span(from) });
    } else if (c.sees('PRIMARY') || c.sees('CONSTRAINT')) {
      if (c.accept('CONSTRAINT')) c.ident('CONSTRAINT');
      c.expect('PRIMARY KEY', 'PRIMARY', 'KEY');
      const key = parseNames(c, 'PRIMARY KEY');
      c.expect('PRIMARY KEY', 'NOT', 'ENFORCED');
      primaryKeys.push({ columns: key, at: c.span(from) });
    } else if (c.peek(1).key === 'AS') computed.push(parseComputed(c, columns.length + computed.length));
    else {
      const { column, key } = parseColumn(c);
      columns.push(column);
      if (key) primaryKeys.push({ columns: [column.name], at: key });
    }
  } while (c.accept(','));
  c.expect('CREATE TABLE', ')');
  if (c.accept('COMMENT')) c.string('COMMENT');
  refuseTail(c);
  const options = c.accept('WITH') ? parseOptions(c) : [];
  refuseTail(c);
  return { kind: 'create-table', name, columns, computed, watermarks, primaryKeys, options, at: c.span(at) };
};

const refuseTail = (c: Cursor): void => {
  const at = c.peek().at;
  if (c.sees('PARTITIONED')) c.refuse(at, 'PARTITIONED BY', 'leave it out: files are parted by type and hour');
  if (c.sees('DISTRIBUTED')) c.refuse(at, 'DISTRIBUTED', 'leave it out: a key stays in its key group');
  if (c.sees('LIKE')) c.refuse(at, 'CREATE TABLE … LIKE', 'write the columns out');
  if (c.sees('AS')) c.refuse(at, 'CREATE TABLE … AS SELECT', 'write CREATE TABLE and INSERT INTO … SELECT');
};
