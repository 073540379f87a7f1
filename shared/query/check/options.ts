// The WITH options of a table: ours begin with `millrace.`, the others are the connector's and pass through.

import { nearest } from '../../did-you-mean.ts';
import { type Ms, minutes } from '../../time.ts';
import type { CreateTable, OptionNode } from '../ast.ts';
import { didYouMean, type Problems } from '../problem.ts';
import { CONNECTORS, type Connector, checkConnector, OF_CONNECTORS } from './connectors.ts';
import { checkTogether } from './options-together.ts';

export type Options = {
  readonly connector: Connector | null;
  readonly types: readonly string[];
  readonly ahead: Ms;
  readonly lateness: Ms;
  /** Of the rows of a key, only a breach and its end are sent. */
  readonly alert: boolean;
  readonly early: Ms | null;
  readonly ttl: Ms | null;
  /** Name of a reference table; null for all others. */
  readonly reference: string | null;
  /** The connector's own options, as written. */
  readonly others: Readonly<Record<string, string>>;
};

/** What the options of a table may name. */
export type KnownNames = {
  /** Event types that have a schema. */
  readonly types: readonly string[];
  /** Reference tables with their columns, the key first; undefined: not known here. */
  readonly references?: readonly {
    readonly name: string;
    readonly columns: readonly string[];
    /** Change data fills it; there is no file. */
    readonly filledBy?: string;
  }[];
};

const OURS = [
  'millrace.type',
  'millrace.ahead',
  'millrace.lateness',
  'millrace.early',
  'millrace.ttl',
  'millrace.alert',
  'millrace.reference',
];
const UNITS: readonly (readonly [Ms, readonly string[]])[] = [
  [1, ['ms', 'milli', 'millis', 'millisecond', 'milliseconds']],
  [1000, ['s', 'sec', 'secs', 'second', 'seconds']],
  [60_000, ['m', 'min', 'minute', 'minutes']],
  [3_600_000, ['h', 'hour', 'hours']],
  [86_400_000, ['d', 'day', 'days']],
];

/** `10 s`, `5 min`, `24 h`: the durations Flink's options take. null when it is none. */
export const parseDuration = (text: string): Ms | null => {
  const found = /^(\d{1,12})\s*([a-z]*)$/.exec(text.trim().toLowerCase());
  const unit = UNITS.find(([, names]) => names.includes(found?.[2] || 'ms'));
  return found && unit ? Number(found[1]) * unit[0] : null;
};

const duration = (option: OptionNode, problems: Problems): Ms | null => {
  const ms = parseDuration(option.value);
  if (ms === null)
    problems.add(
      option.valueAt,
      `WITH: '${option.key}' = '${option.value}' is no duration; write '10 s', '5 min' or '24 h'`,
    );
  return ms;
};

/** A duration of more than nothing. */
const span = (option: OptionNode, problems: Problems): Ms | null => {
  const ms = duration(option, problems);
  if (ms === 0)
    problems.add(option.valueAt, `WITH: '${option.key}' = '${option.value}' must be longer than nothing; write '10 s'`);
  return ms || null;
};

const truth = (option: OptionNode, problems: Problems): boolean => {
  if (!/^(true|false)$/.test(option.value))
    problems.add(option.valueAt, `WITH: '${option.key}' = '${option.value}'; write 'true' or 'false'`);
  return option.value === 'true';
};

const eventTypes = (option: OptionNode, known: readonly string[], problems: Problems): readonly string[] => {
  const types = option.value.split(',').map((t) => t.trim());
  return types.filter((type) => {
    if (known.includes(type)) return true;
    problems.add(
      option.valueAt,
      `WITH: 'millrace.type' names the event type "${type}", which no schema describes.${didYouMean(type, known)} Types: ${known.join(', ') || 'none'}`,
    );
    return false;
  });
};

const referenceName = (option: OptionNode, known: KnownNames, problems: Problems): string => {
  const names = known.references?.map((r) => r.name);
  if (names && !names.includes(option.value))
    problems.add(
      option.valueAt,
      `WITH: 'millrace.reference' = '${option.value}': there is no pipeline/reference/${option.value}.csv.${didYouMean(option.value, names)} Reference tables: ${names.join(', ') || 'none'}`,
    );
  return option.value;
};

const connector = (node: CreateTable, option: OptionNode | undefined, problems: Problems): Connector | null => {
  const found = CONNECTORS.find((name) => name === option?.value);
  if (found) return found;
  const names = CONNECTORS.map((name) => `'${name}'`).join(', ');
  if (option)
    problems.add(
      option.valueAt,
      `WITH: no connector '${option.value}'.${didYouMean(option.value, CONNECTORS)} Connectors: ${names}`,
    );
  else {
    const near = node.options.find((o) => nearest(o.key, ['connector']) !== undefined);
    const found = near ? `, found '${near.key}'` : '';
    problems.add(
      near?.keyAt ?? node.name.at,
      `CREATE TABLE ${node.name.name}: WITH ('connector' = …) is missing${found}. Connectors: ${names}`,
    );
  }
  return null;
};

export const checkOptions = (node: CreateTable, known: KnownNames, problems: Problems): Options => {
  const byKey = new Map<string, OptionNode>();
  const others: Record<string, string> = {};
  for (const option of node.options) {
    const { key } = option;
    if (byKey.has(key)) problems.add(option.keyAt, `WITH: '${key}' stands twice`);
    byKey.set(key, option);
    if (OURS.includes(key)) continue;
    if (/^millrace\b/.test(key) && !OF_CONNECTORS.includes(key))
      problems.add(
        option.keyAt,
        `WITH: unknown option '${key}'.${didYouMean(key, OURS)} Options of Millrace: ${OURS.join(', ')}`,
      );
    else others[key] = option.value;
  }
  const read = <T>(key: string, of: (option: OptionNode) => T): T | null => {
    const option = byKey.get(`millrace.${key}`);
    return option ? of(option) : null;
  };
  const reference = read('reference', (o) => referenceName(o, known, problems));
  const options: Options = {
    // Flink has many connectors for look-ups; here the rows are those of a file.
    connector: reference === null ? connector(node, byKey.get('connector'), problems) : null,
    types: read('type', (o) => eventTypes(o, known.types, problems)) ?? [],
    ahead: read('ahead', (o) => duration(o, problems)) ?? minutes(5),
    lateness: read('lateness', (o) => duration(o, problems)) ?? 0,
    alert: read('alert', (o) => truth(o, problems)) ?? false,
    early: read('early', (o) => span(o, problems)),
    ttl: read('ttl', (o) => span(o, problems)),
    reference,
    others,
  };
  checkConnector(node, options.connector, problems);
  checkTogether(node, byKey, options, problems);
  return options;
};
