// pipeline/sources.yml: a list of sources, each a mapping of its fields.
import { isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from 'yaml';
import type { Source } from '../../shared/pipeline.ts';
import { seconds } from '../../shared/time.ts';
import type { UserError } from '../../shared/user-error.ts';
import { wouldWork } from './did-you-mean.ts';
import { parseDuration } from './duration.ts';
import type { UserFile } from './read-folder.ts';

const FIELDS = ['name', 'adapter', 'types', 'deduplicate', 'transport', 'ticks', 'producer'] as const;
type Field = (typeof FIELDS)[number];
const isField = (text: string): text is Field => (FIELDS as readonly string[]).includes(text);

/** What a source has when its file says nothing (protocol, section 14): 5 s is the transport of HTTP and SDK producers. */
const DEFAULTS = { types: [], deduplicate: null, transport: seconds(5), ticks: true, producer: 'any' } as const;

/**
 * Reads and checks sources.yml.
 * @param types event types that have a schema
 * @returns     every source without a mistake, and all mistakes with their lines
 */
export const readSources = (
  file: UserFile,
  types: readonly string[],
): { sources: readonly Source[]; errors: readonly UserError[] } => {
  const lines = new LineCounter();
  const doc = parseDocument(file.text, { lineCounter: lines, uniqueKeys: true });
  const errors: UserError[] = [];
  const say = (offset: number | undefined, message: string): void => {
    const { line, col } = offset === undefined ? { line: 0, col: 0 } : lines.linePos(offset);
    errors.push({ file: file.path, line, col, message });
  };
  for (const e of doc.errors) say(e.pos[0], e.message.split(' at line ')[0]?.split('\n')[0] ?? e.message);
  if (doc.errors.length > 0 || doc.contents === null) return { sources: [], errors };
  if (!isSeq(doc.contents)) {
    say(0, 'sources.yml is a list; each source begins with `- name:`');
    return { sources: [], errors };
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
  const sources = doc.contents.items.flatMap((item): readonly Source[] => {
    const before = errors.length;
    if (!isMap(item)) {
      say(offsetOf(item), 'a source is a mapping of its fields; it needs at least name and adapter');
      return [];
    }
    const read = new Map<Field, unknown>();
    for (const field of item.items) {
      const key = text(field.key) ?? '';
      if (isField(key)) read.set(key, field.value);
      else say(offsetOf(field.key), `unknown field "${key}"; ${wouldWork(key, FIELDS, 'fields of a source')}`);
    }
    const name = text(read.get('name')) ?? '';
    const at = offsetOf(read.get('name')) ?? offsetOf(item);
    if (!/^[a-z][a-z0-9_-]*$/.test(name))
      say(at, `a source needs a name of lower-case letters, digits, _ and -; found "${name}"`);
    else if (names.has(name)) say(at, `a source named "${name}" stands in this file already`);
    names.add(name);
    const take = <T>(field: Field, how: (node: unknown) => T | undefined, otherwise: T): T =>
      read.has(field) ? (how(read.get(field)) ?? otherwise) : otherwise;
    if (!read.has('adapter')) say(at, `source "${name}" names no adapter; it may be: http, plain`);
    const source: Source = {
      name,
      adapter: take('adapter', (n) => oneOf('adapter', n, ['http', 'plain']), 'http'),
      types: take('types', eventTypes, DEFAULTS.types),
      deduplicate: take(
        'deduplicate',
        (n) => (text(n) === 'off' || text(n) === 'false' ? null : duration('deduplicate', n)),
        DEFAULTS.deduplicate,
      ),
      transport: take('transport', (n) => duration('transport', n), DEFAULTS.transport),
      ticks: take(
        'ticks',
        (n) => ['on', 'true'].includes(oneOf('ticks', n, ['on', 'off', 'true', 'false']) ?? ''),
        DEFAULTS.ticks,
      ),
      producer: take('producer', (n) => oneOf('producer', n, ['kpl', 'any']), DEFAULTS.producer),
    };
    return errors.length === before ? [source] : [];
  });
  return { sources, errors };
};
