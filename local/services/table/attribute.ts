// Values of items as DynamoDB's JSON has them: kept as they came, weighed and compared.
import { compareText } from '../../../shared/compare-text.ts';
import { compareNumbers, digitsOf, isNumberText, isPlain, plainNumber } from './number-text.ts';
import { invalid } from './table-error.ts';

/** One value by its type: `{ S: 'text' }`, `{ N: '12.5' }`, `{ B: base64 }`. */
export type Attribute = Readonly<Record<string, unknown>>;
export type Attributes = Readonly<Record<string, Attribute>>;

const typeOf = (value: Attribute): string => {
  const types = value === null || typeof value !== 'object' ? [] : Object.keys(value);
  if (types.length !== 1)
    throw invalid(`a value has ${types.length} types, it must have one: ${JSON.stringify(value)}`);
  return types[0] as string;
};

const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;
const base64Bytes = (text: string): number =>
  (text.length / 4) * 3 - (text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0);

const wrongValue = (type: string, value: unknown) => invalid(`${JSON.stringify(value)} is no value of type ${type}`);

const scalarBytes = (type: string, value: unknown): number => {
  if (type === 'BOOL' || type === 'NULL') {
    if (typeof value === 'boolean') return 1;
    throw wrongValue(type, value);
  }
  if (typeof value !== 'string') throw wrongValue(type, value);
  if (type === 'S') return Buffer.byteLength(value);
  if (type === 'N') {
    if (!isNumberText(value)) throw invalid(`${JSON.stringify(value)} is no number, or has more than 38 digits`);
    const digits = digitsOf(value);
    return digits === 0 ? 1 : 1 + Math.ceil(digits / 2) + (value.startsWith('-') ? 1 : 0);
  }
  if (value.length % 4 !== 0 || !BASE64.test(value)) throw wrongValue('B', value.slice(0, 40));
  return base64Bytes(value);
};

/** What a value weighs. @throws Refused for one that the service would not take */
export const valueBytes = (value: Attribute): number => {
  const type = typeOf(value);
  const of = value[type];
  switch (type) {
    case 'S':
    case 'N':
    case 'B':
    case 'BOOL':
    case 'NULL':
      return scalarBytes(type, of);
    case 'SS':
    case 'NS':
    case 'BS':
      if (!Array.isArray(of) || of.length === 0 || new Set(of).size < of.length) throw wrongValue(type, of);
      return of.reduce((sum: number, v: unknown) => sum + scalarBytes(type[0] as string, v), 0);
    case 'L':
      if (!Array.isArray(of)) throw wrongValue(type, of);
      return of.reduce((sum: number, v: Attribute) => sum + 1 + valueBytes(v), 3);
    case 'M':
      if (of === null || typeof of !== 'object') throw wrongValue(type, of);
      return 3 + Object.keys(of).length + itemBytes(of as Attributes);
    default:
      throw invalid(`${JSON.stringify(type)} is no type of a value`);
  }
};

/** Names and values of an item, in bytes. @throws Refused for a value that the service would not take */
export const itemBytes = (item: Attributes): number => {
  let sum = 0;
  for (const name in item) sum += Buffer.byteLength(name) + valueBytes(item[name] as Attribute);
  return sum;
};

const plainValue = (value: Attribute): Attribute => {
  const { N, NS, L, M } = value as {
    readonly N?: string;
    readonly NS?: string[];
    readonly L?: Attribute[];
    readonly M?: Attributes;
  };
  if (N !== undefined) return isPlain(N) ? value : { N: plainNumber(N) };
  if (NS !== undefined) return { NS: NS.map(plainNumber) };
  if (L !== undefined) return { L: L.map(plainValue) };
  return M === undefined ? value : { M: withPlainNumbers(M) };
};

/** An item with its numbers as the service gives them back; the same item when they are that already. */
export const withPlainNumbers = (item: Attributes): Attributes => {
  let out: Record<string, Attribute> | undefined;
  for (const name in item) {
    const value = item[name] as Attribute;
    const plain = plainValue(value);
    if (plain === value) continue;
    out ??= { ...item };
    out[name] = plain;
  }
  return out ?? item;
};

/** The order of two values of one type that has an order; undefined for any others. */
export const compareValues = (a: Attribute, b: Attribute): number | undefined => {
  const type = typeOf(a);
  const [x, y] = [a[type], b[type]];
  if (y === undefined) return undefined;
  if (type === 'S') return compareText(x as string, y as string);
  if (type === 'N') return compareNumbers(x as string, y as string);
  if (type === 'B') return Buffer.compare(Buffer.from(x as string, 'base64'), Buffer.from(y as string, 'base64'));
  return undefined;
};

const sameSet = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((v) => b.includes(v));

export const isSame = (a: Attribute, b: Attribute): boolean => {
  const type = typeOf(a);
  const [x, y] = [a[type], b[type]];
  if (y === undefined) return false;
  if (type === 'N') return compareNumbers(x as string, y as string) === 0;
  if (type === 'SS' || type === 'BS' || type === 'NS') return sameSet(x as string[], y as string[]);
  if (type === 'L') {
    const [p, q] = [x as readonly Attribute[], y as readonly Attribute[]];
    return p.length === q.length && p.every((v, i) => isSame(v, q[i] as Attribute));
  }
  if (type === 'M') {
    const [p, q] = [x as Attributes, y as Attributes];
    const names = Object.keys(p);
    return names.length === Object.keys(q).length && names.every((n) => q[n] && isSame(p[n] as Attribute, q[n]));
  }
  return x === y;
};
