// enrichments/*.ts: every export is an Enrichment of shared/pipeline.ts, or a list of them.
import { statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type BuildFailure, build } from 'esbuild';
import type { Enrichment } from '../../shared/pipeline.ts';
import type { UserError } from '../../shared/user-error.ts';
import { wouldWork } from './did-you-mean.ts';
import type { UserFile } from './read-folder.ts';

const { nativeImport }: typeof import('../sandbox/native-import.ts') = createRequire(import.meta.url)(
  '../sandbox/native-import.ts',
);

/** What an enrichment may ask for. */
export type Known = { readonly types: readonly string[]; readonly references: readonly string[] };

const FIELDS: Readonly<Record<Enrichment['kind'], readonly string[]>> = {
  geo: ['kind', 'name', 'on', 'ip', 'as'],
  agent: ['kind', 'name', 'on', 'agent', 'as'],
  reference: ['kind', 'name', 'on', 'table', 'key', 'as', 'ttl'],
  pure: ['kind', 'name', 'on', 'as', 'apply'],
};
const KINDS = Object.keys(FIELDS);
const isKind = (kind: unknown): kind is Enrichment['kind'] => typeof kind === 'string' && KINDS.includes(kind);

/** Syntax and imports, as esbuild sees them: it names the line, which a failed import does not. */
const syntax = async (dir: string, file: UserFile): Promise<readonly UserError[]> => {
  try {
    await build({
      entryPoints: [join(dir, file.path)],
      bundle: true,
      write: false,
      format: 'esm',
      platform: 'node',
      packages: 'external',
      logLevel: 'silent',
    });
    return [];
  } catch (error) {
    const failure = error as BuildFailure;
    if (!Array.isArray(failure.errors)) throw error;
    return failure.errors.map((e) => ({
      file: file.path,
      line: e.location?.line ?? 0,
      col: (e.location?.column ?? -1) + 1,
      message: e.text,
    }));
  }
};

/** The line that says `text` first, so that a mistake in a value can be found; 0 when it is computed. */
const lineOf = (source: string, text: string): number => source.split('\n').findIndex((l) => l.includes(text)) + 1;

const isPath = (value: unknown): boolean =>
  Array.isArray(value) && value.length > 0 && value.every((name) => typeof name === 'string' && name !== '');

const mistakes = (found: Record<string, unknown>, known: Known): readonly { at: string; message: string }[] => {
  const { kind } = found;
  if (!isKind(kind)) {
    return [
      { at: String(kind), message: `kind is ${JSON.stringify(kind)}; ${wouldWork(String(kind), KINDS, 'it may be')}` },
    ];
  }
  const out: { at: string; message: string }[] = [];
  const say = (at: string, message: string): void => void out.push({ at, message });
  for (const field of FIELDS[kind]) if (found[field] === undefined) say(kind, `a ${kind} enrichment needs "${field}"`);
  for (const field of Object.keys(found)) {
    if (!FIELDS[kind].includes(field))
      say(field, `unknown field "${field}"; ${wouldWork(field, FIELDS[kind], 'fields')}`);
  }
  for (const field of ['name', 'as', 'table']) {
    if (found[field] !== undefined && (typeof found[field] !== 'string' || found[field] === '')) {
      say(field, `"${field}" is a text that is not empty`);
    }
  }
  for (const field of ['ip', 'agent', 'key']) {
    if (found[field] !== undefined && !isPath(found[field])) {
      say(field, `"${field}" is the path of a field of data, as a list of names: ["client", "ip"]`);
    }
  }
  if (found.on !== undefined && !isPath(found.on)) say('on', '"on" is a list of event types');
  else
    for (const type of (found.on as readonly string[]) ?? []) {
      if (!known.types.includes(type))
        say(type, `unknown event type "${type}"; ${wouldWork(type, known.types, 'schemas/ has')}`);
    }
  const { table, ttl, apply } = found;
  if (typeof table === 'string' && !known.references.includes(table)) {
    say(table, `unknown reference table "${table}"; ${wouldWork(table, known.references, 'reference/ has')}`);
  }
  if (ttl !== undefined && !(typeof ttl === 'number' && ttl >= 0))
    say('ttl', '"ttl" is a number of milliseconds, 0 or more');
  if (apply !== undefined && typeof apply !== 'function') say('apply', '"apply" is a function of data');
  return out;
};

/** What one file exports, flattened; `from` is the expression that reaches it in the generated module. */
export type LoadedEnrichment = { readonly file: string; readonly from: string; readonly enrichment: Enrichment };

/** Loads one enrichments/*.ts and checks every export. Its code runs here once, at build time, as it will in the function. */
export const loadEnrichments = async (
  dir: string,
  file: UserFile,
  known: Known,
): Promise<{ loaded: readonly LoadedEnrichment[]; errors: readonly UserError[] }> => {
  const broken = await syntax(dir, file);
  if (broken.length > 0) return { loaded: [], errors: broken };
  const path = resolve(dir, file.path);
  const whole = (message: string): UserError => ({ file: file.path, line: 0, col: 0, message });
  let exported: Record<string, unknown>;
  try {
    exported = await nativeImport(`${pathToFileURL(path).href}?changed=${statSync(path).mtimeMs}`);
  } catch (error) {
    return {
      loaded: [],
      errors: [whole(`cannot be loaded: ${error instanceof Error ? error.message : String(error)}`)],
    };
  }
  const found = Object.entries(exported).flatMap(([name, value]) =>
    Array.isArray(value)
      ? value.map((v: unknown, i) => ({ from: `[${JSON.stringify(name)}][${i}]`, value: v }))
      : [{ from: `[${JSON.stringify(name)}]`, value: value as unknown }],
  );
  const described = found.filter(
    (f): f is { from: string; value: Record<string, unknown> } =>
      typeof f.value === 'object' && f.value !== null && 'kind' in f.value,
  );
  if (described.length === 0)
    return { loaded: [], errors: [whole('exports no enrichment: an object with a kind, a name, on, as')] };
  const judged = described.map(({ from, value }) => ({ from, value, wrong: mistakes(value, known) }));
  const errors = judged.flatMap(({ value, wrong }) =>
    wrong.map(({ at, message }): UserError => {
      const line = lineOf(file.text, at) || lineOf(file.text, String(value.name));
      return { file: file.path, line, col: line === 0 ? 0 : 1, message };
    }),
  );
  const loaded = judged
    .filter(({ wrong }) => wrong.length === 0)
    .map(({ from, value }) => ({ file: file.path, from, enrichment: value as Enrichment }));
  return { loaded, errors };
};
