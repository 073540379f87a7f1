// Names, texts and types as Flink SQL writes them.
import type { Ident, TypeNode } from '../ast.ts';
import { isCallable, isReserved } from '../words.ts';

const PLAIN = /^[A-Za-z_][A-Za-z0-9_]*$/;

export const quoted = (name: string): string => `\`${name.replaceAll('`', '``')}\``;

/** A name, in backticks where Flink needs them. */
export const printName = (name: string): string => (PLAIN.test(name) && !isReserved(name) ? name : quoted(name));

/** The name of a function before its bracket: UPPER and HOUR are reserved words, and stand bare there all the same. */
export const printFunction = (name: string): string => (PLAIN.test(name) && isCallable(name) ? name : quoted(name));

export const printIdent = (ident: Ident): string => printName(ident.name);
export const printNames = (idents: readonly Ident[]): string => `(${idents.map(printIdent).join(', ')})`;
export const printText = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** ` AS t (a, b)`, or nothing. */
export const printAlias = (alias: Ident | null, columns: readonly Ident[] | null = null): string =>
  alias ? ` AS ${printIdent(alias)}${columns ? ` ${printNames(columns)}` : ''}` : '';

export const printType = (type: TypeNode): string => {
  switch (type.kind) {
    case 'plain': {
      const [name, ...zone] = type.name.split(' ');
      const args = type.args.length > 0 ? `(${type.args.join(', ')})` : '';
      // The parser keeps no element of a MULTISET, which the checks refuse.
      return name === 'MULTISET' ? 'MULTISET<INT>' : [`${name}${args}`, ...zone].join(' ');
    }
    case 'row':
      return `ROW<${type.fields.map((f) => `${printIdent(f.name)} ${printType(f.type)}`).join(', ')}>`;
    case 'array':
      return `ARRAY<${printType(type.element)}>`;
    case 'map':
      return `MAP<${printType(type.key)}, ${printType(type.value)}>`;
    default:
      return type satisfies never;
  }
};
