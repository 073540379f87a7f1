// Function calls: which function, whether its arguments fit, and its type.
import type { CallNode } from '../ast.ts';
import type { FunctionDef, Kind } from '../functions/define.ts';
import { FUNCTIONS } from '../functions/index.ts';
import type { Expr } from '../plan.ts';
import { didYouMean } from '../problem.ts';
import { isInstant, isNumeric, typeText } from '../type-rules.ts';
import { refuseNull } from './coerce.ts';
import { call, type Scope } from './scope.ts';
import { checkUserCall } from './user-call.ts';
import { WRITTEN_OUT } from './written-out.ts';

export const AGGREGATES = new Set(['COUNT', 'SUM', 'MIN', 'MAX', 'AVG']);

const KINDS: Readonly<Record<Kind, { readonly text: string; readonly takes: (type: Expr['type']) => boolean }>> = {
  STRING: { text: 'STRING', takes: (t) => t.kind === 'STRING' },
  INT: { text: 'INT', takes: (t) => t.kind === 'INT' },
  INTEGER: { text: 'INT or BIGINT', takes: (t) => t.kind === 'INT' || t.kind === 'BIGINT' },
  NUMBER: { text: 'number', takes: isNumeric },
  MOMENT: { text: 'TIMESTAMP or DATE', takes: (t) => isInstant(t) || t.kind === 'DATE' },
  INSTANT: { text: 'TIMESTAMP', takes: isInstant },
};

/** Functions of Flink that are refused for a reason of their own. */
const REFUSED: Readonly<Record<string, string>> = {
  CURRENT_TIMESTAMP: 'use the event time column: the content of the stream fixes the result',
  NOW: 'use the event time column: the content of the stream fixes the result',
  CURRENT_WATERMARK: 'late events are counted and kept by themselves',
  PROCTIME: 'use the event time column: the content of the stream fixes the result',
  RAND: 'take the random number from the event',
  RAND_INTEGER: 'take the random number from the event',
  UUID: "use the event's own id (a METADATA column)",
  UNIX_TIMESTAMP: 'use the event time column',
  LISTAGG: 'its answer depends on the order of arrival; use MIN, MAX or COUNT(DISTINCT …)',
  FIRST_VALUE: 'use MIN of the event time',
  LAST_VALUE: 'use MAX of the event time',
  TUMBLE: 'read FROM TABLE(TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL …)) and group by window_start, window_end',
  HOP: 'read FROM TABLE(HOP(TABLE t, DESCRIPTOR(ts), INTERVAL …, INTERVAL …)) and group by window_start, window_end',
  SESSION:
    'read FROM TABLE(SESSION(TABLE t PARTITION BY k, DESCRIPTOR(ts), INTERVAL …)) and group by window_start, window_end',
  TUMBLE_START: 'select window_start',
  TUMBLE_END: 'select window_end',
  TUMBLE_ROWTIME: 'select window_time',
  ROW_NUMBER: 'write OVER (PARTITION BY … ORDER BY …) behind it, in a sub-query, and keep its first rows in WHERE',
};

const signature = (def: FunctionDef): string => {
  const shown = def.takes.map((kind, i) =>
    i >= def.takes.length - (def.optional ?? 0) ? `[${KINDS[kind].text}]` : KINDS[kind].text,
  );
  return `${def.name.split(' ')[0]}(${shown.join(', ')}${def.variadic ? ', …' : ''})`;
};

const checkArgs = (node: CallNode, def: FunctionDef, args: readonly Expr[], scope: Scope): readonly Expr[] | null => {
  const least = def.takes.length - (def.optional ?? 0);
  if (args.length < least || (!def.variadic && args.length > def.takes.length)) {
    scope.problems.add(node.at, `${scope.clause}: ${signature(def)} has ${args.length} arguments here`);
    return null;
  }
  const wrong = args.filter((arg, i) => {
    const kind = KINDS[def.takes[Math.min(i, def.takes.length - 1)] ?? 'STRING'];
    const at = node.args[i]?.at ?? node.at;
    if (refuseNull(at, arg, scope.problems)) return true;
    if (kind.takes(arg.type)) return false;
    scope.problems.add(
      at,
      `${scope.clause}: argument ${i + 1} of ${signature(def)} must be ${kind.text}, found ${typeText(arg.type)}`,
    );
    return true;
  });
  return wrong.length === 0 ? args : null;
};

const planName = (node: CallNode, def: FunctionDef, scope: Scope): string | null => {
  if (!def.units) return def.name;
  const unit = node.unit ?? (def.name === 'TRIM' ? 'BOTH' : '');
  if (def.units.includes(unit)) return `${def.name} ${unit}`;
  const hint = didYouMean(unit, def.units);
  scope.problems.add(
    node.at,
    `${scope.clause}: ${def.name.split(' ')[0]} takes the units ${def.units.join(', ')}, found ${unit || 'none'}.${hint}`,
  );
  return null;
};

const unknown = (node: CallNode, name: string, scope: Scope): null => {
  const refused = REFUSED[name];
  if (refused) scope.problems.notYet(node.at, `${name}(…) in ${scope.clause}`, refused);
  else {
    const known = [
      ...new Set([...FUNCTIONS.keys()].map((n) => n.split(' ')[0] ?? n)),
      ...AGGREGATES,
      ...Object.keys(WRITTEN_OUT),
      'JSON_EXISTS',
      'JSON_VALUE',
      ...[...scope.problems.functions.values()].flatMap((fn) => (fn ? [fn.name] : [])),
    ];
    scope.problems.add(
      node.at,
      `${scope.clause}: unknown function ${node.name.name}.${didYouMean(name, known)} Functions: ${known.sort().join(', ')}`,
    );
  }
  return null;
};

/** A call whose arguments are checked already; aggregates are the scope's. */
export const checkCall = (node: CallNode, args: readonly Expr[], scope: Scope): Expr | null => {
  const name = node.name.name.toUpperCase();
  if (node.star || node.distinct || node.filter) {
    scope.problems.add(
      node.at,
      `${scope.clause}: *, DISTINCT and FILTER belong to aggregates (COUNT, SUM, MIN, MAX, AVG), found ${name}`,
    );
    return null;
  }
  const own = checkUserCall(node, args, scope);
  if (own !== undefined) return own;
  const written = WRITTEN_OUT[name]?.(node, args, scope);
  if (written !== undefined) return written;
  const key =
    node.unit !== null && /^(FLOOR|CEIL|CEILING)$/.test(name) ? `${name.slice(0, name === 'FLOOR' ? 5 : 4)} TO` : name;
  const def = FUNCTIONS.get(key);
  if (!def || (key !== name && node.unit === null)) return unknown(node, name, scope);
  const fn = planName(node, def, scope);
  const checked = checkArgs(node, def, args, scope);
  if (fn === null || checked === null) return null;
  const mistake = def.refuse?.(checked, node.unit ?? '') ?? null;
  if (mistake !== null) {
    scope.problems.notYet(node.at, `${name}: ${mistake}`, 'write it so that it means the same everywhere');
    return null;
  }
  const type = typeof def.gives === 'function' ? def.gives(checked) : def.gives;
  return call(fn, checked, type);
};
