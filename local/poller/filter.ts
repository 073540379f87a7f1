// FilterCriteria of a mapping: EventBridge patterns over a record's metadata and its data as JSON.
import type { StreamRecord } from '../../shared/trigger/batch.ts';

type Field = unknown;
type Test = (value: Field, present: boolean) => boolean;
type Pattern = { readonly [name: string]: unknown };

const isObject = (x: unknown): x is Pattern => typeof x === 'object' && x !== null && !Array.isArray(x);
const refuse = (rule: unknown): never => {
  throw new RangeError(`filter pattern: ${JSON.stringify(rule)} is not understood`);
};

const COMPARE: Readonly<Record<string, (a: number, b: number) => boolean>> = {
  '=': (a, b) => a === b,
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
  '>': (a, b) => a > b,
  '>=': (a, b) => a >= b,
};

const numeric = (rule: unknown): Test => {
  if (!Array.isArray(rule) || rule.length === 0 || rule.length % 2 !== 0) return refuse({ numeric: rule });
  const parts = Array.from({ length: rule.length / 2 }, (_, i) => {
    const compare = COMPARE[String(rule[2 * i])];
    const bound: unknown = rule[2 * i + 1];
    return compare && typeof bound === 'number' ? (n: number) => compare(n, bound) : refuse({ numeric: rule });
  });
  return (value) => typeof value === 'number' && parts.every((part) => part(value));
};

/** One element of a leaf's list: a value to equal, or `{prefix}`, `{suffix}`, `{exists}`, `{numeric}`, `{anything-but}`, `{equals-ignore-case}`. */
const testOf = (rule: unknown): Test => {
  if (!isObject(rule)) return (value, present) => present && value === rule;
  const [entry, ...more] = Object.entries(rule);
  if (entry === undefined || more.length > 0) return refuse(rule);
  const [name, wanted] = entry;
  const text = (test: (value: string, wanted: string) => boolean): Test =>
    typeof wanted === 'string' ? (value) => typeof value === 'string' && test(value, wanted) : refuse(rule);
  switch (name) {
    case 'exists':
      return typeof wanted === 'boolean' ? (_, present) => present === wanted : refuse(rule);
    case 'prefix':
      return text((value, w) => value.startsWith(w));
    case 'suffix':
      return text((value, w) => value.endsWith(w));
    case 'equals-ignore-case':
      return text((value, w) => value.toLowerCase() === w.toLowerCase());
    case 'numeric':
      return numeric(wanted);
    case 'anything-but': {
      const tests = (Array.isArray(wanted) ? wanted : [wanted]).map(testOf);
      return (value, present) => present && !tests.some((test) => test(value, true));
    }
    default:
      return refuse(rule);
  }
};

type Matcher = (value: unknown) => boolean;
const matcherOf = (pattern: Pattern): Matcher => {
  const parts = Object.entries(pattern).map(([name, rule]): Matcher => {
    if (name === '$or' && Array.isArray(rule)) {
      const either = rule.map((r) => (isObject(r) ? matcherOf(r) : refuse(rule)));
      return (value) => either.some((match) => match(value));
    }
    if (isObject(rule)) {
      const inner = matcherOf(rule);
      return (value) => inner(isObject(value) ? value[name] : undefined);
    }
    if (!Array.isArray(rule)) return refuse({ [name]: rule });
    const tests = rule.map(testOf);
    return (value) => {
      const present = isObject(value) && Object.hasOwn(value, name);
      const field = present ? value[name] : undefined;
      // A field that is a list matches when one of its elements does.
      const fields: readonly unknown[] = Array.isArray(field) ? field : [field];
      return fields.some((f) => tests.some((test) => test(f, present)));
    };
  });
  return (value) => parts.every((part) => part(value));
};

const KNOWN = ['partitionKey', 'sequenceNumber', 'kinesisSchemaVersion', 'approximateArrivalTimestamp', 'data', '$or'];
const jsonOf = (data: Uint8Array): unknown => {
  try {
    return JSON.parse(Buffer.from(data).toString());
  } catch {
    return undefined;
  }
};

/**
 * Whether a record passes: one pattern that matches is enough. Data that is not JSON matches no pattern over `data`.
 * @throws RangeError for a pattern that is not understood, when the filter is made
 */
export const filterOf = (patterns: readonly unknown[]): ((record: StreamRecord) => boolean) => {
  if (patterns.length === 0) return () => true;
  const matchers = patterns.map((pattern): Matcher => {
    if (!isObject(pattern) || !Object.keys(pattern).every((k) => KNOWN.includes(k))) return refuse(pattern);
    const match = matcherOf(pattern);
    const overData = JSON.stringify(pattern).includes('"data":');
    return (seen) => !(overData && isObject(seen) && seen.data === undefined) && match(seen);
  });
  return (record) => {
    const seen = {
      partitionKey: record.partitionKey,
      sequenceNumber: record.seq,
      kinesisSchemaVersion: '1.0',
      approximateArrivalTimestamp: record.arrival / 1000,
      data: jsonOf(record.data),
    };
    return matchers.some((match) => match(seen));
  };
};
