// JSON_VALUE and JSON_EXISTS: a constant path, and what is given when there is nothing there.
import type { ExprNode } from '../ast.ts';
import { constantText } from '../functions/define.ts';
import { parseJsonPath } from '../json-path.ts';
import type { Expr } from '../plan.ts';
import { BOOLEAN, STRING, typeText } from '../type-rules.ts';
import { refuseNull } from './coerce.ts';
import { checkExpr } from './expression.ts';
import { literal } from './literals.ts';
import { resolveType } from './resolve-type.ts';
import { call, type Scope } from './scope.ts';

/** The plan's call has the text, the path, then what is given when nothing, or no plain value, stands there. */
export const checkJson = (node: Extract<ExprNode, { kind: 'json' }>, scope: Scope): Expr | null => {
  const { problems, clause } = scope;
  const [arg, path] = [checkExpr(node.arg, scope), checkExpr(node.path, scope)];
  const type = node.returning ? resolveType(node.returning, problems) : STRING;
  if (!arg || !path || !type || refuseNull(node.arg.at, arg, problems)) return null;
  if (arg.type.kind !== 'STRING') {
    problems.add(node.arg.at, `${clause}: ${node.fn} reads a text, found ${typeText(arg.type)}`);
    return null;
  }
  const text = constantText(path);
  if (text === null || parseJsonPath(text) === null) {
    problems.notYet(
      node.path.at,
      `${node.fn} with ${text === null ? 'a path that is no constant text' : `the path '${text}'`}`,
      "write '$.name', '$.list[0]' or '$[''a name'']' and their like",
    );
    return null;
  }
  if (type.kind !== 'STRING') {
    problems.notYet(node.at, `${node.fn} RETURNING ${typeText(type)}`, 'leave it out and CAST the text');
    return null;
  }
  if (node.fn === 'JSON_EXISTS') return call('JSON_EXISTS', [arg, path], BOOLEAN);
  const other = node.onError ? checkExpr(node.onError, scope) : literal(null, STRING);
  if (other && other.type.kind !== 'STRING') {
    problems.add(
      node.onError?.at ?? node.at,
      `${clause}: DEFAULT of JSON_VALUE is a text, found ${typeText(other.type)}`,
    );
    return null;
  }
  return other && call('JSON_VALUE', [arg, path, other], STRING);
};
