// What operators put right in the run whose past is replayed. Its envelopes stand in the archive, and what lets them through stands in its
// ledger table: a second run asks there. An original that a copy stood in for when the replay began leaves it to the copy; of one that was
// sent again later the original is judged by itself, and the copy counts only where it was refused. So each counts once, whichever schema
// the new run has, and a batch that comes again is decided as before.
import type { Item, Key, Table } from '../../ports.ts';
import type { Plan } from '../../query/plan.ts';
import { againKey, ownerOf } from '../resubmit.ts';

export type Repairs = {
  /** Whether a copy counts in place of the event that stood there; it was so when the replay began. */
  isReplaced(key: string): Promise<boolean>;
  /** The new run refused the event that stood there: a copy may count. */
  refused(key: string): Promise<void>;
  /** Whether a copy may count: the event itself does not. */
  mayCount(key: string): Promise<boolean>;
};

export type RepairsDeps = {
  /** The ledger tables of the run whose past it is, and of the new one. */
  readonly first: Table;
  readonly firstRun: string;
  readonly own: Table;
  readonly run: string;
};

/** The stage's name: `STAGE` of validate.ts, which reads this file. */
const VALIDATE = 'validate';
const ASIDE = 'aside';
/** Behind every key, which begins with a stage. */
const COMPLETE = '~';

export const keyAt = (shard: string, position: string): string => againKey(VALIDATE, undefined, shard, position);

export const repairs = ({ first, firstRun, own, run }: RepairsDeps): Repairs => {
  const pk = `replaced#${run}`;
  let known: Promise<ReadonlySet<string>> | null = null;

  const read = async (): Promise<ReadonlySet<string>> => {
    if ((await own.get({ pk, sk: COMPLETE })) === undefined) {
      const sent = (await first.query(`fix#${firstRun}`)).filter((i) => i.kind === 'resubmitted');
      for (const { sk } of sent) if ((await ownerOf(first, firstRun, sk)) !== undefined) await own.put({ pk, sk });
      await own.put({ pk, sk: COMPLETE });
    }
    return new Set((await own.query(pk)).map((i) => i.sk));
  };
  const replaced = (): Promise<ReadonlySet<string>> => {
    known ??= read().catch((error: unknown) => {
      known = null;
      throw error;
    });
    return known;
  };
  const aside = (key: string): Key => ({ pk: `again#${run}#${key}`, sk: ASIDE });

  return {
    isReplaced: async (key) => (await replaced()).has(key),
    refused: async (key) => {
      await own.put(aside(key));
    },
    mayCount: async (key) =>
      !key.startsWith(`${VALIDATE}|`) || (await replaced()).has(key) || (await own.get(aside(key))) !== undefined,
  };
};

/** A query is the one of its name: `name@hash` of any hash -> the id that the plan has. */
export const sameName =
  ({ queries }: Pick<Plan, 'queries'>) =>
  (id: string): string =>
    queries.find((q) => q.name === id.slice(0, id.lastIndexOf('@')))?.id ?? id;

/**
 * The new run's table, but what lets an envelope through, and which copy counts, is asked of the first run where this one does not know it.
 * @param only id of a query of the first run -> of the new one
 */
export const withRepairs = (
  { first, firstRun, own, run }: RepairsDeps,
  only: (query: string) => string = (q) => q,
): Table => {
  const prefix = `again#${run}#`;
  const theirs = async ({ pk, sk }: Key): Promise<Item | undefined> => {
    const found = await first.get({ pk: `again#${firstRun}#${pk.slice(prefix.length)}`, sk });
    if (found === undefined) return undefined;
    return { ...found, pk, ...(typeof found.only === 'string' && { only: only(found.only) }) };
  };
  return {
    ...own,
    async get(key) {
      const found = await own.get(key);
      return found === undefined && key.pk.startsWith(prefix) && key.sk !== ASIDE ? theirs(key) : found;
    },
    async put(item, when) {
      const isClaim = item.pk.startsWith(prefix) && when?.kind === 'absent';
      if (isClaim && (await own.get(item)) === undefined) {
        const found = await theirs(item);
        if (found !== undefined && found.owner !== item.owner) return { ok: false, found };
      }
      return own.put(item, when);
    },
  };
};
