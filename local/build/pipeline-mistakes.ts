import { relative } from 'node:path';
import type { UserError } from '../../shared/user-error.ts';

/** The pipeline's files are wrong; nothing was run. Carries every mistake of every file. */
export class PipelineMistakes extends Error {
  /** The folder that the files of `errors` are named from. */
  readonly dir: string;
  readonly errors: readonly UserError[];
  constructor(dir: string, errors: readonly UserError[]) {
    super(`${errors.length} mistake${errors.length === 1 ? '' : 's'} in ${relative('', dir) || dir}`);
    this.name = 'PipelineMistakes';
    this.dir = dir;
    this.errors = errors;
  }
}
