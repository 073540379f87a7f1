// DynamoDB's numbers: decimal text of at most 38 significant digits, compared by value.

const NUMBER = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,4}))?$/;
const MOST_DIGITS = 38;
/** A number's least and greatest power of ten. */
const LEAST = -130;
const GREATEST = 125;

/** value = sign * 0.digits * 10^power; digits without zeros at either end; zero has none and no sign. */
type Parts = { readonly sign: 1 | -1 | 0; readonly digits: string; readonly power: number };

const partsOf = (text: string): Parts | undefined => {
  const [, sign, whole = '', fraction = '', exponent = '0'] = NUMBER.exec(text) ?? [];
  if (sign === undefined || whole.length + fraction.length === 0) return undefined;
  const all = whole + fraction;
  const start = /^0*/.exec(all)?.[0].length ?? 0;
  const digits = all.slice(start).replace(/0+$/, '');
  if (digits === '') return { sign: 0, digits: '', power: 0 };
  return { sign: sign === '-' ? -1 : 1, digits, power: whole.length - start + Number(exponent) };
};

/** Whole numbers that a double holds exactly need no taking apart. */
const isSmallWhole = (text: string): boolean => text.length <= 15 && /^-?(?:0|[1-9]\d*)$/.test(text);

export const isNumberText = (text: string): boolean => {
  if (isSmallWhole(text)) return true;
  const parts = partsOf(text);
  if (parts === undefined) return false;
  if (parts.sign === 0) return true;
  return parts.digits.length <= MOST_DIGITS && parts.power - 1 >= LEAST && parts.power - 1 <= GREATEST;
};

/** Significant digits. */
export const digitsOf = (text: string): number => partsOf(text)?.digits.length ?? 0;

/** @returns below 0, 0 or above 0 */
export const compareNumbers = (a: string, b: string): number => {
  if (isSmallWhole(a) && isSmallWhole(b)) return Number(a) - Number(b);
  const [x, y] = [partsOf(a), partsOf(b)];
  if (x === undefined || y === undefined) throw new RangeError(`${x === undefined ? a : b} is no number`);
  if (x.sign !== y.sign) return x.sign - y.sign;
  if (x.sign === 0) return 0;
  const bySize = x.power !== y.power ? x.power - y.power : x.digits === y.digits ? 0 : x.digits < y.digits ? -1 : 1;
  return x.sign * bySize;
};

const PLAIN = /^(?:0|-?[1-9]\d*|-?(?:0|[1-9]\d*)\.\d*[1-9])$/;
export const isPlain = (text: string): boolean => PLAIN.test(text);

/** As the service gives a number back: without an exponent, without zeros that say nothing. */
export const plainNumber = (text: string): string => {
  const parts = isPlain(text) ? undefined : partsOf(text);
  if (parts === undefined) return text;
  const { sign, digits, power } = parts;
  if (sign === 0) return '0';
  const whole = power <= 0 ? '0' : digits.slice(0, power).padEnd(power, '0');
  const fraction = power <= 0 ? '0'.repeat(-power) + digits : digits.slice(power);
  return `${sign < 0 ? '-' : ''}${whole}${fraction === '' ? '' : `.${fraction}`}`;
};
