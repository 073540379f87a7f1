// serverless.yml with its files and variables filled in.
import { existsSync, readFileSync } from 'node:fs';
import { resolve as resolvePath } from 'node:path';
import { type At, parseTree, refuse, scalar, type Tree } from './tree.ts';
import { alternatives, partsOf, type Source, sourceOf } from './variables.ts';

export type ServiceOptions = {
  /** The directory that holds serverless.yml. */
  readonly root: string;
  readonly stage?: string;
  readonly region?: string;
  /** As `--param name=value`. */
  readonly params?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string | undefined>>;
};

const MAIN = 'serverless.yml';
const DEFAULT_STAGE = 'dev';

/**
 * The whole of serverless.yml, resolved; a field that resolves to nothing is null. Understands the sources self, file, param,
 * opt, env and sls:stage.
 * @throws TemplateError naming file and line of what it does not understand or cannot find
 */
export const resolveService = (options: ServiceOptions): Tree => {
  const files = new Map<string, Tree | undefined>();
  const open = new Set<Tree>();
  const settled = new Map<Tree, Tree>();
  const stage = options.stage ?? DEFAULT_STAGE;

  const load = (file: string): Tree | undefined => {
    if (!files.has(file)) {
      const path = resolvePath(options.root, file);
      files.set(file, existsSync(path) ? parseTree(file, readFileSync(path, 'utf8')) : undefined);
    }
    return files.get(file);
  };
  const main = (): Tree =>
    load(MAIN) ?? refuse({ file: MAIN, line: 0, col: 0 }, `no ${MAIN} in ${resolvePath(options.root)}`);

  /** Walks a path of names; undefined when a step is missing or null. */
  const walk = (tree: Tree, path: string): Tree | undefined => {
    let here: Tree | undefined = settle(tree);
    for (const name of path === '' ? [] : path.split('.')) {
      if (here?.kind === 'list') here = here.items[Number(name)];
      else here = here?.kind === 'map' ? here.fields.get(name) : undefined;
      if (here === undefined) return undefined;
      here = settle(here);
    }
    return here?.kind === 'scalar' && here.value === null ? undefined : here;
  };

  const given = (at: At, value: string | undefined): Tree | undefined =>
    value === undefined ? undefined : scalar(at, value);

  const fromAddress = (source: Extract<Source, { kind: 'address' }>, at: At): Tree | undefined => {
    switch (source.type) {
      case 'self':
        return walk(main(), source.path);
      case 'file': {
        const tree = load(source.argument);
        return tree === undefined ? undefined : walk(tree, source.path);
      }
      case 'param':
        return (
          given(at, options.params?.[source.path]) ??
          walk(main(), `params.${stage}.${source.path}`) ??
          walk(main(), `params.default.${source.path}`)
        );
      case 'opt':
        return source.path === 'stage'
          ? given(at, options.stage)
          : source.path === 'region'
            ? given(at, options.region)
            : undefined;
      case 'env':
        return given(at, (options.env ?? process.env)[source.path]);
      case 'sls':
        return source.path === 'stage'
          ? scalar(at, stage)
          : refuse(at, `unknown variable sls:${source.path}; sls:stage is understood here`);
      default:
        return refuse(
          at,
          `unknown variable source "${source.type}"; self, file, param, opt, env and sls:stage are understood here`,
        );
    }
  };

  const variable = (inside: string, at: At): Tree => {
    for (const alternative of alternatives(inside)) {
      const source = sourceOf(interpolate(alternative, at));
      if (source === undefined) return refuse(at, `cannot read the variable "${alternative}"`);
      if (source.kind === 'literal') return scalar(at, source.value);
      const found = fromAddress(source, at);
      if (found !== undefined) return found;
    }
    return refuse(at, `nothing found for \${${inside}}; give it, or a fall-back behind a comma`);
  };

  const textIn = (tree: Tree, at: At): string =>
    tree.kind === 'scalar' && tree.value !== null
      ? String(tree.value)
      : refuse(at, 'a list or a map stands inside a text; only a text or a number can');

  const partsIn = (text: string, at: At) =>
    partsOf(text) ?? refuse(at, `"${text}" opens a variable and does not close it`);
  const interpolate = (text: string, at: At): string =>
    partsIn(text, at)
      .map((part) => (part.kind === 'text' ? part.text : textIn(variable(part.inside, at), at)))
      .join('');

  /** A node without variables at its top; nodes below may still hold some. */
  const settle = (tree: Tree): Tree => {
    if (tree.kind !== 'scalar' || typeof tree.value !== 'string' || !tree.value.includes('${')) return tree;
    const known = settled.get(tree);
    if (known !== undefined) return known;
    if (open.has(tree)) return refuse(tree.at, `"${tree.value}" leads back to itself`);
    open.add(tree);
    const parts = partsIn(tree.value, tree.at);
    const only = parts.length === 1 ? parts[0] : undefined;
    const result =
      only?.kind === 'variable'
        ? settle(variable(only.inside, tree.at))
        : scalar(tree.at, interpolate(tree.value, tree.at));
    open.delete(tree);
    settled.set(tree, result);
    return result;
  };

  const deep = (tree: Tree): Tree => {
    const here = settle(tree);
    switch (here.kind) {
      case 'scalar':
        return here;
      case 'list':
        return { ...here, items: here.items.map(deep) };
      case 'map':
        return { ...here, fields: new Map([...here.fields].map(([name, value]) => [name, deep(value)])) };
      default:
        return here satisfies never;
    }
  };
  return deep(main());
};
