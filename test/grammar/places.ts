// Trees without their places, to compare what they say.
import type { Statement } from '../../shared/query/ast.ts';
import { parseFile } from '../../shared/query/parser/statements.ts';
import { problemsOf } from '../../shared/query/problem.ts';
import type { UserError } from '../../shared/user-error.ts';

const isPlace = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && 'line' in value && 'start' in value;

const sorted = (value: unknown): unknown =>
  typeof value !== 'object' || value === null || Array.isArray(value)
    ? value
    : Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));

/** A tree as text; places become true, so that a DISTINCT that is there differs from one that is not. */
export const shapeOf = (tree: unknown): string =>
  JSON.stringify(tree, (_, value: unknown) => (isPlace(value) ? true : sorted(value)));

export const read = (
  text: string,
): { readonly statements: readonly Statement[]; readonly errors: readonly UserError[] } => {
  const errors: UserError[] = [];
  return { statements: parseFile(text, problemsOf('text.sql', errors)), errors };
};
