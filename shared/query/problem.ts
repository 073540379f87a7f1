// Mistakes in a user's SQL, told apart in their text: not SQL; SQL that Flink takes and Millrace does not; a plain mistake of names
// or types; and a bug of our own.

import { nearest } from '../did-you-mean.ts';
import type { UserError } from '../user-error.ts';
import type { Span } from './ast.ts';
import type { UserFunction } from './plan.ts';

/** Collects the mistakes of one file. */
export type Problems = {
  readonly file: string;
  /** What CREATE FUNCTION names, in all files; null where it was refused. Stands here as it is known wherever mistakes are. */
  readonly functions: ReadonlyMap<string, UserFunction | null>;
  /** A mistake of names, types or rules. */
  add(at: Span, message: string): void;
  /** No SQL dialect takes this text. */
  notSql(at: Span, message: string): void;
  /** Flink takes this text; Millrace does not yet. `wayRound` says what to write instead. */
  notYet(at: Span, what: string, wayRound: string): void;
  /** An exception while reading or checking: ours, never the user's mistake. */
  bug(at: Span, error: unknown): void;
  count(): number;
};

export const problemsOf = (file: string, into: UserError[], functions: Problems['functions'] = new Map()): Problems => {
  const seen = new Set<string>();
  const add = (at: Span, message: string): void => {
    const key = `${at.start} ${message}`;
    if (seen.has(key)) return;
    seen.add(key);
    into.push({ file, line: at.line, col: at.col, message });
  };
  return {
    file,
    functions,
    add,
    notSql: (at, message) => add(at, `not SQL: ${message}`),
    notYet: (at, what, wayRound) => add(at, `Flink takes this, Millrace does not yet: ${what}. Way round: ${wayRound}`),
    bug: (at, error) => {
      // Thousands of brackets in one another: the stack of the reader ends, and nobody wrote that by hand.
      if (error instanceof RangeError && error.message.includes('call stack'))
        return add(
          at,
          'an expression in this statement is nested too deep; write it with fewer levels, or as several queries',
        );
      const cause = error instanceof Error ? (error.stack ?? error.message) : String(error);
      add(at, `bug in Millrace, not in this file; please report it with this statement. ${cause.slice(0, 2000)}`);
    },
    count: () => seen.size,
  };
};

/** The same, with mistakes that nobody reads: to try what a name means. */
export const quietly = (problems: Problems): Problems => problemsOf(problems.file, [], problems.functions);

/** Stops the parser inside one statement; the mistake itself was added before. */
export class GiveUp extends Error {}

/** ` Did you mean "total"?`, or nothing. */
export const didYouMean = (written: string, known: readonly string[]): string => {
  const near = nearest(written, known);
  return near === undefined ? '' : ` Did you mean "${near}"?`;
};

/** `a, b and c`; `none` when empty; at most twenty names. */
export const listed = (names: readonly string[]): string => {
  if (names.length === 0) return 'none';
  if (names.length > 20) return `${names.slice(0, 20).join(', ')} and ${names.length - 20} more`;
  return names.length === 1 ? (names[0] ?? '') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
};
