// The folder of `--out`: what an earlier run wrote there goes, so that no old rows look like new ones; what it did not write stays.
import { existsSync, readFileSync, realpathSync, rmSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { CallError } from '../cli/call-error.ts';

const SUMMARY = 'summary.json';
/** Files of every run beside its destinations'. */
const SIDE_DOORS = ['late', 'rejected'];

/** The files that a run with these destinations writes. */
export const outFiles = (destinations: readonly string[]): readonly string[] => [
  ...[...destinations, ...SIDE_DOORS].map((name) => `${name}.ndjson`),
  SUMMARY,
];

/** What the summary in a folder says that its run wrote; undefined when it is none of ours. */
const writtenBefore = (dir: string): readonly string[] | undefined => {
  try {
    const { rows, stages } = JSON.parse(readFileSync(join(dir, SUMMARY), 'utf8')) as {
      readonly rows?: object;
      readonly stages?: object;
    };
    if (typeof rows !== 'object' || typeof stages !== 'object') return undefined;
    // A destination is named by SQL: anything else could name a file elsewhere.
    return outFiles(Object.keys(rows).filter((name) => !/[/\\]/.test(name)));
  } catch {
    return undefined;
  }
};

/**
 * Removes what an earlier run wrote.
 * @param files  names that this run will write
 * @param inputs paths that this run reads
 * @throws CallError, before anything is removed, when a file would be lost that no run wrote or that this run reads
 */
export const clearOut = (dir: string, files: readonly string[], inputs: readonly string[]): void => {
  const shown = relative('', dir) || '.';
  const found = statSync(dir, { throwIfNoEntry: false });
  if (found === undefined) return;
  if (!found.isDirectory()) throw new CallError(`--out ${shown} is a file; name a folder`);
  const here = (name: string): boolean => existsSync(join(dir, name));
  const own = (writtenBefore(dir) ?? []).filter(here);
  const foreign = files.filter((name) => here(name) && !own.includes(name));
  if (foreign.length > 0) {
    const them = foreign.length === 1 ? 'it' : 'them';
    throw new CallError(
      `--out ${shown} has ${foreign.join(', ')}, which no finished run wrote there: ` +
        `this run would write over ${them}. Name another folder, or move ${them} away`,
    );
  }
  const read = inputs.filter((path) => existsSync(path)).map((path) => realpathSync(path));
  const both = own.filter((name) => read.includes(realpathSync(join(dir, name))));
  if (both.length > 0)
    throw new CallError(
      `--input reads ${both.join(', ')} of --out ${shown}, which this run writes; name another folder`,
    );
  for (const name of own) rmSync(join(dir, name));
};
