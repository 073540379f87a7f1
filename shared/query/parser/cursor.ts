// A place in a list of tokens, with the few steps the grammar needs.
import type { Ident, Span } from '../ast.ts';
import type { Token } from '../lexer.ts';
import { GiveUp, type Problems } from '../problem.ts';
import { isReserved } from '../words.ts';

export type Cursor = {
  readonly problems: Problems;
  peek(ahead?: number): Token;
  next(): Token;
  /** Whether the next tokens are these words or symbols. */
  sees(...keys: readonly string[]): boolean;
  /** Takes these words or symbols when they are next. */
  accept(...keys: readonly string[]): boolean;
  /** Takes them or gives up the statement; `clause` names what is being read. */
  expect(clause: string, ...keys: readonly string[]): Span;
  /** A name. A reserved word is reported and taken as one, so that reading goes on. */
  ident(clause: string): Ident;
  string(clause: string): Token;
  /** How many words SELECT were taken so far: as many queries. */
  queries(): number;
  /** From a token or node to the last token taken. */
  span(from: Span): Span;
  fail(clause: string, wanted: string): never;
  refuse(at: Span, what: string, wayRound: string): never;
};

const shown = (t: Token): string =>
  t.kind === 'end' ? 'the end of the file' : t.kind === 'string' ? `the string '${t.text}'` : `"${t.text}"`;

export const cursor = (tokens: readonly Token[], problems: Problems): Cursor => {
  let i = 0;
  let queries = 0;
  const last = tokens[tokens.length - 1] as Token;
  const peek = (ahead = 0): Token => tokens[i + ahead] ?? last;
  const next = (): Token => {
    const token = peek();
    if (token.kind !== 'end') i++;
    return token;
  };
  const sees = (...keys: readonly string[]): boolean => keys.every((key, k) => peek(k).key === key);
  const accept = (...keys: readonly string[]): boolean => {
    if (!sees(...keys)) return false;
    i += keys.length;
    if (keys[0] === 'SELECT') queries++;
    return true;
  };
  const fail = (clause: string, wanted: string): never => {
    if (peek().kind === 'end' && last.text !== '') throw new GiveUp(); // the lexer said why the file ends here
    problems.notSql(peek().at, `${clause}: expected ${wanted}, found ${shown(peek())}`);
    throw new GiveUp();
  };
  return {
    problems,
    peek,
    next,
    sees,
    accept,
    fail,
    expect(clause, ...keys) {
      const from = peek().at;
      for (const key of keys) if (!accept(key)) fail(clause, /[A-Z]/.test(key) ? key : `"${key}"`);
      return from;
    },
    ident(clause) {
      const token = peek();
      if (token.kind !== 'word' && token.kind !== 'quoted') return fail(clause, 'a name');
      if (token.kind === 'word' && isReserved(token.text))
        problems.notSql(
          token.at,
          `${clause}: "${token.text}" is a reserved word in Flink SQL; as a name write \`${token.text}\` in backticks`,
        );
      i++;
      return { name: token.text, at: token.at };
    },
    string(clause) {
      return peek().kind === 'string' ? next() : fail(clause, "a string in single quotes such as '5 min'");
    },
    queries: () => queries,
    span(from) {
      return { ...from, end: (tokens[i - 1] ?? last).at.end };
    },
    refuse(at, what, wayRound) {
      problems.notYet(at, what, wayRound);
      throw new GiveUp();
    },
  };
};
