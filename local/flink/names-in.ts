// What statements name, wherever it stands in them.
import type { CallNode, From, Ident } from '../../shared/query/ast.ts';

const nodesIn = <T>(tree: unknown, is: (node: { readonly kind?: unknown }) => boolean): readonly T[] => {
  if (Array.isArray(tree)) return tree.flatMap((part) => nodesIn<T>(part, is));
  if (typeof tree !== 'object' || tree === null) return [];
  const inner = Object.values(tree).flatMap((part) => nodesIn<T>(part, is));
  return is(tree) ? [tree as T, ...inner] : inner;
};

export const callsIn = (tree: unknown): readonly CallNode[] => nodesIn<CallNode>(tree, (node) => node.kind === 'call');

export const lookupsIn = (tree: unknown): readonly Extract<From, { kind: 'as-of' }>[] =>
  nodesIn(tree, (node) => node.kind === 'as-of');

/** Tables and views that are read: in FROM, and by window functions. Names of WITH are among them. */
export const tablesIn = (tree: unknown): ReadonlySet<string> => {
  const named = nodesIn<{ readonly table: Ident }>(tree, (node) => node.kind === 'table' || node.kind === 'as-of');
  return new Set(named.map((node) => node.table.name));
};
