// What can be looked at on this machine: Node, packages, the pipeline, serverless.yml.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Compilation } from '../build/compile-pipeline.ts';
import { bad, type Finding, ok } from './finding.ts';

export const nodeFinding = (version: string, wanted: string): Finding => {
  const least = Number(/\d+/.exec(wanted)?.[0] ?? 0);
  const major = Number(version.split('.')[0]);
  return major >= least
    ? ok('Node', version)
    : bad(
        'fail',
        'Node',
        `${version}, needed is ${wanted}`,
        'npm ci brings one; npm scripts and `npx millrace` use it',
      );
};

export type Package = {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
};

/** Packages that package.json names and node_modules does not hold. */
export const packagesFinding = (root: string, { dependencies = {}, devDependencies = {} }: Package): Finding => {
  const names = [...Object.keys(dependencies), ...Object.keys(devDependencies)];
  const missing = names.filter((n) => !existsSync(join(root, 'node_modules', n, 'package.json')));
  return missing.length === 0
    ? ok('packages', `${names.length} are there`)
    : bad('fail', 'packages', `missing: ${missing.join(', ')}`, 'npm ci');
};

export const pipelineFinding = (compiled: Compilation): Finding =>
  compiled.ok
    ? ok('pipeline', `${compiled.types.length} event types, ${compiled.plan.queries.length} queries`)
    : bad(
        'fail',
        'pipeline',
        `${compiled.errors.length} mistake${compiled.errors.length === 1 ? '' : 's'} in ${compiled.dir}`,
        'millrace check names each with file and line',
      );
