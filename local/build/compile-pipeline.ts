import { basename } from 'node:path';
import type { Source } from '../../shared/pipeline.ts';
import { compileSql } from '../../shared/query/compile.ts';
import type { Plan } from '../../shared/query/plan.ts';
import { compileSchemas } from '../../shared/schema/compile.ts';
import type { UserError } from '../../shared/user-error.ts';
import { type LoadedEnrichment, loadEnrichments } from './enrichments.ts';
import { loadFunctions } from './functions.ts';
import { knownSchemas } from './known-schemas.ts';
import { readFolder } from './read-folder.ts';
import { wrongCells } from './reference-cells.ts';
import { type ReferenceTable, readReference } from './references.ts';
import { resolveRemembered } from './remembered.ts';
import { readSources } from './sources.ts';
import { unserved } from './unserved.ts';

/** A pipeline folder, understood. Its parts are complete only when `ok`. */
export type Compilation = {
  readonly ok: boolean;
  readonly dir: string;
  /** Mistakes of all files, in the order of file and line. */
  readonly errors: readonly UserError[];
  readonly plan: Plan;
  /** ESM text of the standalone validators, exporting `types`. */
  readonly validators: string;
  readonly types: readonly string[];
  /** Event types whose schema is beyond the scan of bytes, with the JSON pointer of the word that keeps them from it. */
  readonly slow: readonly { readonly type: string; readonly at: string }[];
  readonly enrichments: readonly LoadedEnrichment[];
  readonly sources: readonly Source[];
  readonly references: readonly ReferenceTable[];
};

const byPlace = (a: UserError, b: UserError): number =>
  a.file === b.file ? a.line - b.line || a.col - b.col : a.file < b.file ? -1 : 1;

/** Two enrichments of one name, or two that write the same field of one event type, would hide each other. */
const collisions = (loaded: readonly LoadedEnrichment[]): readonly UserError[] => {
  const taken = new Map<string, LoadedEnrichment>();
  return loaded.flatMap((item) => {
    const { name, on, as } = item.enrichment;
    const claims = [`the name "${name}"`, ...on.map((type) => `the field "${as}" of ${type}`)];
    return claims.flatMap((claim) => {
      const other = taken.get(claim);
      taken.set(claim, other ?? item);
      return other === undefined
        ? []
        : [
            {
              file: item.file,
              line: 0,
              col: 0,
              message: `${claim} is taken by "${other.enrichment.name}" (${other.file})`,
            },
          ];
    });
  });
};

const NO_SOURCES: ReturnType<typeof readSources> = { sources: [], errors: [], places: new Map() };

/** What `schemas/order.v1.json` describes. */
const typeOf = ({ path }: { readonly path: string }): string => basename(path, '.json');

/** Reads and checks a whole pipeline folder. Mistakes are values, all of them at once; only faults of the disk are thrown. */
export const compilePipeline = async (dir: string): Promise<Compilation> => {
  const folder = readFolder(dir);
  const schemas = compileSchemas(folder.schemas);
  const types = schemas.types.map((t) => t.type);
  // A type whose schema is broken is known all the same: its mistake is told once, in its own file.
  const named = folder.schemas.map(typeOf);
  const files = folder.references.map(readReference);
  const read = folder.sources === null ? NO_SOURCES : readSources(folder.sources, named);
  const {
    sources,
    references,
    errors: unknown,
  } = resolveRemembered(
    read.sources,
    read.places,
    folder.sources?.path ?? '',
    files.map((r) => r.table),
    folder.sql,
  );
  const known = { types: named, references: references.map((r) => r.name) };
  const enrichments: Awaited<ReturnType<typeof loadEnrichments>>[] = [];
  for (const file of folder.enrichments) enrichments.push(await loadEnrichments(dir, file, known));
  const loaded = enrichments.flatMap((e) => e.loaded);
  const functions = await loadFunctions(dir, folder.sql);
  // What a broken enrichment would have added is not known, so columns are not held against the schemas then.
  const whole = enrichments.every((e) => e.errors.length === 0);
  const shapes = whole ? { schemas: knownSchemas(folder.schemas, loaded) } : {};
  const sql = compileSql(folder.sql, {
    types: named,
    references,
    functions: functions.known,
    ...shapes,
  });
  const errors = [
    ...folder.errors,
    ...schemas.errors,
    ...files.flatMap((r) => r.errors),
    ...read.errors,
    ...unknown,
    ...enrichments.flatMap((e) => e.errors),
    ...collisions(loaded),
    ...functions.errors,
    ...sql.errors,
    ...(sql.errors.length === 0 ? [...unserved(sql.plan), ...wrongCells(sql.plan, folder.references)] : []),
  ].sort(byPlace);
  return {
    ok: errors.length === 0,
    dir,
    errors,
    plan: sql.plan,
    validators: schemas.source,
    types,
    slow: schemas.types.flatMap(({ type, slow }) => (slow === null ? [] : [{ type, at: slow }])),
    enrichments: loaded,
    sources,
    references,
  };
};
