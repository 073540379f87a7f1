// Functions of numbers. An integer stays an integer, DECIMAL stays exact.
import {
  absDecimal,
  ceilDecimal,
  decimalOfDouble,
  doubleOfDecimal,
  fitDecimal,
  floorDecimal,
  rescale,
} from '../decimal.ts';
import type { Expr } from '../plan.ts';
import { decimal, MAX_PRECISION } from '../type-rules.ts';
import type { Decimal, SqlType, Value } from '../types.ts';
import { constantNumber, type FunctionDef, type Run } from './define.ts';

const typeOf = (args: readonly Expr[]): SqlType => args[0]?.type ?? { kind: 'INT' };
const withoutScale = (args: readonly Expr[]): SqlType => {
  const type = typeOf(args);
  return type.kind === 'DECIMAL' ? decimal(type.precision, 0) : type;
};

/** ROUND(DECIMAL(p, s), n) has n decimals at most, and one more digit before them. Flink's findRoundDecimalType. */
const roundType = (args: readonly Expr[]): SqlType => {
  const type = typeOf(args);
  const places = args.length > 1 ? constantNumber(args[1]) : 0;
  if (type.kind !== 'DECIMAL' || places === null || places >= type.scale) return type;
  const kept = Math.max(0, places);
  return decimal(Math.min(MAX_PRECISION, 1 + type.precision - type.scale + kept), kept);
};

/** Half up at `places` decimals; before the point when negative. */
const roundDecimal = (d: Decimal, places: number): Decimal => {
  if (places >= d.scale) return d;
  if (places >= 0) return rescale(d, places);
  const shifted = rescale({ unscaled: d.unscaled, scale: d.scale - places }, 0);
  return { unscaled: shifted.unscaled * 10n ** BigInt(-places), scale: 0 };
};

const round = (type: SqlType, result: SqlType, value: Value, places: number): Value => {
  switch (type.kind) {
    case 'DECIMAL': {
      const rounded = roundDecimal(value as Decimal, places);
      return result.kind === 'DECIMAL' ? fitDecimal(rounded, result.precision, result.scale) : rounded;
    }
    case 'DOUBLE': {
      const exact = decimalOfDouble(value as number);
      return exact === null ? value : doubleOfDecimal(roundDecimal(exact, places));
    }
    case 'BIGINT':
      return BigInt.asIntN(64, roundDecimal({ unscaled: value as bigint, scale: 0 }, places).unscaled);
    default:
      return Number(roundDecimal({ unscaled: BigInt(value as number), scale: 0 }, places).unscaled) | 0;
  }
};

const byKind =
  (double: (x: number) => number, exact: (x: Decimal) => Decimal) =>
  (call: Extract<Expr, { kind: 'call' }>): Run => {
    const kind = typeOf(call.args).kind;
    return kind === 'DOUBLE' ? (a) => double(a as number) : kind === 'DECIMAL' ? (a) => exact(a as Decimal) : (a) => a;
  };

const absolute = (call: Extract<Expr, { kind: 'call' }>): Run => {
  switch (typeOf(call.args).kind) {
    case 'DECIMAL':
      return (a) => absDecimal(a as Decimal);
    case 'BIGINT':
      return (a) => BigInt.asIntN(64, (a as bigint) < 0n ? -(a as bigint) : (a as bigint));
    case 'INT':
      return (a) => Math.abs(a as number) | 0;
    default:
      return (a) => Math.abs(a as number);
  }
};

/** -1, 0 or 1 in the type of the number. */
const sign = (call: Extract<Expr, { kind: 'call' }>): Run => {
  const type = typeOf(call.args);
  switch (type.kind) {
    case 'DECIMAL':
      return (a) => {
        const { unscaled } = a as Decimal;
        const one = unscaled > 0n ? 1n : unscaled < 0n ? -1n : 0n;
        return fitDecimal({ unscaled: one, scale: 0 }, type.precision, type.scale);
      };
    case 'BIGINT':
      return (a) => ((a as bigint) > 0n ? 1n : (a as bigint) < 0n ? -1n : 0n);
    default:
      return (a) => Math.sign(a as number);
  }
};

const floor = byKind(Math.floor, floorDecimal);
const ceil = byKind(Math.ceil, ceilDecimal);

export const NUMBER_FUNCTIONS: readonly FunctionDef[] = [
  { name: 'ABS', takes: ['NUMBER'], gives: typeOf, run: absolute },
  { name: 'FLOOR', takes: ['NUMBER'], gives: withoutScale, run: floor },
  { name: 'CEIL', takes: ['NUMBER'], gives: withoutScale, run: ceil },
  { name: 'CEILING', takes: ['NUMBER'], gives: withoutScale, run: ceil },
  { name: 'SIGN', takes: ['NUMBER'], gives: typeOf, run: sign },
  {
    name: 'ROUND',
    takes: ['NUMBER', 'INT'],
    optional: 1,
    gives: roundType,
    run: (call) => {
      const type = typeOf(call.args);
      const single = call.args.length < 2;
      return (a, b) => round(type, call.type, a, single ? 0 : Number(b));
    },
  },
];
