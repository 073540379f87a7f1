// What a command is called, takes and says. Its code is loaded when it is called.
import type { ParseArgsConfig } from 'node:util';

export type Options = NonNullable<ParseArgsConfig['options']>;
/** What a command got: options by name, and the words that are none. */
export type Call = {
  readonly values: Readonly<Record<string, string | boolean | readonly (string | boolean)[] | undefined>>;
  readonly words: readonly string[];
};
/** 0 done, 1 the work failed, 2 the call or the pipeline's files are wrong. */
export type ExitCode = 0 | 1 | 2;

export type Command = {
  readonly name: string;
  readonly summary: string;
  readonly usage: string;
  readonly options: Options;
  /** One line for each option: how it is written, what it does. */
  readonly help: readonly (readonly [string, string])[];
  /** Names of the words that follow, in order; a call with more is wrong, unless the last one ends with `…`. */
  readonly words: readonly string[];
  readonly load: () => Promise<(call: Call) => Promise<ExitCode>>;
};
