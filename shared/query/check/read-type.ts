// A type from its SQL text, as a function's file writes it: 'DECIMAL(10, 2)'.
import type { UserError } from '../../user-error.ts';
import { tokensOf } from '../lexer.ts';
import { cursor } from '../parser/cursor.ts';
import { parseType } from '../parser/types.ts';
import { GiveUp, problemsOf } from '../problem.ts';
import type { SqlType } from '../types.ts';
import { resolveType } from './resolve-type.ts';

/** The type, or what is wrong with the text. */
export const readType = (text: string): SqlType | string => {
  const errors: UserError[] = [];
  const problems = problemsOf('', errors);
  try {
    const c = cursor(tokensOf(text, problems), problems);
    const type = resolveType(parseType(c), problems);
    if (type && c.peek().kind !== 'end') c.fail(`type '${text}'`, 'nothing more');
    if (type && errors.length === 0) return type;
  } catch (error) {
    if (!(error instanceof GiveUp)) throw error;
  }
  return errors.map((e) => e.message).join('; ');
};
