// Rows that no function of a stage would record: their table's function is switched off.
import type { Plan } from '../../shared/query/plan.ts';
import type { UserError } from '../../shared/user-error.ts';
import type { ReferenceTable } from '../build/references.ts';
import type { Template } from '../template/template.ts';
import { SWITCH } from './grants.ts';
import { FUNCTION, recorded } from './of-connector.ts';

/** Of sources whose changes `remember` would keep, were it among the functions of the stage. */
export const unremembered = (
  references: readonly ReferenceTable[],
  { functions }: Pick<Template, 'functions'>,
): readonly UserError[] =>
  functions.some((f) => f.name === 'remember')
    ? []
    : references.flatMap(({ name, filledBy }): readonly UserError[] => {
        if (filledBy === undefined) return [];
        const message = `the changes of ${filledBy} would not reach the reference table ${name}, because remember is switched off; deploy with --param remember=on`;
        return [{ file: 'sources.yml', line: 0, col: 0, message }];
      });

/** One for each table that gets rows and whose function is not among those of the stage, at its CREATE TABLE. */
export const unrecorded = (plan: Plan, { functions }: Pick<Template, 'functions'>): readonly UserError[] => {
  const here = new Set(functions.map((f) => f.name));
  return recorded(plan).flatMap(({ name, connector, at }): readonly UserError[] => {
    const fn = FUNCTION[connector];
    if (fn === undefined || here.has(fn)) return [];
    const message = `CREATE TABLE ${name}: its rows would go nowhere, because ${fn} is switched off; deploy with --param ${SWITCH[connector]}=on`;
    return [{ file: at.file, line: at.line, col: at.col, message }];
  });
};
