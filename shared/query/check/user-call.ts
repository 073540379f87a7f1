// CREATE FUNCTION statements, and calls of what they name.
import type { CallNode, CreateFunction } from '../ast.ts';
import { FUNCTIONS } from '../functions/index.ts';
import type { Expr, UserFunction } from '../plan.ts';
import type { Problems } from '../problem.ts';
import { castsImplicitly, typeText } from '../type-rules.ts';
import type { KnownFunctions } from '../user-functions.ts';
import { isReserved } from '../words.ts';
import { AGGREGATES } from './calls.ts';
import { castTo } from './coerce.ts';
import { isNull } from './literals.ts';
import { call, type Scope } from './scope.ts';

/** By the name in lower case, as Flink finds them; null for one that was refused, so that calling it is no second mistake. */
export type DeclaredFunctions = Map<string, UserFunction | null>;

const WRITTEN_OUT = new Set(
  `COALESCE CONCAT_WS GREATEST IF IFNULL JSON_EXISTS JSON_VALUE LEAST MOD NULLIF TO_DATE TO_TIMESTAMP
   TUMBLE HOP CUMULATE SESSION DESCRIPTOR PROCTIME`.split(/\s+/),
);

const isTaken = (name: string): boolean =>
  WRITTEN_OUT.has(name) ||
  AGGREGATES.has(name) ||
  isReserved(name) ||
  [...FUNCTIONS.keys()].some((key) => key.split(' ')[0] === name);

const EXAMPLE = "'money.ts#toEuro', a file in pipeline/functions/ and what it exports";

/** Takes one CREATE FUNCTION into `declared`, or reports why not. */
export const declareFunction = (
  node: CreateFunction,
  known: KnownFunctions,
  declared: DeclaredFunctions,
  problems: Problems,
): void => {
  const { name, at } = node.name;
  const key = name.toLowerCase();
  const other = declared.get(key);
  const upper = name.toUpperCase();
  if (other !== undefined) {
    const where = other ? `, first in ${other.at.file}:${other.at.line}` : '';
    problems.add(at, `CREATE FUNCTION: ${name} is created twice${where}; upper and lower case are one name`);
    return;
  }
  declared.set(key, null);
  if (isTaken(upper)) {
    problems.add(at, `CREATE FUNCTION: ${upper} is a name that Flink has taken; choose another`);
    return;
  }
  const signature = known.get(node.from.text);
  if (signature)
    declared.set(key, { name, at: { file: problems.file, line: node.at.line, col: node.at.col }, ...signature });
  else if (signature === undefined)
    problems.add(node.from.at, `CREATE FUNCTION ${name}: '${node.from.text}' is not here; write ${EXAMPLE}`);
};

const shownCall = (fn: UserFunction): string => `${fn.name}(${fn.takes.map(typeText).join(', ')})`;

/** @returns undefined when no CREATE FUNCTION names it; null after a report */
export const checkUserCall = (node: CallNode, args: readonly Expr[], scope: Scope): Expr | null | undefined => {
  const fn = scope.problems.functions.get(node.name.name.toLowerCase());
  if (!fn) return fn;
  const { problems, clause } = scope;
  if (args.length !== fn.takes.length) {
    problems.add(node.at, `${clause}: ${shownCall(fn)} has ${args.length} arguments here`);
    return null;
  }
  const taken = fn.takes.flatMap((type, i) => {
    const arg = args[i];
    if (arg && (isNull(arg) || castsImplicitly(arg.type, type))) return [castTo(arg, type)];
    problems.add(
      node.args[i]?.at ?? node.at,
      `${clause}: argument ${i + 1} of ${shownCall(fn)} must be ${typeText(type)}, found ${arg ? typeText(arg.type) : 'none'}`,
    );
    return [];
  });
  return taken.length === args.length ? call(`UDF ${fn.name}`, taken, fn.gives) : null;
};
