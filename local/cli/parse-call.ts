import { parseArgs } from 'node:util';
import { wouldWork } from '../build/did-you-mean.ts';
import { parseDuration } from '../build/duration.ts';
import { CallError } from './call-error.ts';
import type { Call, Command } from './commands.ts';

/** Reads the words after the command's name. @throws CallError that names the option and what would work */
export const parseCall = (command: Command, argv: readonly string[]): Call => {
  const names = Object.keys(command.options);
  for (const word of argv) {
    if (word === '--') break;
    const name = /^--(?:no-)?([^=]+)/.exec(word)?.[1];
    if (name !== undefined && !names.includes(name)) {
      const known = names.map((n) => `--${n}`);
      throw new CallError(
        `millrace ${command.name} has no option --${name}; ${wouldWork(`--${name}`, known, 'options')}`,
      );
    }
  }
  let parsed: ReturnType<typeof parseArgs>;
  try {
    parsed = parseArgs({
      args: [...argv],
      options: command.options,
      allowPositionals: true,
      allowNegative: true,
      strict: true,
    });
  } catch (error) {
    throw new CallError(`${(error as Error).message.split('. ')[0]}. Usage: ${command.usage}`);
  }
  const words = parsed.positionals;
  // A name that ends so stands for any number of words.
  const isOpen = command.words.at(-1)?.endsWith('…') === true;
  if (words.length > command.words.length && !isOpen) {
    throw new CallError(
      `millrace ${command.name} does not take "${words[command.words.length]}". Usage: ${command.usage}`,
    );
  }
  const missing = command.words[words.length];
  if (missing !== undefined && !missing.endsWith('…'))
    throw new CallError(`millrace ${command.name} needs ${missing}. Usage: ${command.usage}`);
  return { values: parsed.values, words };
};

/** A text option; undefined when it is not given. */
export const textOf = (call: Call, name: string): string | undefined => {
  const value = call.values[name];
  return typeof value === 'string' ? value : undefined;
};

/** All values of an option that may repeat. */
export const listOf = (call: Call, name: string): readonly string[] => {
  const value = call.values[name];
  return Array.isArray(value) ? value.filter((v): v is string => typeof v === 'string') : [];
};

export const flagOf = (call: Call, name: string): boolean | undefined => {
  const value = call.values[name];
  return typeof value === 'boolean' ? value : undefined;
};

/** A number inside [min, max]. @throws CallError */
export const numberOf = (call: Call, name: string, min: number, max: number, whole = true): number | undefined => {
  const text = textOf(call, name);
  if (text === undefined) return undefined;
  const n = Number(text);
  if (text.trim() === '' || !(n >= min && n <= max) || (whole && !Number.isInteger(n))) {
    const most = max === Number.MAX_SAFE_INTEGER ? ` of at least ${min}` : ` from ${min} to ${max}`;
    throw new CallError(`--${name} is "${text}"; it is a ${whole ? 'whole ' : ''}number${most}`);
  }
  return n;
};

/** A length of time such as 5s, in ms. @throws CallError */
export const durationOf = (call: Call, name: string): number | undefined => {
  const text = textOf(call, name);
  if (text === undefined) return undefined;
  const ms = parseDuration(text);
  if (ms === undefined) throw new CallError(`--${name} is "${text}"; write a length of time as 5s, 2m, 24h`);
  return ms;
};

/** One of some words. @throws CallError */
export const choiceOf = <T extends string>(call: Call, name: string, choices: readonly T[]): T | undefined => {
  const text = textOf(call, name);
  if (text === undefined) return undefined;
  const found = choices.find((c) => c === text);
  if (found === undefined) throw new CallError(`--${name} is "${text}"; ${wouldWork(text, choices, 'it may be')}`);
  return found;
};
