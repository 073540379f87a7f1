import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { UserError } from '../../shared/user-error.ts';

/** A file of the pipeline's folder; its path from that folder, with `/`. */
export type UserFile = { readonly path: string; readonly text: string };

/** The user's room as text, before anything is understood. */
export type PipelineFolder = {
  readonly dir: string;
  readonly schemas: readonly UserFile[];
  readonly sql: readonly UserFile[];
  readonly enrichments: readonly UserFile[];
  readonly references: readonly UserFile[];
  readonly sources: UserFile | null;
  readonly errors: readonly UserError[];
};

const ROOMS = { schemas: '.json', queries: '.sql', enrichments: '.ts', reference: '.csv' } as const;

const listing = (dir: string): readonly string[] =>
  existsSync(dir) && statSync(dir).isDirectory() ? readdirSync(dir).sort() : [];

/** Reads the folder. A file with another ending than its room's is a mistake: it would be left out without a word. */
export const readFolder = (dir: string): PipelineFolder => {
  const errors: UserError[] = [];
  const read = (path: string): UserFile => ({ path, text: readFileSync(join(dir, path), 'utf8') });
  const room = (name: keyof typeof ROOMS): readonly UserFile[] =>
    listing(join(dir, name)).flatMap((entry) => {
      const file = `${name}/${entry}`;
      if (entry.startsWith('.') || entry.endsWith('.md') || statSync(join(dir, file)).isDirectory()) return [];
      if (entry.endsWith(ROOMS[name]) && !entry.endsWith('.d.ts')) return [read(file)];
      errors.push({
        file,
        line: 0,
        col: 0,
        message: `${name}/ holds ${ROOMS[name]} files only (and .md, which are left out)`,
      });
      return [];
    });
  const optional = (file: string): readonly UserFile[] => (existsSync(join(dir, file)) ? [read(file)] : []);
  const isFolder = statSync(dir, { throwIfNoEntry: false })?.isDirectory();
  if (isFolder !== true) {
    const what = isFolder === undefined ? 'no such folder' : 'a file';
    errors.push({
      file: '.',
      line: 0,
      col: 0,
      message: `${what}; a pipeline folder holds tables.sql, queries/ and schemas/`,
    });
  } else if (!existsSync(join(dir, 'tables.sql'))) {
    errors.push({
      file: 'tables.sql',
      line: 0,
      col: 0,
      message: `missing in ${dir}; it holds the CREATE TABLE statements`,
    });
  }
  return {
    dir,
    schemas: room('schemas'),
    sql: [...optional('tables.sql'), ...room('queries')],
    enrichments: room('enrichments'),
    references: room('reference'),
    sources: optional('sources.yml')[0] ?? null,
    errors,
  };
};
