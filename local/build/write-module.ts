import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import type { Compilation } from './compile-pipeline.ts';

/** From one file to another as an import specifier: relative, with `/`, beginning with `./` or `../`. */
const specifier = (from: string, to: string): string => {
  const path = relative(dirname(from), to).split(sep).join('/');
  return path.startsWith('.') ? path : `./${path}`;
};

/** Code for schema registries, where a source has a framing: only `validate` imports it, so no other bundle has it. */
const framesText = ({ sources }: Compilation, path: string): readonly string[] => {
  const kinds = new Set(sources.flatMap(({ framing }) => (framing === undefined ? [] : [framing.kind])));
  if (kinds.size === 0) return ['export const frames = null;'];
  const shared = resolve(import.meta.dirname, '../../shared');
  const from = (file: string): string => JSON.stringify(specifier(path, join(shared, file)));
  const registry: readonly string[] = [
    ...(kinds.has('glue') ? [`  if (framing.kind === 'glue') return glueSchemas(env);`] : []),
    ...(kinds.has('confluent')
      ? [
          '  const { registry, secret } = framing;',
          '  const login = secret && secretValue({ secret, parse: (text) => text.trim(), clock });',
          '  return confluentSchemas({ registry, login });',
        ]
      : []),
  ];
  return [
    `import { framesOf } from ${from('framings/frames.ts')};`,
    ...(kinds.has('glue') ? [`import { glueSchemas } from ${from('aws/glue-schemas.ts')};`] : []),
    ...(kinds.has('confluent')
      ? [
          `import { confluentSchemas } from ${from('framings/confluent-schemas.ts')};`,
          `import { secretValue } from ${from('aws/secret.ts')};`,
        ]
      : []),
    'const registryOf = (env, clock) => ({ framing }) => {',
    ...registry,
    '};',
    'export const frames = (env, clock) => framesOf(pipeline.sources, registryOf(env, clock), clock);',
  ];
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
    ...framesText(compiled, path),
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
