// The words of DynamoDB's expressions.
import { invalid } from './table-error.ts';

export type Token = { readonly kind: 'word' | 'sign'; readonly text: string };

const TOKEN = /\s*(?:([#:]?[A-Za-z_][A-Za-z0-9_-]*|[#:][A-Za-z0-9_-]+)|(<>|<=|>=|[=<>(),.[\]+-]|\d+))/y;

/** @throws Refused for a character that belongs to no expression */
export const tokensOf = (text: string): readonly Token[] => {
  const tokens: Token[] = [];
  TOKEN.lastIndex = 0;
  const end = text.trimEnd().length;
  while (TOKEN.lastIndex < end) {
    const from = TOKEN.lastIndex;
    const [, word, sign = ''] = TOKEN.exec(text) ?? [];
    if (word === undefined && sign === '')
      throw invalid(
        `the expression ${JSON.stringify(text)} cannot be read at ${JSON.stringify(text.slice(from, from + 20))}`,
      );
    tokens.push(word === undefined ? { kind: 'sign', text: sign } : { kind: 'word', text: word });
  }
  return tokens;
};
