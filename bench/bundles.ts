// The functions as serverless.yml bundles them, by name.
import { mkdirSync, mkdtempSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type BuildOptions, build } from 'esbuild';
import { compilePipeline } from '../local/build/compile-pipeline.ts';
import { writeModule } from '../local/build/write-module.ts';
import { readTemplate } from '../local/template/read-template.ts';
import { resolveService } from '../local/template/resolve.ts';
import { plain } from '../local/template/tree.ts';

const root = resolve(import.meta.dirname, '..');

export type Bundle = {
  readonly name: string;
  readonly file: string;
  readonly kb: number;
  readonly environment: Readonly<Record<string, string>>;
};

type Params = Readonly<Record<string, string>>;

export const kbOf = (file: string): number => Math.round(statSync(file).size / 1024);

/** Options of esbuild as the template gives them; `exclude` and `outputFileExtension` are serverless-esbuild's own. */
export const bundling = (params: Params = {}): BuildOptions => {
  const { custom } = plain(resolveService({ root, params, env: {} })) as {
    custom: { esbuild: Record<string, unknown> };
  };
  const { exclude: _, outputFileExtension, ...options } = custom.esbuild as BuildOptions & Record<string, unknown>;
  return { ...options, outExtension: { '.js': String(outputFileExtension) }, absWorkingDir: root, logLevel: 'silent' };
};

/** A folder inside the project, so that bundles find its packages; the caller removes it. */
export const bundleFolder = (): string => {
  mkdirSync(join(root, '.millrace'), { recursive: true });
  return mkdtempSync(join(root, '.millrace/bundle-'));
};

/** @param params of the stage; those with a switch are on */
export const bundles = async (out: string, params: Params = {}): Promise<readonly Bundle[]> => {
  const functions = readTemplate({ root, params: { deaggregate: 'raw', scale: 'on', ...params }, env: {} }).functions;
  // Of functions that share a handler the first gives the name.
  const handlers = [...new Map(functions.toReversed().map((f) => [f.file, f])).values()].toReversed();
  const compiled = await compilePipeline(join(root, 'pipeline'));
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.errors));
  const pipeline = writeModule(compiled, join(out, 'pipeline.mjs'));
  await build({
    ...bundling(params),
    entryPoints: handlers.map((f) => `${f.file}.ts`),
    outbase: root,
    outdir: out,
    alias: { '#pipeline': pipeline },
  });
  return handlers.map(({ name, file, environment }) => {
    const path = join(out, `${file}.mjs`);
    return { name, file: path, kb: kbOf(path), environment: environment as Record<string, string> };
  });
};
