// The same text laid out in another way, and texts with a word changed.
import type { Rng } from '../../../local/generate/rng.ts';
import { type Token, tokensOf } from '../../../shared/query/lexer.ts';
import { problemsOf } from '../../../shared/query/problem.ts';
import { isReserved } from '../../../shared/query/words.ts';
import { COLUMNS, SOURCES } from './catalogue.ts';

const NAMES = new Set<string>([
  ...SOURCES,
  ...COLUMNS.map((name) => name.text),
  'window_start',
  'window_end',
  'c1',
  'rn',
  'q',
  'l',
  'r',
]);
const GAPS = [
  '\n',
  '\n  ',
  '\t',
  ' /* a comment */ ',
  ' -- to the end\n',
  ' // to the end\n',
  ' /**/ ',
  ' /** x */ ',
  '\r\n',
  '\f',
];

const gap = (rng: Rng): string => (rng.chance(0.08) ? rng.pick(GAPS) : ' ');
const cased = (rng: Rng, word: string): string => {
  if (rng.chance(0.8)) return word;
  return rng.chance(0.5) ? word.toLowerCase() : word.replaceAll(/\w/g, (c) => (rng.chance(0.5) ? c.toLowerCase() : c));
};

const written = (rng: Rng, token: Token, text: string): string => {
  if (token.kind !== 'word') return text;
  if (isReserved(text)) return cased(rng, text);
  return NAMES.has(text) && rng.chance(0.1) ? `\`${text}\`` : text;
};

/** Tokens that stand beside each other in the text stay so, as a space inside `a.b` is no matter but one in `'it''s'` is. */
export const laidOut = (rng: Rng, text: string): string => {
  const tokens = tokensOf(text, problemsOf('', [])).filter((token) => token.kind !== 'end');
  return tokens
    .map((token, i) => {
      const own = text.slice(token.at.start, token.at.end);
      const before = tokens[i - 1];
      const apart = before !== undefined && before.at.end < token.at.start;
      return `${apart ? gap(rng) : ''}${written(rng, token, own)}`;
    })
    .join('');
};

const VOCABULARY =
  `SELECT FROM WHERE GROUP BY HAVING JOIN LEFT OUTER ON AND OR NOT NULL IN IS AS WITH TABLE ( ) , . ; = <> * + - || [ ] => <
  CASE WHEN THEN END DISTINCT ALL UNION EXISTS BETWEEN LIKE INTERVAL '1' DAY TO SECOND CAST OVER PARTITION ORDER FILTER ROW ARRAY FOR SYSTEM_TIME OF
  UNNEST ORDINALITY TUMBLE DESCRIPTOR PRIMARY KEY ENFORCED WATERMARK CREATE VIEW INSERT INTO BEGIN id orders 1 1.5 'a' x \`y\` TRUE CURRENT_DATE
  USING NATURAL CROSS LATERAL LIMIT VALUES SET NULLS FIRST ESCAPE SYMMETRIC METADATA TEMPORARY IF FUNCTION`
    .trim()
    .split(/\s+/);

/** One or two tokens left out, doubled, swapped or replaced. */
export const mutated = (rng: Rng, text: string): string => {
  let out = text;
  for (let times = 1 + rng.below(2); times > 0; times--) {
    const tokens = tokensOf(out, problemsOf('', [])).filter((token) => token.kind !== 'end');
    const at = rng.below(tokens.length);
    const [token, next] = [tokens[at], tokens[at + 1]];
    if (!token) return out;
    const [before, own, after] = [
      out.slice(0, token.at.start),
      out.slice(token.at.start, token.at.end),
      out.slice(token.at.end),
    ];
    const word = rng.pick(VOCABULARY);
    switch (rng.below(5)) {
      case 0:
        out = before + after;
        break;
      case 1:
        out = `${before}${own} ${own}${after}`;
        break;
      case 2:
        out = `${before} ${word} ${after}`;
        break;
      case 3:
        out = `${before}${own} ${word} ${after}`;
        break;
      default:
        out = next ? `${before}${out.slice(next.at.start, next.at.end)} ${own}${out.slice(next.at.end)}` : out;
    }
  }
  return out;
};
