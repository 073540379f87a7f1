// Functions that take values of one type, whichever it is, or are written out as others: CASE, COALESCE, TRY_CAST, %.
import type { CallNode } from '../ast.ts';
import type { Expr } from '../plan.ts';
import { BOOLEAN, DATE, isNested, STRING, TIMESTAMP, typeText } from '../type-rules.ts';
import type { SqlType } from '../types.ts';
import { castTo, commonOf, refuseNull, writtenCast } from './coerce.ts';
import { isNull, literal } from './literals.ts';
import { alike, asBoolean, checkBinary } from './operators.ts';
import { call, type Scope } from './scope.ts';

const coalesce = (node: CallNode, args: readonly Expr[], scope: Scope): Expr | null => {
  const type = commonOf(args);
  if (args.length > 0 && args.every(isNull)) refuseNull(node.at, literal(null, BOOLEAN), scope.problems);
  else if (type !== null && args.length > 0)
    return call(
      'COALESCE',
      args.map((e) => castTo(e, type)),
      type,
    );
  else {
    const found = args.map((e) => typeText(e.type)).join(', ');
    scope.problems.add(node.at, `${scope.clause}: COALESCE takes values of one type, found ${found || 'none'}`);
  }
  return null;
};

/** IF(condition, a, b), IFNULL(a, b): written out as CASE and COALESCE. */
const ifElse = (node: CallNode, args: readonly Expr[], scope: Scope): Expr | null => {
  const [when, a, b] = args;
  if (!when || !a || !b || args.length !== 3) {
    scope.problems.add(node.at, `${scope.clause}: IF takes a condition and two values`);
    return null;
  }
  const condition = asBoolean(node.args[0]?.at ?? node.at, 'IF', when, scope.problems);
  if (!condition || (isNull(a) && isNull(b) && refuseNull(node.at, a, scope.problems))) return null;
  const type = commonOf([a, b]);
  if (type) return call('CASE', [condition, castTo(a, type), castTo(b, type)], type);
  scope.problems.add(
    node.at,
    `${scope.clause}: both values of IF must be of one type, found ${typeText(a.type)} and ${typeText(b.type)}`,
  );
  return null;
};

/** GREATEST and LEAST of one type; NULL as soon as one is. */
const extreme = (name: string, node: CallNode, args: readonly Expr[], scope: Scope): Expr | null => {
  const type = commonOf(args);
  if (type && args.length > 0 && !args.some((e) => refuseNull(node.at, e, scope.problems)) && !isNested(type))
    return call(
      name,
      args.map((e) => castTo(e, type)),
      type,
    );
  const found = args.map((e) => typeText(e.type)).join(', ');
  if (!args.some(isNull))
    scope.problems.add(node.at, `${scope.clause}: ${name} takes plain values of one type, found ${found || 'none'}`);
  return null;
};

/** TO_TIMESTAMP and TO_DATE of a text are TRY_CAST. */
const readTime = (node: CallNode, args: readonly Expr[], type: SqlType, scope: Scope): Expr | null => {
  const [text, format] = args;
  if (format)
    scope.problems.notYet(
      node.at,
      `${node.name.name.toUpperCase()} with a format`,
      'send the time as 2026-03-01 12:00:00.000, or cut it up by SUBSTRING and ||',
    );
  else if (text?.type.kind === 'STRING' && !refuseNull(node.at, text, scope.problems))
    return writtenCast(node.at, text, type, true, scope.problems);
  else if (text?.type.kind !== 'STRING')
    scope.problems.add(node.at, `${scope.clause}: ${node.name.name.toUpperCase()} takes a text`);
  return null;
};

/** CONCAT_WS: the first text between all the others; a NULL among those is left out. */
const concatWith = (node: CallNode, args: readonly Expr[], scope: Scope): Expr | null => {
  const wrong = args.find((e) => e.type.kind !== 'STRING');
  if (args.length > 1 && !wrong) return call('CONCAT_WS', args, STRING);
  const found = wrong ? typeText(wrong.type) : `${args.length} values`;
  scope.problems.add(node.at, `${scope.clause}: CONCAT_WS takes a separator and texts, found ${found}`);
  return null;
};

const nullIf = (node: CallNode, args: readonly Expr[], scope: Scope): Expr | null => {
  const [a, b] = args;
  if (!a || !b || args.length !== 2) {
    scope.problems.add(node.at, `${scope.clause}: NULLIF takes two values`);
    return null;
  }
  if (refuseNull(node.at, a, scope.problems)) return null;
  const both = alike(node.at, 'NULLIF', a, b, scope.problems);
  return both && call('CASE', [call('=', both, BOOLEAN), literal(null, a.type), a], a.type);
};

/** By name; undefined where there is no such function of so many arguments, null after a report. */
export const WRITTEN_OUT: Readonly<
  Record<string, (node: CallNode, args: readonly Expr[], scope: Scope) => Expr | null | undefined>
> = {
  COALESCE: coalesce,
  NULLIF: nullIf,
  IF: ifElse,
  IFNULL: (node, args, scope) => (args.length === 2 ? coalesce(node, args, scope) : undefined),
  GREATEST: (node, args, scope) => extreme('GREATEST', node, args, scope),
  LEAST: (node, args, scope) => extreme('LEAST', node, args, scope),
  TO_TIMESTAMP: (node, args, scope) => readTime(node, args, TIMESTAMP, scope),
  TO_DATE: (node, args, scope) => readTime(node, args, DATE, scope),
  CONCAT_WS: concatWith,
  MOD: (node, [a, b, more], scope) => (a && b && !more ? checkBinary(node.at, '%', a, b, scope.problems) : undefined),
};
