// All built-in functions by name. COALESCE, CASE, CAST and the operators are in operators.ts.

import { CALENDAR_FUNCTIONS } from './calendar.ts';
import type { FunctionDef } from './define.ts';
import { MORE_TEXT_FUNCTIONS } from './more-text.ts';
import { NUMBER_FUNCTIONS } from './numbers.ts';
import { TEXT_FUNCTIONS } from './text.ts';
import { TIME_FUNCTIONS } from './time.ts';

const ALL: readonly FunctionDef[] = [
  ...TEXT_FUNCTIONS,
  ...MORE_TEXT_FUNCTIONS,
  ...NUMBER_FUNCTIONS,
  ...TIME_FUNCTIONS,
  ...CALENDAR_FUNCTIONS,
];

export const FUNCTIONS: ReadonlyMap<string, FunctionDef> = new Map(ALL.map((f) => [f.name, f]));
