// TUMBLE, HOP, CUMULATE and SESSION: their arguments, by position or by name.
import type { ExprNode, From, Ident, Span, WindowArg } from '../ast.ts';
import type { WindowSpec } from '../plan.ts';
import { didYouMean, listed, type Problems } from '../problem.ts';
import { intervalMs } from './literals.ts';

/** Flink's names and order. */
const PARAMETERS: Readonly<Record<string, readonly string[]>> = {
  TUMBLE: ['DATA', 'TIMECOL', 'SIZE'],
  HOP: ['DATA', 'TIMECOL', 'SLIDE', 'SIZE'],
  CUMULATE: ['DATA', 'TIMECOL', 'STEP', 'SIZE'],
  SESSION: ['DATA', 'TIMECOL', 'GAP'],
};
const SHAPES: Readonly<Record<string, string>> = {
  TUMBLE: "TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '1' MINUTE)",
  HOP: "HOP(TABLE t, DESCRIPTOR(ts), INTERVAL '10' SECOND, INTERVAL '1' MINUTE), slide before size",
  CUMULATE: "CUMULATE(TABLE t, DESCRIPTOR(ts), INTERVAL '10' MINUTE, INTERVAL '1' DAY), step before size",
  SESSION: "SESSION(TABLE t PARTITION BY k, DESCRIPTOR(ts), INTERVAL '30' MINUTE)",
};

export type WindowCall = {
  readonly table: Ident;
  readonly partitionBy: readonly Ident[];
  readonly time: Ident;
  readonly spec: WindowSpec;
};

const byName = (
  fn: string,
  node: Extract<From, { kind: 'window' }>,
  problems: Problems,
): ReadonlyMap<string, WindowArg> | null => {
  const names = PARAMETERS[fn] ?? [];
  const found = new Map<string, WindowArg>();
  const before = problems.count();
  for (const [i, arg] of node.args.entries()) {
    const name = arg.name?.name ?? names[i];
    if (name === undefined || name === 'OFFSET')
      problems.notYet(
        arg.value.at,
        `a window offset in ${fn}`,
        'leave it out; windows are aligned to the epoch in UTC',
      );
    else if (!names.includes(name))
      problems.add(
        arg.name?.at ?? node.at,
        `${fn}: unknown argument ${name}.${didYouMean(name, names)} Arguments, in capitals: ${names.join(', ')}`,
      );
    else if (found.has(name)) problems.add(arg.value.at, `${fn}: the argument ${name} stands twice`);
    else found.set(name, arg);
  }
  const missing = names.filter((name) => !found.has(name));
  if (missing.length > 0 && problems.count() === before)
    problems.add(
      node.fn.at,
      `${fn}: ${listed(missing)} ${missing.length > 1 ? 'are' : 'is'} missing; write ${SHAPES[fn]}`,
    );
  return problems.count() === before ? found : null;
};

const length = (fn: string, name: string, expr: ExprNode, problems: Problems): number | null => {
  if (expr.kind !== 'interval') {
    problems.add(expr.at, `${fn}: ${name} must be an interval such as INTERVAL '1' MINUTE`);
    return null;
  }
  const ms = intervalMs(expr, problems);
  if (ms !== null && ms <= 0) problems.add(expr.at, `${fn}: ${name} must be longer than nothing`);
  return ms !== null && ms > 0 ? ms : null;
};

const specOf = (
  fn: string,
  lengths: Readonly<Record<string, number>>,
  at: Span,
  problems: Problems,
): WindowSpec | null => {
  const { SIZE: size = 0, SLIDE: slide = 0, STEP: step = 0, GAP: gap = 0 } = lengths;
  if (fn === 'TUMBLE') return { kind: 'tumble', size };
  if (fn === 'SESSION') return { kind: 'session', gap };
  const [part, ms] = fn === 'HOP' ? ['slide', slide] : ['step', step];
  if (size % ms === 0) return fn === 'HOP' ? { kind: 'hop', size, slide } : { kind: 'cumulate', size, step };
  const swapped = ms % size === 0 ? `; the ${part} comes first, then the size` : '';
  problems.add(at, `${fn}: the size (${size / 1000} s) must be a multiple of the ${part} (${ms / 1000} s)${swapped}`);
  return null;
};

export const checkWindowCall = (node: Extract<From, { kind: 'window' }>, problems: Problems): WindowCall | null => {
  const fn = node.fn.name;
  if (!PARAMETERS[fn]) {
    problems.add(
      node.fn.at,
      `FROM TABLE: unknown window function ${fn}.${didYouMean(fn, Object.keys(PARAMETERS))} Windows: ${Object.keys(PARAMETERS).join(', ')}`,
    );
    return null;
  }
  const args = byName(fn, node, problems);
  if (!args) return null;
  const before = problems.count();
  const [data, time] = [args.get('DATA')?.value, args.get('TIMECOL')?.value];
  const lengths: Record<string, number> = {};
  for (const [name, arg] of args)
    if (name === 'SIZE' || name === 'SLIDE' || name === 'STEP' || name === 'GAP') {
      if (arg.value.kind === 'expr') lengths[name] = length(fn, name, arg.value.expr, problems) ?? 0;
      else problems.add(arg.value.at, `${fn}: ${name} must be an interval; write ${SHAPES[fn]}`);
    }
  if (data?.kind !== 'table')
    problems.add(data?.at ?? node.at, `${fn}: the first argument is TABLE and a name; write ${SHAPES[fn]}`);
  if (time?.kind !== 'descriptor' || time.columns.length !== 1)
    problems.add(time?.at ?? node.at, `${fn}: event time is named by DESCRIPTOR(column); write ${SHAPES[fn]}`);
  if (data?.kind === 'table' && data.partitionBy.length > 0 && fn !== 'SESSION')
    problems.add(data.at, `${fn}: PARTITION BY belongs to SESSION; here the keys stand in GROUP BY`);
  if (problems.count() > before || data?.kind !== 'table' || time?.kind !== 'descriptor') return null;
  const spec = specOf(fn, lengths, node.fn.at, problems);
  const [column] = time.columns;
  return spec && column ? { table: data.table, partitionBy: data.partitionBy, time: column, spec } : null;
};
