// Makes the tables of Redshift by its Data API, as `millrace destinations --migrate` is asked to.
import { randomUUID } from 'node:crypto';
import type { DataApi } from '../../shared/destinations/redshift.ts';
import { type Ms, minutes, seconds } from '../../shared/time.ts';

export type Made = {
  readonly name: string;
  /** What redshiftCreate gives. */
  readonly statements: readonly string[];
};

/** A serverless workgroup that slept takes a minute to wake. */
const PATIENCE: Ms = minutes(3);
const EVERY: Ms = seconds(1);

/**
 * All statements of a table as one transaction.
 * @throws Error with the service's words
 */
export const makeInRedshift = async (
  api: DataApi,
  { name, statements }: Made,
  wait: (ms: Ms) => Promise<unknown>,
): Promise<void> => {
  const id = await api.batch(statements, randomUUID());
  for (let waited = 0; ; waited += EVERY) {
    const { status, error } = await api.describe(id);
    if (status === 'finished') return;
    if (status === 'failed')
      throw new Error(
        `table ${name}: ${error}. A table that stands already gets no columns here: add those that it lacks by ALTER TABLE, then come again`,
      );
    if (waited >= PATIENCE) throw new Error(`table ${name}: statement ${id} still runs; come again`);
    await wait(EVERY);
  }
};
