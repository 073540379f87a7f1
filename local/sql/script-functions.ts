// The code behind a script's CREATE FUNCTION: functions/*.ts beside it.
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { UserFunctions } from '../../shared/query/evaluate.ts';
import type { UserFunction } from '../../shared/query/plan.ts';
import type { Value } from '../../shared/query/types.ts';
import { userFunctions } from '../../shared/query/user-functions.ts';

const { nativeImport }: typeof import('../sandbox/native-import.ts') = createRequire(import.meta.url)(
  '../sandbox/native-import.ts',
);

type Body = { readonly apply: (...values: Value[]) => Value };

/** @param folder holds functions/ */
export const scriptFunctions = async (folder: string, functions: readonly UserFunction[]): Promise<UserFunctions> => {
  const bodies: Record<string, Body['apply']> = {};
  for (const fn of functions) {
    const exports = await nativeImport(pathToFileURL(resolve(folder, 'functions', fn.file)).href);
    const body = exports[fn.export] as Body;
    bodies[fn.name] = (...values) => body.apply(...values);
  }
  return userFunctions(functions, bodies);
};
