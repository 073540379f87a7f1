// Update expressions: SET a = :v, … and REMOVE a, …
import type { Attribute, Attributes } from './attribute.ts';
import { fieldOf, givenOf, type Operand, type Parsed, remembered, type Scope } from './condition.ts';
import { tokensOf } from './expression-tokens.ts';
import { invalid, notHere } from './table-error.ts';

type Update = {
  readonly set: readonly { readonly field: Operand; readonly to: Operand }[];
  readonly remove: readonly Operand[];
};

const parse = (text: string): Parsed<Update> => {
  const tokens = tokensOf(text);
  const names = new Set<string>();
  const values = new Set<string>();
  const set: Update['set'][number][] = [];
  const remove: Operand[] = [];
  let at = 0;
  const wrong = () => invalid(`the update ${JSON.stringify(text)} cannot be read at ${tokens[at]?.text ?? 'its end'}`);
  const field = (): Operand => {
    const token = tokens[at];
    if (token?.kind !== 'word' || token.text.startsWith(':')) throw wrong();
    at++;
    if (tokens[at]?.text === '.' || tokens[at]?.text === '[') throw notHere(`a path into a map or list (${text})`);
    if (token.text.startsWith('#')) names.add(token.text);
    return { kind: 'field', name: token.text };
  };
  const value = (): Operand => {
    const token = tokens[at];
    if (token === undefined) throw wrong();
    if (!token.text.startsWith(':')) throw notHere(`anything but a value behind "=" (${text})`);
    at++;
    if (tokens[at]?.text === '+' || tokens[at]?.text === '-') throw notHere(`arithmetic (${text})`);
    values.add(token.text);
    return { kind: 'value', name: token.text };
  };
  const listOf = (one: () => void): void => {
    for (at++; ; at++) {
      one();
      if (tokens[at]?.text !== ',') return;
    }
  };
  while (at < tokens.length) {
    const clause = tokens[at]?.text.toUpperCase();
    if (clause === 'SET')
      listOf(() => {
        const of = field();
        if (tokens[at++]?.text !== '=') throw wrong();
        set.push({ field: of, to: value() });
      });
    else if (clause === 'REMOVE') listOf(() => remove.push(field()));
    else if (clause === 'ADD' || clause === 'DELETE') throw notHere(`${clause} in an update`);
    else throw wrong();
  }
  if (set.length + remove.length === 0) throw wrong();
  return { tree: { set, remove }, names, values };
};

export const updateOf = remembered(parse);

/**
 * @param keys names of the key's fields, which no update may name
 * @returns the item as the update leaves it
 */
export const updated = (
  { set, remove }: Update,
  item: Attributes,
  scope: Scope,
  keys: readonly string[],
): Record<string, Attribute> => {
  const out: Record<string, Attribute> = { ...item };
  const own = (operand: Operand): string => {
    const name = fieldOf(operand, scope);
    if (keys.includes(name))
      throw invalid(
        `One or more parameter values were invalid: Cannot update attribute ${name}. This attribute is part of the key`,
      );
    return name;
  };
  for (const { field, to } of set) out[own(field)] = givenOf(to, scope);
  for (const field of remove) delete out[own(field)];
  return out;
};
