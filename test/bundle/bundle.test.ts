import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type BuildOptions, build, type Metafile } from 'esbuild';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { compilePipeline } from '../../local/build/compile-pipeline.ts';
import { writeModule } from '../../local/build/write-module.ts';
import { readTemplate } from '../../local/template/read-template.ts';
import { resolveService } from '../../local/template/resolve.ts';
import { plain } from '../../local/template/tree.ts';
import { CEILINGS } from './ceilings.ts';
import { isFree, packagesIn } from './licences.ts';

const root = resolve(import.meta.dirname, '../..');
/** All functions, and those that run the same handler once. */
const replay = { replay: 'on', replayOf: 'prod', replayBucket: 'acme-millrace-prod', archive: 'off', lake: 'off' };
const functions = [
  ...readTemplate({ root, params: { deaggregate: 'raw', scale: 'on' }, env: {} }).functions,
  ...readTemplate({ root, params: replay, env: {} }).functions.filter((f) => f.name === 'feed-replay'),
];
const handlers = [...new Map(functions.map((f) => [f.file, f])).values()];

/** The settings that a handler asks for by name. */
const settingsOf = (file: string): readonly string[] => {
  const source = readFileSync(join(root, `${file}.ts`), 'utf8');
  const [, names = ''] = /settings\(\[([^\]]*)\]/.exec(source) ?? [];
  const optional = [...source.matchAll(/process\.env\.(\w+)/g)].map((m) => m[1] ?? '');
  return [...[...names.matchAll(/'(\w+)'/g)].map((m) => m[1] ?? ''), ...optional];
};

/** Lambda and the logger read these themselves. */
const FOR_ALL = ['NODE_OPTIONS', 'POWERTOOLS_SERVICE_NAME', 'STAGE', 'METRICS'];

test.each(functions.map((f) => [f.name, f] as const))('%s is given the settings it reads, and no others', (_, f) => {
  const given = Object.keys(f.environment).filter((name) => !FOR_ALL.includes(name));
  expect(given.toSorted()).toEqual(settingsOf(f.file).toSorted());
});

describe('the bundle of', () => {
  // Inside the project, so that the compiled pipeline finds its packages.
  mkdirSync(join(root, '.millrace'), { recursive: true });
  const out = mkdtempSync(join(root, '.millrace/bundle-'));
  let outputs: Metafile['outputs'] = {};
  let bundled: (files: readonly string[], params: Readonly<Record<string, string>>) => Promise<{ metafile: Metafile }>;
  /** By file: type and arity of the handler, as Node loads the bundle. */
  let exported: Record<string, string> = {};
  afterAll(() => rmSync(out, { recursive: true }));
  beforeAll(async () => {
    const compiled = await compilePipeline(join(root, 'pipeline'));
    if (!compiled.ok) throw new Error(JSON.stringify(compiled.errors));
    const pipeline = writeModule(compiled, join(out, 'pipeline.mjs'));
    bundled = (files, params) => {
      const { custom } = plain(resolveService({ root, params, env: {} })) as { custom: { esbuild: object } };
      // `exclude` and `outputFileExtension` are serverless-esbuild's own.
      const { exclude: _, outputFileExtension, ...options } = custom.esbuild as BuildOptions & Record<string, unknown>;
      return build({
        ...options,
        absWorkingDir: root,
        entryPoints: files.map((file) => `${file}.ts`),
        outbase: root,
        outdir: join(out, String(params.client ?? '')),
        outExtension: { '.js': String(outputFileExtension) },
        alias: { '#pipeline': pipeline },
        metafile: true,
        logLevel: 'silent',
      });
    };
    const { metafile } = await bundled(
      handlers.map((f) => f.file),
      {},
    );
    outputs = metafile.outputs;
    const load = `const found = {};
      for (const [file, name] of ${JSON.stringify(handlers.map((f) => [f.file, f.export]))}) {
        const handler = (await import(${JSON.stringify(`${out}/`)} + file + '.mjs'))[name];
        found[file] = typeof handler + ' ' + handler?.length;
      }
      console.log(JSON.stringify(found));`;
    const env = Object.assign({}, ...handlers.map((f) => f.environment), { AWS_REGION: 'us-east-1' });
    const printed = execFileSync(process.execPath, ['--input-type=module', '-e', load], {
      cwd: out,
      env,
      encoding: 'utf8',
    });
    exported = JSON.parse(printed.trim().split('\n').at(-1) ?? '');
  });

  test.each(handlers.map((f) => [f.name, f] as const))(
    '%s loads alone, holds nothing of the local run, and stays below its ceiling',
    (_, f) => {
      const file = join(out, `${f.file}.mjs`);
      const output = Object.entries(outputs).find(([name]) => name.endsWith(`${f.file}.mjs`))?.[1];
      const sources = Object.keys(output?.inputs ?? {});
      expect(sources).toContain(`${f.file}.ts`);
      expect(sources.filter((s) => /^(?:local|test|bench)\//.test(s))).toEqual([]);
      expect(sources.filter((s) => s.includes('/@aws-sdk/'))).toEqual([]);
      // Node 24's runtime on Lambda refuses handlers that take a callback: three arguments.
      expect(exported[f.file]).toMatch(/^function [012]$/);
      const kb = Math.round(statSync(file).size / 1024);
      console.log(`${f.name}: ${kb} KB`);
      expect(kb).toBeLessThanOrEqual(CEILINGS[f.name] ?? 0);
    },
  );

  test("with client=sdk the calls are the SDK's, and nothing of our own client is in it", async () => {
    const { metafile } = await bundled(['functions/write-table/handler'], { client: 'sdk' });
    const sources = Object.values(metafile.outputs).flatMap((o) => Object.keys(o.inputs));
    expect(sources.some((s) => s.includes('/@aws-sdk/client-dynamodb/'))).toBe(true);
    expect(sources.filter((s) => s.startsWith('shared/aws/signed/'))).toEqual([]);
  });

  test('all holds code under licences that ask for their notice only', () => {
    const used = packagesIn(outputs, root);
    expect(used.map((u) => u.name)).toContain('@middy/core');
    console.log(`${used.length} packages: ${[...new Set(used.map((u) => u.licence))].toSorted().join(', ')}`);
    expect(used.filter((u) => !isFree(u.licence))).toEqual([]);
  });
});

test.each([
  ['MIT', true],
  ['(MIT OR GPL-3.0-or-later)', true],
  ['MIT AND Apache-2.0', true],
  ['MIT AND LGPL-2.1', false],
  ['GPL-3.0-only', false],
  ['AGPL-3.0', false],
  ['MPL-2.0', false],
  ['none', false],
])('licence %s: %s', (licence, free) => expect(isFree(licence)).toBe(free));
