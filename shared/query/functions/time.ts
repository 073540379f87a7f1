// Functions of time, all in UTC. A DATE is days since the epoch, a TIMESTAMP ms.
import { DAY_MS } from '../instants.ts';
import type { Expr } from '../plan.ts';
import { BIGINT, STRING } from '../type-rules.ts';
import type { SqlType, Value } from '../types.ts';
import { dateFormat, formatMistake } from './date-format.ts';
import { constantText, type FunctionDef } from './define.ts';

const typeOf = (args: readonly Expr[]): SqlType => args[0]?.type ?? { kind: 'TIMESTAMP' };
const msOf = (type: SqlType, value: Value): number =>
  type.kind === 'DATE' ? (value as number) * DAY_MS : (value as number);

const dayOfYear = (d: Date): number => Math.floor((d.getTime() - new Date(d.getTime()).setUTCMonth(0, 1)) / DAY_MS) + 1;
/** The week of ISO 8601: it belongs to the year of its Thursday. */
const isoWeek = (d: Date): number => {
  const thursday = new Date(d.getTime() + (4 - (d.getUTCDay() || 7)) * DAY_MS);
  return Math.floor((dayOfYear(thursday) - 1) / 7) + 1;
};

const PARTS: Readonly<Record<string, (d: Date) => number>> = {
  YEAR: (d) => d.getUTCFullYear(),
  QUARTER: (d) => Math.floor(d.getUTCMonth() / 3) + 1,
  MONTH: (d) => d.getUTCMonth() + 1,
  WEEK: isoWeek,
  DAY: (d) => d.getUTCDate(),
  DOY: dayOfYear,
  DOW: (d) => d.getUTCDay() + 1,
  HOUR: (d) => d.getUTCHours(),
  MINUTE: (d) => d.getUTCMinutes(),
  SECOND: (d) => d.getUTCSeconds(),
};

const part = (name: string) => (call: Extract<Expr, { kind: 'call' }>, unit: string) => {
  const take = PARTS[name === 'EXTRACT' ? unit : name];
  if (!take) throw new RangeError(`no such part of time: ${unit}`);
  const type = typeOf(call.args);
  return (a: Value): Value => BigInt(take(new Date(msOf(type, a))));
};

const FUNCTION_FORMS = { DAYOFYEAR: 'DOY', DAYOFMONTH: 'DAY', DAYOFWEEK: 'DOW' } as const;
const SAME_NAME = ['YEAR', 'QUARTER', 'MONTH', 'WEEK', 'HOUR', 'MINUTE', 'SECOND'] as const;

/** The start of the unit that holds the instant. */
const floorTo = (unit: string, ms: number): number => {
  const sizes: Readonly<Record<string, number>> = { SECOND: 1000, MINUTE: 60_000, HOUR: 3_600_000, DAY: DAY_MS };
  const size = sizes[unit];
  if (size) return Math.floor(ms / size) * size;
  const d = new Date(ms);
  const month = unit === 'YEAR' ? 0 : unit === 'QUARTER' ? Math.floor(d.getUTCMonth() / 3) * 3 : d.getUTCMonth();
  const first = new Date(0);
  first.setUTCFullYear(d.getUTCFullYear(), month, 1);
  return first.getTime();
};
/** The start of the next unit, or the instant itself when a unit starts with it. */
const ceilTo = (unit: string, ms: number): number => {
  const start = floorTo(unit, ms);
  if (start === ms) return ms;
  const longest: Readonly<Record<string, number>> = { MONTH: 31, QUARTER: 92, YEAR: 366 };
  const days = longest[unit];
  const sizes: Readonly<Record<string, number>> = { SECOND: 1000, MINUTE: 60_000, HOUR: 3_600_000, DAY: DAY_MS };
  return days ? floorTo(unit, start + days * DAY_MS) : start + (sizes[unit] ?? DAY_MS);
};

const UNITS = ['YEAR', 'QUARTER', 'MONTH', 'DAY', 'HOUR', 'MINUTE', 'SECOND'];

const toUnit =
  (move: (unit: string, ms: number) => number) => (call: Extract<Expr, { kind: 'call' }>, unit: string) => {
    const type = typeOf(call.args);
    return (a: Value): Value => {
      const ms = move(unit, msOf(type, a));
      return type.kind === 'DATE' ? Math.floor(ms / DAY_MS) : ms;
    };
  };

export const TIME_FUNCTIONS: readonly FunctionDef[] = [
  { name: 'EXTRACT', takes: ['MOMENT'], units: Object.keys(PARTS), gives: BIGINT, run: part('EXTRACT') },
  ...SAME_NAME.map((name): FunctionDef => ({ name, takes: ['MOMENT'], gives: BIGINT, run: part(name) })),
  ...Object.entries(FUNCTION_FORMS).map(
    ([name, unit]): FunctionDef => ({ name, takes: ['MOMENT'], gives: BIGINT, run: part(unit) }),
  ),
  { name: 'FLOOR TO', takes: ['MOMENT'], units: UNITS, gives: typeOf, run: toUnit(floorTo) },
  { name: 'CEIL TO', takes: ['MOMENT'], units: UNITS, gives: typeOf, run: toUnit(ceilTo) },
  {
    name: 'DATE_FORMAT',
    takes: ['INSTANT', 'STRING'],
    gives: STRING,
    refuse: (args) => {
      const format = constantText(args[1]);
      return format === null ? 'the format must be a constant text' : formatMistake(format);
    },
    run: (call) => {
      const format = dateFormat(constantText(call.args[1]) ?? '');
      return (a) => format(a as number);
    },
  },
];
