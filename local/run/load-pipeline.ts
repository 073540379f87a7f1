import { createHash } from 'node:crypto';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { loadReference } from '../../shared/enrich/reference.ts';
import type { FramesFor } from '../../shared/framings/frames.ts';
import type { CompiledPipeline } from '../../shared/pipeline.ts';
import { type Compilation, compilePipeline } from '../build/compile-pipeline.ts';
import { PipelineMistakes } from '../build/pipeline-mistakes.ts';
import { moduleText, writeModule } from '../build/write-module.ts';
import type { Here } from './here.ts';
import { tableHere } from './ports-here.ts';

const { nativeImport }: typeof import('../sandbox/native-import.ts') = createRequire(import.meta.url)(
  '../sandbox/native-import.ts',
);

export type LoadedPipeline = {
  readonly compiled: Compilation;
  /** The module that `#pipeline` stands for in the sandboxes. */
  readonly path: string;
  readonly pipeline: CompiledPipeline;
  /** Opens framed values; null: no source has a framing. */
  readonly frames: FramesFor | null;
};

/**
 * Compiles a pipeline folder for this run. The module is named after its content: runs side by side do not write over each other's,
 * and Node loads each once.
 * @throws PipelineMistakes
 */
export const loadPipeline = async (dir: string, root: string): Promise<LoadedPipeline> => {
  const compiled = await compilePipeline(dir);
  if (!compiled.ok) throw new PipelineMistakes(dir, compiled.errors);
  const folder = join(root, '.millrace');
  const text = moduleText(compiled, join(folder, 'pipeline.mjs'));
  const name = createHash('sha256').update(text).digest('hex').slice(0, 16);
  const path = writeModule(compiled, join(folder, `pipeline-${name}.mjs`));
  const { pipeline, frames } = (await nativeImport(pathToFileURL(path).href)) as Omit<
    LoadedPipeline,
    'compiled' | 'path'
  >;
  return { compiled, path, pipeline, frames };
};

/** Puts the rows of reference/*.csv where `enrich` looks them up. */
export const loadReferences = async (here: Here, compiled: Compilation): Promise<void> => {
  const table = tableHere(here, 'ReferenceTable');
  for (const { name, columns, rows, filledBy } of compiled.references)
    await loadReference(table, name, columns, rows, filledBy === undefined ? 'replace' : 'seed');
};
