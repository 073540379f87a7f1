// Typed reading of a tree: each mistake is noted with its place, and reading goes on, so that all are told at once.
import type { UserError } from '../../shared/user-error.ts';
import { type At, plain, TemplateError, type Tree } from './tree.ts';

export type Fields = {
  readonly at: At;
  has(name: string): boolean;
  text(name: string, otherwise?: string): string;
  number(name: string, otherwise?: number): number;
  flag(name: string, otherwise?: boolean): boolean;
  map(name: string): Fields;
  list(name: string): readonly Tree[];
  tree(name: string): Tree | undefined;
  names(): readonly string[];
};

export class Complaints {
  readonly #errors: UserError[] = [];
  say(at: At, message: string): void {
    this.#errors.push({ ...at, message });
  }
  /** Runs a piece of reading; what it throws is noted. */
  catch<T>(read: () => T): T | undefined {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof TemplateError)) throw error;
      this.#errors.push(...error.errors);
      return undefined;
    }
  }
  throwAny(): void {
    if (this.#errors.length > 0) throw new TemplateError(this.#errors);
  }
}

const shown = (tree: Tree): string => JSON.stringify(plain(tree)) ?? 'nothing';

/**
 * @param known the fields that may stand here; others are refused. Without it any may.
 * @param text  turns a CloudFormation intrinsic into the text it will have
 */
export const fieldsOf = (
  tree: Tree,
  what: string,
  complaints: Complaints,
  text: (tree: Tree) => string,
  known?: readonly string[],
): Fields => {
  const fields: ReadonlyMap<string, Tree> = tree.kind === 'map' ? tree.fields : new Map();
  if (tree.kind !== 'map') complaints.say(tree.at, `${what} is ${shown(tree)}; expected fields`);
  for (const [name, value] of fields)
    if (known !== undefined && !known.includes(name))
      complaints.say(value.at, `unknown field "${name}" in ${what}; known are ${known.join(', ')}`);

  const find = (name: string): Tree | undefined => {
    const found = fields.get(name);
    return found?.kind === 'scalar' && found.value === null ? undefined : found;
  };
  const read = <T>(
    name: string,
    wanted: string,
    otherwise: T | undefined,
    neutral: T,
    take: (tree: Tree) => T | undefined,
  ): T => {
    const found = find(name);
    if (found === undefined) {
      if (otherwise !== undefined) return otherwise;
      complaints.say(tree.at, `${what} has no "${name}"`);
      return neutral;
    }
    const value = take(found);
    if (value !== undefined) return value;
    complaints.say(found.at, `"${name}" in ${what} is ${shown(found)}; expected ${wanted}`);
    return neutral;
  };
  const scalarOf = (t: Tree) => (t.kind === 'scalar' ? t.value : undefined);
  return {
    at: tree.at,
    has: (name) => find(name) !== undefined,
    tree: find,
    names: () => [...fields.keys()],
    text: (name, otherwise) => read(name, 'text', otherwise, '', (t) => complaints.catch(() => text(t)) ?? ''),
    number: (name, otherwise) =>
      read(name, 'a number', otherwise, 0, (t) => {
        const n = scalarOf(t);
        if (n === null || n === '' || typeof n === 'boolean' || n === undefined) return undefined;
        return Number.isFinite(Number(n)) ? Number(n) : undefined; // --param gives text
      }),
    flag: (name, otherwise) =>
      read(name, 'true or false', otherwise, false, (t) => {
        const v = scalarOf(t);
        return typeof v === 'boolean' ? v : undefined;
      }),
    map: (name) => fieldsOf(find(name) ?? { kind: 'map', at: tree.at, fields: new Map() }, name, complaints, text),
    list: (name) => read<readonly Tree[]>(name, 'a list', [], [], (t) => (t.kind === 'list' ? t.items : undefined)),
  };
};
