// functions/*.ts: what CREATE FUNCTION names. A file's code runs here once, at build time, as it will in the function.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type BuildFailure, build } from 'esbuild';
import { readType } from '../../shared/query/check/read-type.ts';
import { parseFile } from '../../shared/query/parser/statements.ts';
import { problemsOf } from '../../shared/query/problem.ts';
import type { SqlType } from '../../shared/query/types.ts';
import type { FunctionSignature, KnownFunctions } from '../../shared/query/user-functions.ts';
import type { UserError } from '../../shared/user-error.ts';
import { wouldWork } from './did-you-mean.ts';
import { flinkClass, lineOfExport } from './function-text.ts';
import type { UserFile } from './read-folder.ts';

const { nativeImport }: typeof import('../sandbox/native-import.ts') = createRequire(import.meta.url)(
  '../sandbox/native-import.ts',
);

const FOLDER = 'functions';
const FIELDS = ['takes', 'gives', 'nulls', 'apply'];
const NAMED = /^([\w-]+(?:\/[\w-]+)*\.ts)(?:#([\p{ID_Start}$_][\p{ID_Continue}$]*))?$/u;

/** `money.ts#toEuro` in two; null for what names no file of the folder. */
const partsOf = (text: string): { readonly file: string; readonly name: string } | null => {
  const [, file, name = 'default'] = NAMED.exec(text) ?? [];
  return file === undefined ? null : { file, name };
};

/** The texts of all CREATE FUNCTION statements; mistakes in the files are told when they are compiled. */
const namedIn = (sql: readonly UserFile[]): readonly string[] => {
  const statements = sql.flatMap(({ path, text }) => parseFile(text, problemsOf(path, [])));
  return [...new Set(statements.flatMap((s) => (s.kind === 'create-function' ? [s.from.text] : [])))];
};

/** The file with all it imports as one text without comments or white space: its hash changes when the code does, and only then. */
const bundled = async (dir: string, path: string): Promise<string | readonly UserError[]> => {
  try {
    const { outputFiles } = await build({
      absWorkingDir: resolve(dir),
      entryPoints: [path],
      bundle: true,
      write: false,
      format: 'esm',
      platform: 'node',
      packages: 'external',
      legalComments: 'none',
      minifyWhitespace: true,
      logLevel: 'silent',
    });
    return outputFiles[0]?.text ?? '';
  } catch (error) {
    const failure = error as BuildFailure;
    if (!Array.isArray(failure.errors)) throw error;
    return failure.errors.map((e) => ({
      file: e.location?.file ?? path,
      line: e.location?.line ?? 0,
      col: (e.location?.column ?? -1) + 1,
      message: e.text,
    }));
  }
};

type Described = Pick<FunctionSignature, 'takes' | 'gives' | 'nulls'>;

/** What an export says of its types, or what is wrong with it. */
const described = (value: unknown): Described | readonly string[] => {
  if (typeof value !== 'object' || value === null)
    return [`is ${typeof value}; it must be an object: { takes: ['STRING'], gives: 'DOUBLE', apply }`];
  const { takes, gives, nulls = false, apply } = value as Record<string, unknown>;
  const wrong: string[] = Object.keys(value)
    .filter((field) => !FIELDS.includes(field))
    .map((field) => `unknown field "${field}"; ${wouldWork(field, FIELDS, 'fields')}`);
  const typeOf = (field: string, text: unknown): SqlType => {
    const type = typeof text === 'string' ? readType(text) : `is ${JSON.stringify(text)}; it is a SQL type as text`;
    if (typeof type !== 'string') return type;
    wrong.push(`${field}: ${type}`);
    return { kind: 'STRING' };
  };
  const taken = Array.isArray(takes) ? takes.map((text, i) => typeOf(`takes[${i}]`, text)) : [];
  if (!Array.isArray(takes)) wrong.push("takes is a list of SQL types: [] or ['STRING', 'BIGINT']");
  const given = typeOf('gives', gives);
  if (typeof nulls !== 'boolean') wrong.push('nulls is true, or left out');
  if (typeof apply !== 'function') wrong.push('apply is a function over the values of takes');
  else if (apply.length > taken.length && Array.isArray(takes))
    wrong.push(`apply has ${apply.length} parameters, takes has ${taken.length} types`);
  return wrong.length > 0 ? wrong : { takes: taken, gives: given, nulls: nulls === true };
};

type Loaded = { readonly exports: Readonly<Record<string, unknown>>; readonly text: string; readonly hash: string };

const loadFile = async (dir: string, path: string): Promise<Loaded | readonly UserError[]> => {
  const bundle = await bundled(dir, path);
  if (typeof bundle !== 'string') return bundle;
  const full = resolve(dir, path);
  const hash = createHash('sha256').update(bundle).digest('hex').slice(0, 16);
  try {
    const exports: Record<string, unknown> = await nativeImport(
      `${pathToFileURL(full).href}?changed=${statSync(full).mtimeMs}`,
    );
    return { exports, text: readFileSync(full, 'utf8'), hash };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return [{ file: path, line: 0, col: 0, message: `cannot be loaded: ${why}` }];
  }
};

/** What a build knows of the functions: signatures by the text of CREATE FUNCTION, and mistakes in their files. */
export type LoadedFunctions = { readonly known: KnownFunctions; readonly errors: readonly UserError[] };

/** Loads the files that CREATE FUNCTION names, and checks what they export under those names. */
export const loadFunctions = async (dir: string, sql: readonly UserFile[]): Promise<LoadedFunctions> => {
  const known = new Map<string, FunctionSignature | null>();
  const errors: UserError[] = [];
  const files = new Map<string, Loaded | readonly UserError[]>();
  for (const text of namedIn(sql)) {
    const parts = partsOf(text);
    if (parts === null || !existsSync(join(dir, FOLDER, parts.file))) continue; // told where the statement stands
    const path = `${FOLDER}/${parts.file}`;
    const seen = files.get(path);
    const loaded = seen ?? (await loadFile(dir, path));
    files.set(path, loaded);
    known.set(text, null);
    if (!('exports' in loaded)) {
      if (seen === undefined) errors.push(...loaded);
      continue;
    }
    const line = lineOfExport(loaded.text, parts.name);
    const say = (message: string): number => errors.push({ file: path, line, col: line === 0 ? 0 : 1, message });
    if (!(parts.name in loaded.exports)) {
      const names = Object.keys(loaded.exports);
      say(
        `exports no "${parts.name}", which CREATE FUNCTION … AS '${text}' names; ${wouldWork(parts.name, names, 'exports')}`,
      );
      continue;
    }
    const found = described(loaded.exports[parts.name]);
    if (!('takes' in found)) for (const message of found) say(`${parts.name}: ${message}`);
    else {
      const flink = flinkClass(loaded.text, parts.name);
      known.set(text, { file: parts.file, export: parts.name, hash: loaded.hash, flink, ...found });
    }
  }
  return { known, errors };
};
