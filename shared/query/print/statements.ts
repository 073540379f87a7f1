// A syntax tree as Flink SQL: what parser/ reads back as the same tree, places apart.
import type { ColumnNode, CreateTable, Statement } from '../ast.ts';
import { printIdent, printNames, printText, printType } from './names.ts';
import { printExpression, printQuery } from './query.ts';

/** `all`: brackets around every operator. */
type How = { readonly all?: boolean };

const printColumn = (column: ColumnNode): string => {
  const key = column.metadata?.key;
  const from = typeof key === 'string' ? ` FROM ${printText(key)}` : '';
  const metadata = column.metadata ? ` METADATA${from}` : '';
  return `${printIdent(column.name)} ${printType(column.type)}${column.notNull ? ' NOT NULL' : ''}${metadata}`;
};

const printTable = (node: CreateTable, how: How): string => {
  const columns = node.columns.map(printColumn);
  for (const { name, expr, index } of node.computed)
    columns.splice(index, 0, `${printIdent(name)} AS ${printExpression(expr, how)}`);
  const lines = [
    ...columns,
    ...node.watermarks.map((w) => `WATERMARK FOR ${printIdent(w.column)} AS ${printExpression(w.as, how)}`),
    ...node.primaryKeys.map((key) => `PRIMARY KEY ${printNames(key.columns)} NOT ENFORCED`),
  ];
  const options = node.options.map((o) => `  ${printText(o.key)} = ${printText(o.value)}`);
  const tail = options.length > 0 ? ` WITH (\n${options.join(',\n')}\n)` : '';
  return `CREATE TABLE ${printIdent(node.name)} (\n${lines.map((line) => `  ${line}`).join(',\n')}\n)${tail}`;
};

/** Without the semicolon behind it. */
export const printStatement = (node: Statement, how: How = {}): string => {
  switch (node.kind) {
    case 'create-table':
      return printTable(node, how);
    case 'create-view': {
      const columns = node.columns ? ` ${printNames(node.columns)}` : '';
      return `CREATE VIEW ${printIdent(node.name)}${columns} AS\n${printQuery(node.query, how)}`;
    }
    case 'create-function': {
      const language = node.language ? ` LANGUAGE ${node.language.name}` : '';
      return `CREATE FUNCTION ${printIdent(node.name)} AS ${printText(node.from.text)}${language}`;
    }
    case 'insert': {
      const columns = node.columns ? ` ${printNames(node.columns)}` : '';
      return `INSERT INTO ${printIdent(node.into)}${columns}\n${printQuery(node.query, how)}`;
    }
    default:
      return node satisfies never;
  }
};

/** A file: statements with a semicolon behind each. */
export const printFile = (statements: readonly Statement[], how: How = {}): string =>
  statements.map((s) => `${printStatement(s, how)};\n`).join('\n');
