// Conditions, filters and key conditions: text -> a tree, kept by its text -> true or false for an item.
import { type Attribute, type Attributes, compareValues, isSame } from './attribute.ts';
import { type Token, tokensOf } from './expression-tokens.ts';
import { invalid, notHere } from './table-error.ts';

export type Operand = { readonly kind: 'field' | 'value'; readonly name: string };
export type Comparison = '=' | '<>' | '<' | '<=' | '>' | '>=';
export type Condition =
  | { readonly kind: 'and' | 'or'; readonly left: Condition; readonly right: Condition }
  | { readonly kind: 'not'; readonly of: Condition }
  | { readonly kind: 'compare'; readonly by: Comparison; readonly left: Operand; readonly right: Operand }
  | { readonly kind: 'between'; readonly of: Operand; readonly low: Operand; readonly high: Operand }
  | { readonly kind: 'begins'; readonly of: Operand; readonly prefix: Operand }
  | { readonly kind: 'exists' | 'absent'; readonly of: Operand };
/** `names` and `values` as the text has them: `#when`, `:when`. */
export type Parsed<T> = {
  readonly tree: T;
  readonly names: ReadonlySet<string>;
  readonly values: ReadonlySet<string>;
};

const COMPARISONS: readonly string[] = ['=', '<>', '<', '<=', '>', '>='];
const FUNCTIONS = { attribute_exists: 'exists', attribute_not_exists: 'absent', begins_with: 'begins' } as const;

const parse = (text: string): Parsed<Condition> => {
  const tokens = tokensOf(text);
  const names = new Set<string>();
  const values = new Set<string>();
  let at = 0;
  const wrong = () =>
    invalid(`the expression ${JSON.stringify(text)} cannot be read at ${tokens[at]?.text ?? 'its end'}`);
  const isNext = (word: string): boolean => tokens[at]?.text.toLowerCase() === word.toLowerCase();
  const take = (word: string): void => {
    if (!isNext(word)) throw wrong();
    at++;
  };
  const operand = (): Operand => {
    const { kind, text: name } = (tokens[at] ?? wrong()) as Token;
    if (kind === 'sign') throw wrong();
    if (tokens[at + 1]?.text === '(') throw notHere(`the function ${name}`);
    at++;
    if (tokens[at]?.text === '.' || tokens[at]?.text === '[') throw notHere(`a path into a map or list (${text})`);
    if (name.startsWith(':')) values.add(name);
    else if (name.startsWith('#')) names.add(name);
    return { kind: name.startsWith(':') ? 'value' : 'field', name };
  };
  const primary = (): Condition => {
    if (isNext('(')) {
      at++;
      const inside = either();
      take(')');
      return inside;
    }
    if (isNext('not')) {
      at++;
      return { kind: 'not', of: primary() };
    }
    const called = Object.entries(FUNCTIONS).find(([name]) => isNext(name) && tokens[at + 1]?.text === '(')?.[1];
    if (called !== undefined) {
      at += 2;
      const of = operand();
      if (called === 'begins') take(',');
      const made: Condition = called === 'begins' ? { kind: called, of, prefix: operand() } : { kind: called, of };
      take(')');
      return made;
    }
    const left = operand();
    if (isNext('between')) {
      at++;
      const low = operand();
      take('and');
      return { kind: 'between', of: left, low, high: operand() };
    }
    if (isNext('in')) throw notHere('IN');
    const by = tokens[at]?.text ?? '';
    if (!COMPARISONS.includes(by)) throw wrong();
    at++;
    return { kind: 'compare', by: by as Comparison, left, right: operand() };
  };
  const both = (): Condition => {
    let left = primary();
    for (; isNext('and'); left = { kind: 'and', left, right: primary() }) at++;
    return left;
  };
  const either = (): Condition => {
    let left = both();
    for (; isNext('or'); left = { kind: 'or', left, right: both() }) at++;
    return left;
  };
  const tree = either();
  if (at < tokens.length) throw wrong();
  return { tree, names, values };
};

/** Texts kept; ours are a handful. */
const MOST = 200;

/** Keeps what a parser made of each text. @throws Refused for what cannot be read */
export const remembered = <T>(make: (text: string) => T): ((text: string) => T) => {
  const known = new Map<string, T>();
  return (text) => {
    const found = known.get(text);
    if (found !== undefined) return found;
    const made = make(text);
    if (known.size >= MOST) known.clear();
    known.set(text, made);
    return made;
  };
};

export const conditionOf = remembered(parse);

/** What the texts of a call stand for. */
export type Scope = {
  readonly names: Readonly<Record<string, string>>;
  readonly values: Attributes;
};

export const fieldOf = ({ name }: Operand, { names }: Scope): string => {
  if (!name.startsWith('#')) return name;
  const field = names[name];
  if (field === undefined) throw invalid(`${name} is not in ExpressionAttributeNames`);
  return field;
};
export const givenOf = ({ name }: Operand, { values }: Scope): Attribute => {
  const value = values[name];
  if (value === undefined) throw invalid(`${name} is not in ExpressionAttributeValues`);
  return value;
};

const isTrueOf = (by: Comparison, order: number): boolean =>
  by === '<' ? order < 0 : by === '<=' ? order <= 0 : by === '>' ? order > 0 : order >= 0;

/** Whether a condition holds for an item. What has no such field, or one of another type, is neither below nor above anything. */
export const holds = (c: Condition, item: Attributes, scope: Scope): boolean => {
  const read = (o: Operand): Attribute | undefined =>
    o.kind === 'value' ? givenOf(o, scope) : item[fieldOf(o, scope)];
  switch (c.kind) {
    case 'and':
      return holds(c.left, item, scope) && holds(c.right, item, scope);
    case 'or':
      return holds(c.left, item, scope) || holds(c.right, item, scope);
    case 'not':
      return !holds(c.of, item, scope);
    case 'exists':
      return read(c.of) !== undefined;
    case 'absent':
      return read(c.of) === undefined;
    case 'begins': {
      const [of, prefix] = [read(c.of)?.S, read(c.prefix)?.S];
      return typeof of === 'string' && typeof prefix === 'string' && of.startsWith(prefix);
    }
    case 'between': {
      const [of, low, high] = [read(c.of), read(c.low), read(c.high)];
      if (of === undefined || low === undefined || high === undefined) return false;
      return (compareValues(of, low) ?? -1) >= 0 && (compareValues(of, high) ?? 1) <= 0;
    }
    case 'compare': {
      const [left, right] = [read(c.left), read(c.right)];
      if (left === undefined || right === undefined) return c.by === '<>' && left !== right;
      if (c.by === '=' || c.by === '<>') return isSame(left, right) === (c.by === '=');
      const order = compareValues(left, right);
      return order !== undefined && isTrueOf(c.by, order);
    }
    default:
      return c satisfies never;
  }
};
