// The WITH options of a table: ours begin with `millrace.`, the others are the connector's and pass through.

import { nearest } from '../../did-you-mean.ts';
import { type Ms, minutes } from '../../time.ts';
import type { CreateTable, OptionNode } from '../ast.ts';
import { didYouMean, type Problems } from '../problem.ts';
import { CONNECTORS, type Connector, checkConnector } from './connectors.ts';

export type Options = {
  readonly connector: Connector | null;
  readonly types: readonly string[];
  readonly ahead: Ms;
  readonly lateness: Ms;
  /** Of the rows of a key, only a breach and its end are sent. */
  readonly alert: boolean;
  /** The connector's own options, as written. */
  readonly others: Readonly<Record<string, string>>;
};

const OURS = [
  'millrace.type',
  'millrace.ahead',
  'millrace.lateness',
  'millrace.early',
  'millrace.ttl',
  'millrace.alert',
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

const duration = (option: OptionNode, problems: Problems, otherwise: Ms): Ms => {
  const ms = parseDuration(option.value);
  if (ms === null)
    problems.add(
      option.valueAt,
      `WITH: '${option.key}' = '${option.value}' is no duration; write '10 s', '5 min' or '24 h'`,
    );
  return ms ?? otherwise;
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

export const checkOptions = (node: CreateTable, known: readonly string[], problems: Problems): Options => {
  const byKey = new Map<string, OptionNode>();
  let ahead = minutes(5);
  let lateness = 0;
  let alert = false;
  let types: readonly string[] = [];
  const others: Record<string, string> = {};
  for (const option of node.options) {
    const { key } = option;
    if (byKey.has(key)) problems.add(option.keyAt, `WITH: '${key}' stands twice`);
    byKey.set(key, option);
    if (key === 'millrace.type') types = eventTypes(option, known, problems);
    else if (key === 'millrace.ahead') ahead = duration(option, problems, ahead);
    else if (key === 'millrace.lateness') lateness = duration(option, problems, lateness);
    else if (key === 'millrace.alert') {
      alert = option.value === 'true';
      if (!/^(true|false)$/.test(option.value))
        problems.add(option.valueAt, `WITH: 'millrace.alert' = '${option.value}'; write 'true' or 'false'`);
    } else if (key === 'millrace.early')
      problems.add(
        option.keyAt,
        "WITH: 'millrace.early' is not yet taken; windows give one row when they close, and revisions by 'millrace.lateness'",
      );
    else if (key === 'millrace.ttl')
      problems.add(
        option.keyAt,
        "WITH: 'millrace.ttl' is not yet taken; it belongs to queries without a window, which come later",
      );
    else if (/^millrace\b/.test(key))
      problems.add(
        option.keyAt,
        `WITH: unknown option '${key}'.${didYouMean(key, OURS)} Options of Millrace: ${OURS.join(', ')}`,
      );
    else others[key] = option.value;
  }
  const type = byKey.get('millrace.type');
  const early = byKey.get('millrace.ahead');
  const late = byKey.get('millrace.lateness');
  if (type && early && byKey.get('connector')?.value === 'filesystem')
    problems.add(
      early.keyAt,
      "WITH: 'millrace.ahead' belongs to the kinesis table of the same events; this table keeps them in the lake",
    );
  if (!type && early)
    problems.add(early.keyAt, "WITH: 'millrace.ahead' belongs to a source; this table has no 'millrace.type'");
  if (type && late)
    problems.add(
      late.keyAt,
      "WITH: 'millrace.lateness' belongs to a destination; this table is a source ('millrace.type')",
    );
  if (late && lateness > 0 && byKey.get('connector')?.value === 'filesystem')
    problems.add(
      late.keyAt,
      "WITH: 'millrace.lateness' does not go with 'filesystem': files of the lake are written once, so a row there cannot be revised; write into a dynamodb or kinesis table",
    );
  const found = connector(node, byKey.get('connector'), problems);
  checkConnector(node, found, problems);
  return { connector: found, types, ahead, lateness, alert, others };
};
