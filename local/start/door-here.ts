// The door of the local endpoint: open, or keys as a deploy with `door=keys` has them. The list is the user's file, or a key made for
// this start; sample traffic brings its own.
import { hash, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Fault } from '../../shared/faults.ts';
import { keysOf } from '../../shared/steps/ingest/key-list.ts';
import { CallError } from '../cli/call-error.ts';
import type { Here } from '../run/here.ts';

export type DoorHere = {
  /** As `--param`, for serverless.yml. */
  readonly params: Readonly<Record<string, string>>;
  /** A key that is let in; null where none is asked for. */
  readonly key: string | null;
  /** Puts the list where the function reads it. */
  open(here: Here): void;
};

export const OPEN: DoorHere = { params: { door: 'open' }, key: null, open: () => {} };

const readList = (file: string): { readonly keys: readonly object[] } => {
  try {
    const text = readFileSync(file, 'utf8');
    keysOf(text);
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof Fault || (error as NodeJS.ErrnoException).code !== undefined)
      throw new CallError(`--keys ${file}: ${(error as Error).message}`);
    throw error;
  }
};

/**
 * @param file a list of keys as the secret of a deploy holds it; null: none but the one of this start
 * @throws CallError when the file cannot be read or is no such list
 */
export const keysHere = (file: string | null): DoorHere => {
  const list = file === null ? { keys: [] } : readList(file);
  const key = randomBytes(32).toString('base64url');
  const text = JSON.stringify({ keys: [...list.keys, { id: 'this-start', sha256: hash('sha256', key) }] });
  return {
    params: { door: 'keys' },
    key,
    open: (here) => {
      for (const secret of here.template.secrets) here.secrets.put(secret.name, text);
    },
  };
};
