// A YAML file as a tree whose every node knows its file and line.
import { isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from 'yaml';
import type { UserError } from '../../shared/user-error.ts';

export type At = { readonly file: string; readonly line: number; readonly col: number };
export type Scalar = string | number | boolean | null;
export type Tree =
  | { readonly kind: 'scalar'; readonly at: At; readonly value: Scalar }
  | { readonly kind: 'list'; readonly at: At; readonly items: readonly Tree[] }
  | { readonly kind: 'map'; readonly at: At; readonly fields: ReadonlyMap<string, Tree> };

/** What stands in the files cannot be read. All mistakes that were found, not only the first. */
export class TemplateError extends Error {
  readonly errors: readonly UserError[];
  constructor(errors: readonly UserError[]) {
    super(errors.map((e) => `${e.file}:${e.line}:${e.col}: ${e.message}`).join('\n'));
    this.name = 'TemplateError';
    this.errors = errors;
  }
}

export const refuse = (at: At, message: string): never => {
  throw new TemplateError([{ ...at, message }]);
};

export const scalar = (at: At, value: Scalar): Tree => ({ kind: 'scalar', at, value });
const pair = (at: At, name: string, value: Tree): Tree => ({ kind: 'map', at, fields: new Map([[name, value]]) });

/** Short forms whose argument is the same when written out. */
const SHORT: Readonly<Record<string, string>> = {
  '!Ref': 'Ref',
  '!Sub': 'Fn::Sub',
  '!Join': 'Fn::Join',
  '!If': 'Fn::If',
  '!Not': 'Fn::Not',
  '!Equals': 'Fn::Equals',
  '!Split': 'Fn::Split',
};

/** CloudFormation's short forms, written out: `!GetAtt A.Arn` is `Fn::GetAtt: [A, Arn]`. */
const writtenOut = (tag: string, tree: Tree): Tree => {
  const long = SHORT[tag];
  if (long !== undefined) return pair(tree.at, long, tree);
  switch (tag) {
    case '!GetAtt': {
      if (tree.kind !== 'scalar' || typeof tree.value !== 'string') return pair(tree.at, 'Fn::GetAtt', tree);
      const dot = tree.value.indexOf('.');
      const items = [tree.value.slice(0, dot), tree.value.slice(dot + 1)].map((part) => scalar(tree.at, part));
      return pair(tree.at, 'Fn::GetAtt', { kind: 'list', at: tree.at, items });
    }
    default:
      return refuse(
        tree.at,
        `unknown tag ${tag}; understood here are ${[...Object.keys(SHORT), '!GetAtt'].join(', ')}`,
      );
  }
};

/** @throws TemplateError for text that is not YAML, and for tags and aliases that are not understood. */
export const parseTree = (file: string, text: string): Tree => {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, logLevel: 'silent' });
  const place = (offset: number): At => ({ file, ...lines.linePos(offset) });
  const broken = document.errors.map((e) => ({ ...place(e.pos[0]), message: e.message.split('\n')[0] ?? e.message }));
  if (broken.length > 0) throw new TemplateError(broken);

  const treeOf = (node: Node | null): Tree => {
    const at = place(node?.range?.[0] ?? 0);
    if (node === null) return scalar(at, null);
    if (isAlias(node)) return refuse(at, 'aliases are not understood here; write the value out');
    const tree = bare(node, at);
    return node.tag?.startsWith('!') ? writtenOut(node.tag, tree) : tree;
  };
  const bare = (node: Node, at: At): Tree => {
    if (isScalar(node)) {
      const { value } = node;
      if (value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
        return scalar(at, value);
    }
    if (isSeq(node)) return { kind: 'list', at, items: node.items.map((item) => treeOf(item as Node | null)) };
    if (isMap(node)) {
      const fields = node.items.map(({ key, value }): [string, Tree] => [
        isScalar(key) ? String(key.value) : refuse(at, 'only plain text names a field'),
        treeOf(value as Node | null),
      ]);
      return { kind: 'map', at, fields: new Map(fields) };
    }
    return refuse(at, 'not understood here');
  };
  return treeOf(document.contents as Node | null);
};

/** The tree as plain data, without its places. */
export const plain = (tree: Tree): unknown => {
  switch (tree.kind) {
    case 'scalar':
      return tree.value;
    case 'list':
      return tree.items.map(plain);
    case 'map':
      return Object.fromEntries([...tree.fields].map(([name, value]) => [name, plain(value)]));
    default:
      return tree satisfies never;
  }
};
