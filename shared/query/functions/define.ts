// What a built-in function is: how it is called and typed (check/), and how it runs (evaluate.ts). One entry holds both, so that a
// new function is one entry.
import type { Expr } from '../plan.ts';
import type { SqlType, Value } from '../types.ts';

/** What an argument may be. INTEGER takes INT and BIGINT, NUMBER any number, MOMENT a TIMESTAMP, TIMESTAMP_LTZ or DATE, INSTANT no DATE. */
export type Kind = 'STRING' | 'INT' | 'INTEGER' | 'NUMBER' | 'MOMENT' | 'INSTANT';

/** Values of up to four arguments; none is NULL, because a NULL argument makes the result NULL. */
export type Run = (a: Value, b: Value, c: Value, d: Value) => Value;

export type FunctionDef = {
  readonly name: string;
  readonly takes: readonly Kind[];
  /** How many of `takes`, from the end, may be left out. */
  readonly optional?: number;
  /** The last of `takes` may come any number of times. */
  readonly variadic?: boolean;
  /** The units it takes, as in EXTRACT(HOUR FROM x); its plan name is then `name unit`. */
  readonly units?: readonly string[];
  readonly gives: SqlType | ((args: readonly Expr[]) => SqlType);
  /** A mistake in constant arguments, in words, or null. */
  readonly refuse?: (args: readonly Expr[], unit: string) => string | null;
  /** Made once for each call, so that patterns are compiled once. Variadic functions get all values as one array in `a`. */
  readonly run: (call: Extract<Expr, { kind: 'call' }>, unit: string) => Run;
};

/** A constant's text, if the argument is one. */
export const constantText = (arg: Expr | undefined): string | null =>
  arg?.kind === 'literal' && typeof arg.value === 'string' ? arg.value : null;
export const constantNumber = (arg: Expr | undefined): number | null =>
  arg?.kind === 'literal' && typeof arg.value === 'number' ? arg.value : null;
