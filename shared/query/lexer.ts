// SQL text to tokens. Keywords are case-blind, identifiers case-sensitive, backticks quote, '' escapes a quote, -- // and /* */ comment.
import type { Span } from './ast.ts';
import type { Problems } from './problem.ts';

export type Token = {
  /** `end` stands once, after the last token; its text is empty unless the rest could not be read. */
  readonly kind: 'word' | 'quoted' | 'string' | 'number' | 'symbol' | 'end';
  /** A name or string without its quotes; a word, number or symbol as written. */
  readonly text: string;
  /** A word in capitals, a symbol as it is; empty for names in backticks, strings and numbers. */
  readonly key: string;
  readonly at: Span;
};

// White space, comments and the letters of names are those of Flink's own lexer, which knows neither no-break spaces nor letters
// beyond the ranges below.
const SPACE = /[ \t\n\r\f]+|--[^\n\r]*|\/\/[^\n\r]*/y;
const LETTER =
  '$A-Z_a-z\\u00c0-\\u00d6\\u00d8-\\u00f6\\u00f8-\\u1fff\\u3040-\\u318f\\u3300-\\u337f\\u3400-\\u3d2d\\u4e00-\\u9fff\\uf900-\\ufaff';
const WORD = new RegExp(`(?!\\$(?![${LETTER}0-9]))[${LETTER}][${LETTER}0-9]*`, 'y');
const NUMBER = /(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?/y;
const STRING = /'((?:[^']|'')*)'/y;
const QUOTED = /`((?:[^`\n\r]|``)+)`/y;
/** As in Flink, a comment that begins with three stars does not end at the third. */
const COMMENT = /\/\*(\+?)(?:\*[^/]|(?!\*[^/]))[\s\S]*?\*\//y;
const SYMBOL = /<>|<=|>=|\|\||=>|!=|[-+*/%=<>()[\],;.{}?:]/y;

/** Reads a whole file; what cannot be read is reported, and reading ends there or goes on after it. */
export const tokensOf = (text: string, problems: Problems): readonly Token[] => {
  const tokens: Token[] = [];
  let pos = 0;
  let line = 1;
  let lineStart = 0;
  let broken = '';

  const spanTo = (end: number): Span => ({ line, col: pos - lineStart + 1, start: pos, end });
  const move = (end: number): void => {
    for (let i = text.indexOf('\n', pos); i >= 0 && i < end; i = text.indexOf('\n', i + 1)) {
      line++;
      lineStart = i + 1;
    }
    pos = end;
  };
  const match = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = pos;
    return pattern.exec(text);
  };
  const push = (kind: Token['kind'], found: RegExpExecArray, value: string, key: string): void => {
    tokens.push({ kind, text: value, key, at: spanTo(pos + found[0].length) });
    move(pos + found[0].length);
  };

  while (pos < text.length) {
    const space = match(SPACE);
    if (space) {
      move(pos + space[0].length);
      continue;
    }
    const comment = match(COMMENT);
    if (comment) {
      if (comment[1] === '+')
        problems.notYet(spanTo(pos + comment[0].length), 'hints', 'leave the hint out, or set the option in WITH');
      move(pos + comment[0].length);
      continue;
    }
    const word = match(WORD);
    if (word) {
      push('word', word, word[0], word[0].toUpperCase());
      continue;
    }
    const number = match(NUMBER);
    if (number) {
      push('number', number, number[0], '');
      continue;
    }
    const string = match(STRING);
    if (string) {
      push('string', string, (string[1] ?? '').replaceAll("''", "'"), '');
      continue;
    }
    const quoted = match(QUOTED);
    if (quoted) {
      push('quoted', quoted, (quoted[1] ?? '').replaceAll('``', '`'), '');
      continue;
    }
    const symbol = match(SYMBOL);
    if (symbol) {
      push('symbol', symbol, symbol[0], symbol[0]);
      continue;
    }
    const char = String.fromCodePoint(text.codePointAt(pos) ?? 0);
    const at = spanTo(pos + char.length);
    if (char === "'" || char === '`' || text.startsWith('/*', pos)) {
      const what = char === "'" ? 'a string' : char === '`' ? 'a name in backticks' : 'a comment';
      const empty = text.startsWith('``', pos);
      problems.notSql(at, empty ? 'a name in backticks is empty' : `${what} begins here and never ends`);
      broken = char;
      move(text.length);
    } else {
      const hint = char === '"' ? '; strings take single quotes, names take backticks' : '';
      problems.notSql(at, `the character ${JSON.stringify(char)} means nothing here${hint}`);
      move(pos + char.length);
    }
  }
  tokens.push({ kind: 'end', text: broken, key: '', at: spanTo(pos) });
  return tokens;
};
