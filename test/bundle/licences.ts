// Whose code a bundle holds, and under which licence.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Metafile } from 'esbuild';

/** Licences that ask for no more than their notice. Anything else, copyleft above all, is refused until somebody has judged it. */
export const FREE = [
  'MIT',
  'MIT-0',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'ISC',
  '0BSD',
  'BlueOak-1.0.0',
  'CC0-1.0',
  'Unlicense',
];

export type Used = { readonly name: string; readonly version: string; readonly licence: string };

/** `A OR B` leaves the choice, `A AND B` asks for both. */
export const isFree = (licence: string): boolean =>
  licence
    .replace(/[()]/g, '')
    .split(/ OR /i)
    .some((choice) => choice.split(/ AND /i).every((one) => FREE.includes(one.trim())));

const PACKAGE = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//;

/** Packages of which a byte is in one of the outputs. @param root where the inputs' paths begin */
export const packagesIn = (outputs: Metafile['outputs'], root: string): readonly Used[] => {
  const folders = Object.values(outputs).flatMap((o) =>
    Object.entries(o.inputs).flatMap(([path, { bytesInOutput }]) =>
      bytesInOutput > 0 ? [PACKAGE.exec(path)?.[1]] : [],
    ),
  );
  return [...new Set(folders)]
    .filter((folder) => folder !== undefined)
    .map((folder) => {
      const { name, version, license, licenses } = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'));
      return {
        name,
        version,
        licence: typeof license === 'string' ? license : JSON.stringify(license ?? licenses ?? 'none'),
      };
    })
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
};
