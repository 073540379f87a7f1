// JSON_VALUE and JSON_EXISTS as closures.
import { type Found, findJson, type JsonPath, parseJsonPath, RawNumber } from './json-path.ts';
import type { Call, Evaluator } from './logic.ts';
import type { Value } from './types.ts';

const pathOf = (e: Call): JsonPath => {
  const [, path] = e.args;
  return (path?.kind === 'literal' && typeof path.value === 'string' ? parseJsonPath(path.value) : null) ?? [];
};

const textOf = (value: boolean | string | RawNumber): string =>
  value instanceof RawNumber ? numberText(value.text) : String(value);

/** As Java's BigDecimal prints what is written: 1.50, 1E+3, 1E-7; an integer as it is. */
const numberText = (raw: string): string => {
  const found = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(raw);
  if (!found || !/[.eE]/.test(raw)) return raw === '-0' ? '0' : raw;
  const digits = `${found[2]}${found[3] ?? ''}`.replace(/^0+(?=\d)/, '');
  const sign = /^0+$/.test(digits) ? '' : found[1];
  const scale = (found[3]?.length ?? 0) - Number(found[4] ?? 0);
  const first = digits.length - 1 - scale; // the exponent of the first digit
  if (scale >= 0 && first >= -6) {
    const padded = digits.padStart(scale + 1, '0');
    return sign + (scale === 0 ? padded : `${padded.slice(0, -scale)}.${padded.slice(-scale)}`);
  }
  const fraction = digits.length > 1 ? `.${digits.slice(1)}` : '';
  const exponent = first === 0 ? '' : `E${first > 0 ? '+' : ''}${first}`;
  return `${sign}${digits[0]}${fraction}${exponent}`;
};

export const json = (e: Call, args: readonly Evaluator[]): Evaluator => {
  const path = pathOf(e);
  const [text, , onError] = args;
  const find = (row: readonly Value[]): Found | null => {
    const value = text?.(row) ?? null;
    return value === null ? null : findJson(value as string, path);
  };
  if (e.fn === 'JSON_EXISTS')
    return (row) => {
      const found = find(row);
      if (found === null) return null;
      return found.kind === 'nested' || (found.kind === 'value' && found.value !== null); // a JSON null does not exist
    };
  return (row) => {
    const found = find(row);
    if (found === null) return null;
    // A JSON null is no value either, in Flink's reading.
    return found.kind === 'value' && found.value !== null ? textOf(found.value) : (onError?.(row) ?? null);
  };
};
