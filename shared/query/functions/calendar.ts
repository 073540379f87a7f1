// TIMESTAMPADD and TIMESTAMPDIFF: whole units of the calendar, in UTC.
import { DAY_MS } from '../instants.ts';
import type { Expr } from '../plan.ts';
import { INT, TIMESTAMP } from '../type-rules.ts';
import type { SqlType, Value } from '../types.ts';
import type { FunctionDef, Run } from './define.ts';

const MS: Readonly<Record<string, number>> = {
  SECOND: 1000,
  MINUTE: 60_000,
  HOUR: 3_600_000,
  DAY: DAY_MS,
  WEEK: 7 * DAY_MS,
};
const MONTHS: Readonly<Record<string, number>> = { MONTH: 1, QUARTER: 3, YEAR: 12 };
const UNITS = [...Object.keys(MS), ...Object.keys(MONTHS)];

type Call = Extract<Expr, { kind: 'call' }>;
const typeAt = (args: readonly Expr[], index: number): SqlType => args[index]?.type ?? TIMESTAMP;
const msOf = (type: SqlType, v: Value): number => (type.kind === 'DATE' ? Number(v) * DAY_MS : Number(v));

const floorDay = (ms: number): number => Math.floor(ms / DAY_MS) * DAY_MS;

/** The same day some months on, or the last of that month when it has no such day. */
const addMonths = (ms: number, months: number): number => {
  const day = Math.floor(ms / DAY_MS);
  const date = new Date(day * DAY_MS);
  const first = new Date(0);
  first.setUTCFullYear(date.getUTCFullYear(), date.getUTCMonth() + months, 1);
  const next = new Date(first);
  next.setUTCMonth(next.getUTCMonth() + 1);
  const last = Math.round((next.getTime() - first.getTime()) / DAY_MS);
  return first.getTime() + (Math.min(date.getUTCDate(), last) - 1) * DAY_MS + (ms - day * DAY_MS);
};

const add = (call: Call, unit: string): Run => {
  const type = typeAt(call.args, 1);
  return (n, at) => {
    const [count, ms] = [Number(n), msOf(type, at)];
    const moved = MONTHS[unit] ? addMonths(ms, count * MONTHS[unit]) : ms + count * (MS[unit] ?? 0);
    return type.kind === 'DATE' ? Math.floor(moved / DAY_MS) : moved;
  };
};

/** Whole months from one day to another, toward zero: how often a month can be added before the day is passed. */
const monthsOfDays = (from: number, to: number): number => {
  if (to < from) return -monthsOfDays(to, from);
  let months = Math.floor((to - from) / (31 * DAY_MS));
  while (addMonths(from, months) < to && addMonths(from, months + 1) <= to) months++;
  return months;
};

/** As Calcite counts them: by days, and one less when the day is met but not yet its time. */
const monthsBetween = (from: number, to: number): number => {
  const [a, b] = [floorDay(from), floorDay(to)];
  const months = monthsOfDays(a, b);
  return addMonths(a, months) === b && to - b < from - a ? months - 1 : months;
};

const difference = (call: Call, unit: string): Run => {
  const [from, to] = [typeAt(call.args, 0), typeAt(call.args, 1)];
  return (a, b) => {
    const [x, y] = [msOf(from, a), msOf(to, b)];
    if (MONTHS[unit]) return Math.trunc(monthsBetween(x, y) / MONTHS[unit]) | 0;
    return Math.trunc((y - x) / (MS[unit] ?? 1)) | 0;
  };
};

export const CALENDAR_FUNCTIONS: readonly FunctionDef[] = [
  {
    name: 'TIMESTAMPADD',
    takes: ['INT', 'MOMENT'],
    units: UNITS,
    gives: (args) => typeAt(args, 1),
    // Hours of a DATE would give a TIMESTAMP(6), a precision that is not taken.
    refuse: (args, unit) =>
      typeAt(args, 1).kind === 'DATE' && (MS[unit] ?? DAY_MS) < DAY_MS ? `${unit} added to a DATE` : null,
    run: add,
  },
  { name: 'TIMESTAMPDIFF', takes: ['MOMENT', 'MOMENT'], units: UNITS, gives: INT, run: difference },
];
