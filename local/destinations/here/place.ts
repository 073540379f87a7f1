// The compiled pipeline with the addresses that its destinations have on this machine: a module that changes these of another.
import { rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

export type Options = Readonly<Record<string, string>>;

let count = 0;

/**
 * @param path    the compiled pipeline, an absolute path
 * @param options of the tables that have others here, by table
 * @returns the path to load instead; the same when nothing changes
 */
export const placed = (
  path: string,
  options: ReadonlyMap<string, Options>,
): { readonly path: string; remove(): void } => {
  if (options.size === 0) return { path, remove: () => {} };
  const own = join(dirname(path), `${basename(path, '.mjs')}-here-${process.pid}-${++count}.mjs`);
  writeFileSync(
    own,
    `export * from ${JSON.stringify(`./${basename(path)}`)};
import { pipeline as base } from ${JSON.stringify(`./${basename(path)}`)};
const here = ${JSON.stringify(Object.fromEntries(options))};
const tables = base.plan.tables.map((t) => (Object.hasOwn(here, t.name) ? { ...t, options: here[t.name] } : t));
export const pipeline = { ...base, plan: { ...base.plan, tables } };
`,
  );
  return { path: own, remove: () => rmSync(own, { force: true }) };
};
