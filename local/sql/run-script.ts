// One SQL script over the files of a folder, without a pipeline.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { compileSql } from '../../shared/query/compile.ts';
import type { Plan } from '../../shared/query/plan.ts';
import { inputsOf } from '../../shared/query/sides.ts';
import type { UserError } from '../../shared/user-error.ts';
import { loadFunctions } from '../build/functions.ts';
import { computedTime } from './computed-time.ts';
import { type ReadTable, readEventRows } from './event-rows.ts';
import { type Played, playPlan } from './play-plan.ts';
import { referencesOf } from './reference-rows.ts';
import { scriptFunctions } from './script-functions.ts';
import { rolesOf } from './script-tables.ts';

export type ScriptOptions = {
  /** Files of the script, joined: path for messages, and text. */
  readonly files: readonly { readonly path: string; readonly text: string }[];
  /** Where functions/ of CREATE FUNCTION stands; the script's own folder when absent. */
  readonly folder?: string;
  /** Holds <table>.ndjson and reference files. */
  readonly data: string;
  readonly shards?: number;
  readonly shardColumn?: string;
  readonly strict?: boolean;
  readonly tell?: (rows: number, of: number) => void;
};

export type Script =
  | { readonly ok: false; readonly errors: readonly UserError[] }
  | {
      readonly ok: true;
      readonly plan: Plan;
      readonly played: Played;
      /** Tables that are written and that no query of the script reads. */
      readonly ends: readonly string[];
      /** Rows fed. */
      readonly rows: number;
    };

const linesOf = (path: string): readonly string[] =>
  readFileSync(path, 'utf8')
    .replace(/^\ufeff/, '')
    .split('\n');

/** @throws Error of the file system; everything wrong in the script or the data is a value */
export const runScript = async (options: ScriptOptions): Promise<Script> => {
  const { data, shards = 1, shardColumn = null } = options;
  const isFolder = existsSync(data) && statSync(data).isDirectory();
  if (!isFolder)
    return {
      ok: false,
      errors: [{ file: data, line: 0, col: 0, message: 'no such folder; --data names the one with <table>.ndjson' }],
    };
  const names = new Set(readdirSync(data));
  const roles = rolesOf(options.files.map((f) => f.text).join('\n;\n'), names);
  const folder = options.folder ?? dirname(options.files[0]?.path ?? '.');
  const functions = await loadFunctions(folder, options.files);
  const known = { types: roles.sources, adapt: roles.adapt, functions: functions.known };
  const { plan, errors: inScript } = compileSql(options.files, known);
  const errors = [...functions.errors, ...inScript];
  if (errors.length > 0) return { ok: false, errors };

  const read = new Set(plan.queries.flatMap((q) => inputsOf(q).map((i) => i.table)));
  const used = new Set(plan.queries.flatMap((q) => inputsOf(q).flatMap((i) => i.types)));
  const tables = plan.tables
    .filter((t) => t.types.some((type) => used.has(type)))
    .map((table): ReadTable => {
      const file = join(data, `${table.name}.ndjson`);
      const timeOf = computedTime(options.files, table, known);
      return readEventRows({ table, file, lines: linesOf(file), ...(timeOf && { timeOf }) }, shards, shardColumn);
    });
  const { lookup, errors: wrong } = await referencesOf(
    roles.references.map(({ name, node, file }) => ({
      name,
      file: join(data, file),
      text: readFileSync(join(data, file), 'utf8'),
      key: node.primaryKeys[0]?.columns[0]?.name ?? '',
    })),
  );
  const mistakes = [...tables.flatMap((t) => t.errors), ...wrong];
  if (mistakes.length > 0) return { ok: false, errors: mistakes };

  const rows = tables.reduce((n, t) => n + t.rows.length, 0);
  const played = await playPlan({
    plan,
    tables,
    shards,
    lookup,
    functions: await scriptFunctions(folder, plan.functions),
    ...(options.strict && { strict: true }),
    tell: (n) => options.tell?.(n, rows),
  });
  const ends = [...played.rows.keys()].filter((name) => !read.has(name));
  return { ok: true, plan, played, ends, rows };
};
