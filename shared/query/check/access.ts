// Into the parts of a value: a field of a ROW, an element of an ARRAY or MAP.
import type { ExprNode } from '../ast.ts';
import type { Expr } from '../plan.ts';
import { didYouMean } from '../problem.ts';
import { INT, typeText } from '../type-rules.ts';
import { literal } from './literals.ts';
import { call, type Scope } from './scope.ts';

/** A field of a ROW. */
export const checkField = (
  of: Expr,
  name: { readonly name: string; readonly at: ExprNode['at'] },
  scope: Scope,
): Expr | null => {
  const fields = of.type.kind === 'ROW' ? of.type.fields : [];
  const index = fields.findIndex((f) => f.name === name.name);
  const field = fields[index];
  if (field) return call('FIELD', [of, literal(index, INT)], field.type);
  scope.problems.add(
    name.at,
    of.type.kind === 'ROW'
      ? `${scope.clause}: no field "${name.name}" in ${typeText(of.type)}.${didYouMean(
          name.name,
          fields.map((f) => f.name),
        )}`
      : `${scope.clause}: ".${name.name}" reads a field of a ROW, found ${typeText(of.type)}`,
  );
  return null;
};

/** An element, by INT from 1 or by text. */
export const checkItem = (
  node: Extract<ExprNode, { kind: 'item' }>,
  of: Expr,
  index: Expr,
  scope: Scope,
): Expr | null => {
  if (of.type.kind === 'ARRAY' && index.type.kind === 'INT') {
    if (index.kind !== 'literal' || Number(index.value) >= 1) return call('ITEM', [of, index], of.type.element);
    scope.problems.add(node.index.at, `${scope.clause}: the elements of an array count from 1`);
    return null;
  }
  if (of.type.kind === 'MAP' && index.type.kind === 'STRING') return call('ITEM', [of, index], of.type.value);
  scope.problems.add(
    node.at,
    `${scope.clause}: […] takes an element of an ARRAY by INT or of a MAP by text, found ${typeText(of.type)}[${typeText(index.type)}]`,
  );
  return null;
};
