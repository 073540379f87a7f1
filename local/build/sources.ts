// pipeline/sources.yml: a list of sources, each a mapping of its fields.
import { isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from 'yaml';
import { ADAPTERS, type Source } from '../../shared/pipeline.ts';
import { days, seconds } from '../../shared/time.ts';
import type { UserError } from '../../shared/user-error.ts';
import { wouldWork } from './did-you-mean.ts';
import { parseDuration } from './duration.ts';
import type { UserFile } from './read-folder.ts';
import { OPTION_FIELDS, sourceOptions, takesAll } from './source-options.ts';

const FIELDS = ['name', 'adapter', 'types', 'deduplicate', 'transport', 'ticks', 'producer', ...OPTION_FIELDS] as const;
type Field = (typeof FIELDS)[number];
const isField = (text: string): text is Field => (FIELDS as readonly string[]).includes(text);

/** What a source has when its file says nothing (protocol, section 14). */
const DEFAULTS = { types: [], ticks: true, producer: 'any' } as const;
/** HTTP and SDK producers send at once; agents, logs, devices and change data gather first. */
const defaultTransport = (adapter: Source['adapter']): number =>
  seconds(adapter === 'http' || adapter === 'plain' || adapter === 'webhook' ? 5 : 60);
/** A third party that gets no answer sends again for days: Stripe for three. A claim is what a replay of its request meets. */
const defaultDeduplicate = (adapter: Source['adapter']): number | null => (adapter === 'webhook' ? days(3) : null);

/**
 * Reads and checks sources.yml.
 * @param types event types that have a schema
 * @returns     every source without a mistake, and all mistakes with their lines
 */
export const readSources = (
  file: UserFile,
  types: readonly string[],
): {
  sources: readonly Source[];
  errors: readonly UserError[];
  /** Where each table's `remember` stands, by `<source> <table>`. */
  places: ReadonlyMap<string, { readonly line: number; readonly col: number }>;
} => {
  const lines = new LineCounter();
  const doc = parseDocument(file.text, { lineCounter: lines, uniqueKeys: true });
  const errors: UserError[] = [];
  const places = new Map<string, { readonly line: number; readonly col: number }>();
  const say = (offset: number | undefined, message: string): void => {
    const { line, col } = offset === undefined ? { line: 0, col: 0 } : lines.linePos(offset);
    errors.push({ file: file.path, line, col, message });
  };
  for (const e of doc.errors) say(e.pos[0], e.message.split(' at line ')[0]?.split('\n')[0] ?? e.message);
  if (doc.errors.length > 0 || doc.contents === null) return { sources: [], errors, places };
  if (!isSeq(doc.contents)) {
    say(0, 'sources.yml is a list; each source begins with `- name:`');
    return { sources: [], errors, places };
  }

  const text = (node: unknown): string | undefined =>
    isScalar(node) && (typeof node.value === 'string' || typeof node.value === 'boolean')
      ? String(node.value)
      : undefined;
  const offsetOf = (node: unknown): number | undefined => (node as Node | null)?.range?.[0];
  const oneOf = <T extends string>(field: string, node: unknown, allowed: readonly T[]): T | undefined => {
    const value = text(node);
    const found = allowed.find((a) => a === value);
    if (found === undefined) {
      say(
        offsetOf(node),
        `${field} is ${value === undefined ? 'no text' : `"${value}"`}; ${wouldWork(value ?? '', allowed, 'it may be')}`,
      );
    }
    return found;
  };
  const duration = (field: string, node: unknown): number | undefined => {
    const ms = parseDuration(text(node) ?? '');
    if (ms === undefined) say(offsetOf(node), `${field} is no duration; write it as 24h, 5s, 250ms`);
    return ms;
  };
  const eventTypes = (node: unknown): readonly string[] => {
    const items = isSeq(node) ? node.items : [node];
    return items.flatMap((item) => {
      const type = text(item);
      if (type !== undefined && types.includes(type)) return [type];
      say(
        offsetOf(item),
        `unknown event type ${JSON.stringify(type ?? null)}; ${wouldWork(type ?? '', types, 'schemas/ has')}`,
      );
      return [];
    });
  };

  const names = new Set<string>();
  const taken: string[] = [];
  const sources = doc.contents.items.flatMap((item): readonly Source[] => {
    const before = errors.length;
    if (!isMap(item)) {
      say(offsetOf(item), 'a source is a mapping of its fields; it needs at least name and adapter');
      return [];
    }
    const read = new Map<Field, unknown>();
    const nodes = new Map<string, { key: unknown; value: unknown }>();
    for (const field of item.items) {
      const key = text(field.key) ?? '';
      if (isField(key)) {
        read.set(key, field.value);
        nodes.set(key, field);
      } else say(offsetOf(field.key), `unknown field "${key}"; ${wouldWork(key, FIELDS, 'fields of a source')}`);
    }
    const name = text(read.get('name')) ?? '';
    const at = offsetOf(read.get('name')) ?? offsetOf(item);
    if (!/^[a-z][a-z0-9_-]*$/.test(name))
      say(at, `a source needs a name of lower-case letters, digits, _ and -; found "${name}"`);
    else if (names.has(name)) say(at, `a source named "${name}" stands in this file already`);
    names.add(name);
    const take = <T>(field: Field, how: (node: unknown) => T | undefined, otherwise: T): T =>
      read.has(field) ? (how(read.get(field)) ?? otherwise) : otherwise;
    if (!read.has('adapter')) say(at, `source "${name}" names no adapter; it may be: ${ADAPTERS.join(', ')}`);
    const adapter = take('adapter', (n) => oneOf('adapter', n, ADAPTERS), 'http');
    const plain: Source = {
      name,
      adapter,
      types: take('types', eventTypes, DEFAULTS.types),
      deduplicate: take(
        'deduplicate',
        (n) => (text(n) === 'off' || text(n) === 'false' ? null : duration('deduplicate', n)),
        defaultDeduplicate(adapter),
      ),
      transport: take('transport', (n) => duration('transport', n), defaultTransport(adapter)),
      ticks: take(
        'ticks',
        (n) => ['on', 'true'].includes(oneOf('ticks', n, ['on', 'off', 'true', 'false']) ?? ''),
        DEFAULTS.ticks,
      ),
      producer: take('producer', (n) => oneOf('producer', n, ['kpl', 'any']), DEFAULTS.producer),
    };
    const sayAt = (node: unknown, message: string): void => say(offsetOf(node) ?? at, message);
    // Of an adapter that is not known nobody can say which options it takes.
    const known = text(read.get('adapter')) === plain.adapter;
    const options = known ? sourceOptions(plain, nodes, types, sayAt, read.get('name') as Node | undefined) : {};
    const rememberAt = offsetOf(nodes.get('remember')?.key);
    for (const { from } of options.remember ?? [])
      if (rememberAt !== undefined) places.set(`${name} ${from}`, lines.linePos(rememberAt));
    // Change data names its types table by table.
    const mapped = [...Object.values(options.tables ?? {}), ...Object.values(options.hook?.events ?? {})];
    const named = mapped.filter((type) => type !== null);
    const source = { ...plain, types: [...new Set([...plain.types, ...named])], ...options };
    const last = taken.at(-1);
    if (last !== undefined && plain.adapter !== 'http' && plain.adapter !== 'plain' && plain.adapter !== 'webhook')
      sayAt(
        read.get('name'),
        `no record gets here: source "${last}" takes lines of any bytes; give it match: {prefix: …}, or put it last`,
      );
    if (known && takesAll(source)) taken.push(name);
    return errors.length === before ? [source] : [];
  });
  return { sources, errors, places };
};
