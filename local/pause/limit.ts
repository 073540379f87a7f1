// How long a pause may last before anything is lost.
import { days, type EpochMs, type Ms } from '../../shared/time.ts';
import type { Caller } from './valves.ts';

export type Limit = { readonly at: EpochMs; readonly where: string };

/** Entries of the ledger leave the table after so long, whoever has counted them (protocol, section 3). */
const STATE: Ms = days(30);

/** Who writes a stream, where only functions do; `raw` has writers of its own. */
const WRITERS: Readonly<Record<string, readonly string[]>> = {
  validated: ['validate'],
  enriched: ['enrich'],
  refined: ['transform', 'refine', 'refine-again'],
};

/**
 * The first of: a stream forgets the oldest record that a held function has not read, or, where records still come, the next one; the table
 * forgets entries.
 * @param held      what is turned off
 * @param retention of a stream by its name; null: not known
 * @param since     from when on it is turned off: what nobody knows the age of is taken to have come then
 */
export const limitOf = (
  held: readonly Caller[],
  retention: (stream: string) => Ms | null,
  now: EpochMs,
  since: EpochMs,
): Limit | null => {
  const off = new Set(held.map((c) => c.function));
  const comes = (stream: string): boolean => !(WRITERS[stream]?.every((fn) => off.has(fn)) ?? false);
  const limits: Limit[] = held.flatMap((c) => {
    const kept = c.kind === 'stream' && (c.behind !== 0 || comes(c.source)) ? retention(c.source) : null;
    return kept === null
      ? []
      : [{ at: now + kept - (c.behind ?? now - since), where: `${c.source}, unread by ${c.function}` }];
  });
  if (held.some((c) => /^(aggregate|refine)/.test(c.function)))
    limits.push({ at: now + STATE, where: 'open windows in the ledger table' });
  return limits.sort((a, b) => a.at - b.at)[0] ?? null;
};
