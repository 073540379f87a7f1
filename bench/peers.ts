// Packages that only the bench compares with: installed by it into a folder of their own, outside package.json.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

export const PEERS = {
  'aws-lambda-stream': '1.0.0',
  '@aws-lambda-powertools/tracer': '2.36.0',
  // aws-lambda-stream loads these whether it calls them or not.
  '@aws-sdk/client-kms': '3.1164.0',
  '@aws-sdk/lib-dynamodb': '3.1162.0',
  '@aws-sdk/util-dynamodb': '3.996.9',
} as const;

const FOLDER = join(import.meta.dirname, '../.millrace/bench-peers');

const installed = (name: string): string | undefined => {
  const file = join(FOLDER, 'node_modules', name, 'package.json');
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version : undefined;
};

/** @returns the folder in which they stand, and `require` from there */
export const peers = (tell: (line: string) => void): { readonly folder: string; readonly require: NodeJS.Require } => {
  if (Object.entries(PEERS).some(([name, version]) => installed(name) !== version)) {
    mkdirSync(FOLDER, { recursive: true });
    writeFileSync(join(FOLDER, 'package.json'), '{"private":true}\n');
    const specs = Object.entries(PEERS).map(([name, version]) => `${name}@${version}`);
    tell(`installing ${specs.join(', ')} into .millrace/bench-peers`);
    execFileSync(
      'npm',
      ['install', '--silent', '--no-audit', '--no-fund', '--ignore-scripts', '--save-exact', ...specs],
      {
        cwd: FOLDER,
        stdio: ['ignore', 'ignore', 'inherit'],
      },
    );
  }
  return { folder: FOLDER, require: createRequire(join(FOLDER, 'x.js')) };
};
