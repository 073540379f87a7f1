// All built-in functions by name. COALESCE, CASE, CAST and the operators are in operators.ts.
import type { FunctionDef } from './define.ts';
import { NUMBER_FUNCTIONS } from './numbers.ts';
import { TEXT_FUNCTIONS } from './text.ts';
import { TIME_FUNCTIONS } from './time.ts';

const ALL: readonly FunctionDef[] = [...TEXT_FUNCTIONS, ...NUMBER_FUNCTIONS, ...TIME_FUNCTIONS];

export const FUNCTIONS: ReadonlyMap<string, FunctionDef> = new Map(ALL.map((f) => [f.name, f]));
