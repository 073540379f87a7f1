// What the adapter of a source needs to be told, in sources.yml: which fields it takes, and what they may say.
import { isMap, isScalar, isSeq, type Node } from 'yaml';
import { COLUMN_TYPES, type Column, LINE_FORMATS, type Source } from '../../shared/pipeline.ts';
import { wouldWork } from './did-you-mean.ts';
import { FRAMING_FIELDS, framingOption } from './framing-option.ts';
import { HOOK_FIELDS, hookOption } from './hook-option.ts';
import { rememberOption, restartsOption } from './remember-option.ts';

type Adapter = Source['adapter'];
export const OPTION_FIELDS = [
  'match',
  'format',
  'columns',
  'delimiter',
  'tables',
  'remember',
  'restarts',
  'framing',
  'registry',
  ...HOOK_FIELDS,
] as const;
export type OptionField = (typeof OPTION_FIELDS)[number];
export type SourceOptions = Pick<
  Source,
  'prefix' | 'format' | 'columns' | 'delimiter' | 'tables' | 'remember' | 'restarts' | 'hook' | 'framing'
>;

const FEEDERS: readonly Adapter[] = ['eventbridge', 'sns', 'sqs'];
const CHANGES: readonly Adapter[] = ['dms', 'debezium', 'dynamodb'];
const EVENTS: readonly Adapter[] = ['http', 'plain'];

export const FIELDS_OF = (adapter: Adapter): readonly OptionField[] => {
  if (EVENTS.includes(adapter)) return ['match', ...FRAMING_FIELDS];
  if (adapter === 'webhook') return HOOK_FIELDS;
  if (adapter === 'debezium') return ['match', 'tables', 'remember', 'restarts', ...FRAMING_FIELDS];
  if (CHANGES.includes(adapter)) return ['match', 'tables', 'remember', 'restarts'];
  if (adapter === 'agent') return ['match', 'format', 'columns', 'delimiter'];
  return adapter === 'iot' ? ['match'] : ['match', 'format'];
};

const formatsOf = (adapter: Adapter): readonly (typeof LINE_FORMATS)[number][] =>
  adapter === 'agent' ? LINE_FORMATS : FEEDERS.includes(adapter) ? ['json', 'plain'] : ['plain', 'json'];

type Say = (node: unknown, message: string) => void;
export type Given = ReadonlyMap<string, { readonly key: unknown; readonly value: unknown }>;

const text = (node: unknown): string | undefined =>
  isScalar(node) && typeof node.value !== 'object' ? String(node.value) : undefined;
const quoted = (node: unknown): string => JSON.stringify(text(node) ?? null);

const prefixOf = (node: unknown, say: Say): string | undefined => {
  if (!isMap(node)) {
    say(node, 'match is a mapping; write match: {prefix: orders/}');
    return undefined;
  }
  for (const { key } of node.items)
    if (text(key) !== 'prefix')
      say(key, `unknown field "${text(key)}" of match; ${wouldWork(text(key) ?? '', ['prefix'], 'fields of match')}`);
  const prefix = text(node.get('prefix', true));
  if (prefix === undefined || prefix === '')
    say(node, 'match needs prefix: how the partition keys of the source begin');
  return prefix;
};

const columnsOf = (node: unknown, say: Say): readonly Column[] | undefined => {
  const items = isSeq(node)
    ? node.items.map((item) => ({ name: item, type: undefined as unknown }))
    : isMap(node)
      ? node.items.map(({ key, value }) => ({ name: key, type: value as unknown }))
      : [];
  if (items.length === 0)
    say(node, 'columns is a list of names, or a mapping of names to types: {at: text, price: number}');
  const seen = new Set<string>();
  return items.map(({ name, type }) => {
    const column = text(name) ?? '';
    if (column === '') say(name, 'a column needs a name');
    if (seen.has(column)) say(name, `the column "${column}" stands in this list already`);
    seen.add(column);
    const found = type === undefined ? 'text' : COLUMN_TYPES.find((t) => t === text(type));
    if (found === undefined)
      say(type, `column ${column} is ${quoted(type)}; ${wouldWork(text(type) ?? '', COLUMN_TYPES, 'it may be')}`);
    return { name: column, type: found ?? 'text' };
  });
};

const tablesOf = (node: unknown, types: readonly string[], say: Say): Record<string, string | null> | undefined => {
  if (!isMap(node) || node.items.length === 0) {
    say(node, 'tables maps names of tables to event types: {shop.orders: order_change.v1, shop.audit: off}');
    return undefined;
  }
  const pairs = node.items.map(({ key, value }): [string, string | null] => {
    const type = text(value) ?? '';
    if (type === 'off' || type === 'false') return [text(key) ?? '', null];
    if (!types.includes(type))
      say(
        value,
        `unknown event type ${quoted(value)}; ${wouldWork(type, types, 'schemas/ has')}; off leaves the table out`,
      );
    return [text(key) ?? '', type];
  });
  return Object.fromEntries(pairs);
};

/**
 * @param given fields of the source by name, with their nodes
 * @param say   told of each mistake, with the node where it stands
 */
export const sourceOptions = (
  source: Pick<Source, 'name' | 'adapter' | 'types' | 'producer'>,
  given: Given,
  types: readonly string[],
  say: Say,
  at: Node | undefined,
): SourceOptions => {
  const { name, adapter } = source;
  const takes = FIELDS_OF(adapter);
  for (const field of OPTION_FIELDS) {
    const found = given.get(field);
    if (found !== undefined && !takes.includes(field))
      say(found.key, `${field} means nothing to the adapter ${adapter}; it takes ${takes.join(', ') || 'no options'}`);
  }
  const framing = takes.includes('framing') ? framingOption(given, say) : undefined;
  if (EVENTS.includes(adapter) && !given.has('framing')) {
    const found = given.get('match');
    if (found !== undefined)
      say(found.key, `match is for a source with framing; records of ${adapter} say themselves what they are`);
    return {};
  }
  if (adapter === 'webhook') {
    const hook = hookOption(source, given, types, say, at);
    return hook === undefined ? {} : { hook };
  }
  const valueOfField = (field: OptionField): unknown => (takes.includes(field) ? given.get(field)?.value : undefined);
  const has = (field: OptionField): boolean => takes.includes(field) && given.has(field);
  const formats = formatsOf(adapter);
  const format = formats.find((f) => f === text(valueOfField('format')));
  if (has('format') && format === undefined) {
    const word = text(valueOfField('format')) ?? '';
    say(
      valueOfField('format'),
      `format is ${quoted(valueOfField('format'))}; ${wouldWork(word, formats, 'it may be')}`,
    );
  }
  const prefix = has('match') ? prefixOf(valueOfField('match'), say) : undefined;
  const columns = has('columns') ? columnsOf(valueOfField('columns'), say) : undefined;
  const delimiter = has('delimiter') ? text(valueOfField('delimiter')) : undefined;
  if (has('delimiter') && (delimiter?.length !== 1 || '"\r\n'.includes(delimiter)))
    say(valueOfField('delimiter'), 'delimiter is one character between cells, no quote; write ";" or "\\t"');
  const tables = has('tables') ? tablesOf(valueOfField('tables'), types, say) : undefined;

  const remember =
    has('remember') && tables !== undefined ? rememberOption(valueOfField('remember'), tables, say) : undefined;
  const restarts = has('restarts') ? restartsOption(valueOfField('restarts'), say) : undefined;

  if (CHANGES.includes(adapter)) {
    if (!has('tables')) say(at, `source "${name}" needs tables: which event type the changes of a table are`);
  } else if (source.types.length !== 1)
    say(at, `source "${name}" needs types with one event type: what the adapter ${adapter} reads does not tell it`);
  if (adapter === 'agent') {
    if (!has('format')) say(at, `source "${name}" needs format: ${formats.join(', ')}`);
    if (format === 'csv' && !has('columns')) say(at, `source "${name}" has format csv; it needs columns`);
    for (const field of ['columns', 'delimiter'] as const)
      if (has(field) && format !== undefined && format !== 'csv')
        say(given.get(field)?.key, `${field} is for format csv; the format here is ${format}`);
  } else if (source.producer === 'kpl' && !EVENTS.includes(adapter))
    say(
      given.get('producer')?.value,
      `producer: kpl is for http, plain and agent; ${adapter} does not write by the KPL`,
    );
  return {
    ...(prefix === undefined ? {} : { prefix }),
    ...(format === undefined ? {} : { format }),
    ...(columns === undefined ? {} : { columns }),
    ...(delimiter === undefined ? {} : { delimiter }),
    ...(tables === undefined ? {} : { tables }),
    ...(framing === undefined ? {} : { framing }),
    ...(remember === undefined ? {} : { remember }),
    ...(restarts === undefined ? {} : { restarts }),
  };
};

/** Lines may be any bytes, so a source of lines leaves nothing to those behind it. */
export const takesAll = (source: Source): boolean => source.adapter === 'agent' && source.prefix === undefined;
