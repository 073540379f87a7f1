import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, relative, resolve, sep } from 'node:path';
import type { Compilation } from './compile-pipeline.ts';

/** From one file to another as an import specifier: relative, with `/`, beginning with `./` or `../`. */
const specifier = (from: string, to: string): string => {
  const path = relative(dirname(from), to).split(sep).join('/');
  return path.startsWith('.') ? path : `./${path}`;
};

/** The text of the module `#pipeline`: `pipeline: CompiledPipeline`. It imports the user's enrichments and functions, and bundles by esbuild. */
export const moduleText = (compiled: Compilation, path: string): string => {
  const files = [...new Set(compiled.enrichments.map((e) => e.file))];
  const imports = files.map(
    (file, i) => `import * as enrichments${i} from ${JSON.stringify(specifier(path, resolve(compiled.dir, file)))};`,
  );
  const { functions } = compiled.plan;
  const code = [...new Set(functions.map((fn) => fn.file))];
  const codeImports = code.map(
    (file, i) =>
      `import * as functions${i} from ${JSON.stringify(specifier(path, resolve(compiled.dir, 'functions', file)))};`,
  );
  const bodies = functions.map((fn) => {
    const name = JSON.stringify(fn.name);
    return `    ${name}: (...values) => functions${code.indexOf(fn.file)}[${JSON.stringify(fn.export)}].apply(...values),`;
  });
  const enrichments = compiled.enrichments.map((e) => `enrichments${files.indexOf(e.file)}${e.from}`);
  const references = Object.fromEntries(compiled.references.map((r) => [r.name, r.columns]));
  return [
    '// Written by `millrace build` from the pipeline folder; the next build writes it anew.',
    ...imports,
    ...codeImports,
    compiled.validators,
    'export const pipeline = {',
    `  plan: ${JSON.stringify(compiled.plan)},`,
    '  types,',
    `  enrichments: [${enrichments.join(', ')}],`,
    `  sources: ${JSON.stringify(compiled.sources)},`,
    `  references: ${JSON.stringify(references)},`,
    '  functions: {',
    ...bodies,
    '  },',
    '};',
    '',
  ].join('\n');
};

/** Writes the module, whole or not at all: a reader sees the old one or the new one. @returns the absolute path */
export const writeModule = (compiled: Compilation, path: string): string => {
  const target = resolve(path);
  mkdirSync(dirname(target), { recursive: true });
  const fresh = `${target}.${process.pid}.tmp`;
  writeFileSync(fresh, moduleText(compiled, target));
  renameSync(fresh, target);
  return target;
};
