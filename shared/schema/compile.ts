// pipeline/schemas/<type>.json -> one ES module of compiled checks.
import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import standalone from 'ajv/dist/standalone/index.js';
import formats from 'ajv-formats';
import type { Json, JsonObject } from '../event/cloud-event.ts';
import { isObject, pointer } from '../event/path.ts';
import type { UserError } from '../user-error.ts';
import { type Dialect, MARKS } from './keywords.ts';
import { locate, spotOf } from './locate.ts';
import { type Complaint, type Marked, marksOf } from './marks.ts';
import { mistakesOf } from './mistakes.ts';
import { planScan } from './plan-scan.ts';

export type SchemaFile = { readonly path: string; readonly text: string };
export type SchemaType = {
  readonly type: string;
  readonly time: readonly string[] | null;
  readonly id: readonly string[] | null;
  readonly key: readonly string[] | null;
  /** null: its events are checked by one scan of their bytes; else JSON pointer of the first word that keeps them from it. */
  readonly slow: string | null;
};
export type CompiledSchemas = {
  /** ES module text that exports `types`, a Record<string, EventType>; all its other names begin with `millrace`. */
  readonly source: string;
  readonly types: readonly SchemaType[];
  readonly errors: readonly UserError[];
};

const DIALECTS: Readonly<Record<string, Dialect>> = {
  'http://json-schema.org/draft-07/schema': 'draft-07',
  'https://json-schema.org/draft/2020-12/schema': '2020-12',
};

/** `ownProperties`: without it `{}` has the required property "toString". */
const OPTIONS = {
  ownProperties: true,
  strictTypes: false,
  strictTuples: false,
  strictRequired: false,
  logger: false,
  code: { source: true },
} as const;

const withVocabulary = (ajv: Ajv): Ajv => {
  formats.default(ajv);
  ajv.addVocabulary([...MARKS]);
  return ajv;
};

type Compilers = Readonly<Record<Dialect, () => Ajv>>;

const compilers = (): Compilers => {
  const made = new Map<Dialect, Ajv>();
  const once = (dialect: Dialect, make: () => Ajv) => (): Ajv => {
    const ajv = made.get(dialect) ?? withVocabulary(make());
    made.set(dialect, ajv);
    return ajv;
  };
  return {
    'draft-07': once('draft-07', () => new Ajv(OPTIONS)),
    '2020-12': once('2020-12', () => new Ajv2020(OPTIONS) as unknown as Ajv),
  };
};

/** The plan as JSON text, and ajv's code of each check in it. */
type Scan =
  | { readonly ok: true; readonly root: string; readonly checks: readonly string[] }
  | { readonly ok: false; readonly at: string };

type Read =
  | { readonly ok: true; readonly code: string; readonly marked: Marked; readonly scan: Scan }
  | { readonly ok: false; readonly complaints: readonly Complaint[] };

/** ajv names the reference it could not follow. */
const placeOf = (root: JsonObject, message: string): string => {
  const ref = /can't resolve reference (\S+) from/.exec(message)?.[1];
  const find = (value: Json, at: string): string | undefined => {
    if (typeof value !== 'object' || value === null) return undefined;
    for (const [name, part] of Object.entries(value)) {
      const here = `${at}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
      const found = name === '$ref' && part === ref ? here : find(part as Json, here);
      if (found !== undefined) return found;
    }
    return undefined;
  };
  return (ref === undefined ? undefined : find(root, '')) ?? '';
};

const codeOf = (ajv: Ajv, schema: JsonObject): string => {
  try {
    return standalone.default(ajv, ajv.compile(schema));
  } finally {
    ajv.removeSchema(schema);
  }
};

const scanFor = (ajv: Ajv, root: JsonObject, marked: Marked): Scan => {
  const time = marked['x-time'];
  const planned = planScan(root, time === null ? null : pointer(...time));
  if (!planned.ok) return planned;
  return { ok: true, root: JSON.stringify(planned.root), checks: planned.checks.map((c) => codeOf(ajv, c)) };
};

const compileOne = (root: Json, compilers: Compilers): Read => {
  const no = (at: string, message: string): Read => ({ ok: false, complaints: [{ at, message }] });
  if (!isObject(root)) return no('', 'a schema is a JSON object');
  const named = root.$schema ?? 'https://json-schema.org/draft/2020-12/schema';
  const dialect = typeof named === 'string' ? DIALECTS[named.replace(/#$/, '')] : undefined;
  if (dialect === undefined)
    return no('/$schema', `"$schema" is one of ${Object.keys(DIALECTS).join(', ')}; without it, the latter`);
  const ajv = compilers[dialect]();
  const { marked, complaints } = marksOf(root, dialect);
  const all = [...mistakesOf(ajv, root, dialect), ...complaints];
  if (all.length > 0) return { ok: false, complaints: all };
  try {
    return { ok: true, code: codeOf(ajv, root), marked, scan: scanFor(ajv, root, marked) };
  } catch (error) {
    const { message } = error as Error;
    return no(placeOf(root, message), message);
  }
};

/** ajv writes CommonJS; its `require`s become imports, one a module. */
const asFunction = (code: string, imports: Map<string, string>): string => {
  const body = code.replace(/require\("([^"\\]+)"\)/g, (_, name: string) => {
    const known = imports.get(name) ?? `millraceImport${imports.size}`;
    imports.set(name, known);
    return `millraceModule(${known})`;
  });
  return `(() => { const module = { exports: {} }; ${body}; return module.exports; })()`;
};

const runtime = (): string =>
  readFileSync(new URL('./check-runtime.mjs', import.meta.url), 'utf8').replace(/^export \{[^}]*\};$/m, '');

/**
 * Compiles the schemas of event types, draft-07 or 2020-12 (the default), by ajv. Every mistake of every file is reported; a file
 * with a mistake compiles to nothing. An event is refused with the first rule that it breaks. An integer beyond 2^53 (bigint)
 * is checked as the nearest double, so it passes `type: integer` and compares with bounds to 53 bits.
 * @param files pipeline/schemas/<type>.json; `path` is what errors name
 */
export const compileSchemas = (files: readonly SchemaFile[]): CompiledSchemas => {
  const errors: UserError[] = [];
  const types: SchemaType[] = [];
  const imports = new Map<string, string>();
  const members: string[] = [];
  const makers = compilers();
  for (const { path, text } of files) {
    const located = locate(text);
    const complain = (spot: { line: number; col: number }, message: string): number =>
      errors.push({ file: path, ...spot, message });
    if (located.broken !== undefined) {
      complain(located.broken, 'the file stops being JSON here');
      continue;
    }
    for (const at of located.repeated) complain(spotOf(located, at), `"${at.split('/').at(-1)}" stands here twice`);
    const read = compileOne(JSON.parse(text) as Json, makers);
    if (!read.ok) {
      for (const { at, message } of read.complaints) complain(spotOf(located, at), message);
      continue;
    }
    if (located.repeated.length > 0) continue;
    const name = (path.split(/[\\/]/).at(-1) as string).replace(/\.json$/, '');
    const { 'x-time': time, 'x-id': id, 'x-key': key } = read.marked;
    types.push({ type: name, time, id, key, slow: read.scan.ok ? null : read.scan.at });
    const fields = JSON.stringify({ type: name, time, id, key }).slice(1, -1);
    const check = `check: millraceCheck(${asFunction(read.code, imports)})`;
    const scan = read.scan.ok
      ? `, scan: { root: ${read.scan.root}, checks: [${read.scan.checks.map((c) => asFunction(c, imports)).join(', ')}] }`
      : '';
    members.push(`  [${JSON.stringify(name)}]: { ${fields}, ${check}${scan} },`);
  }
  const lines = [...imports].map(
    ([module, name]) => `import * as ${name} from ${JSON.stringify(module.endsWith('.js') ? module : `${module}.js`)};`,
  );
  const source = [...lines, runtime(), 'export const types = {', ...members, '};', ''].join('\n');
  return { source, types, errors };
};
