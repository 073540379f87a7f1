import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { EventType } from '../../shared/pipeline.ts';
import { compileSchemas } from '../../shared/schema/compile.ts';
import { showUserError } from '../../shared/user-error.ts';

export const root = join(import.meta.dirname, '../..');

/** Runs with a folder inside the project, where a generated module finds ajv, and removes it afterwards. */
export const inFolder = async <T>(work: (folder: string) => Promise<T>): Promise<T> => {
  const folder = mkdtempSync(join(root, 'node_modules/.schema-test-'));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

export type Types = Readonly<Record<string, EventType>>;

/** Compiles schemas by type and loads the module that was written. Throws when a schema has a mistake. */
export const load = async (schemas: Readonly<Record<string, unknown>>): Promise<Types> => {
  const files = Object.entries(schemas).map(([type, schema]) => ({
    path: `pipeline/schemas/${type}.json`,
    text: JSON.stringify(schema),
  }));
  const { source, errors } = compileSchemas(files);
  if (errors.length > 0) throw new Error(errors.map(showUserError).join('\n'));
  return inFolder(async (folder) => {
    const path = join(folder, 'schemas.mjs');
    writeFileSync(path, source);
    return ((await import(pathToFileURL(path).href)) as { types: Types }).types;
  });
};

export const mistakes = (text: string, path = 'pipeline/schemas/order.v1.json'): readonly string[] =>
  compileSchemas([{ path, text }]).errors.map((e) => showUserError(e).replace('pipeline/schemas/', ''));
