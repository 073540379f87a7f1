// Duplicates that producers make: the first position to claim an id owns it (protocol, section 14).
import type { Table } from '../ports.ts';
import type { EpochMs, Ms } from '../time.ts';
import { understood } from './ledger/format.ts';

export type Claim = {
  /** Name of the source in sources.yml: ids of different sources never meet. */
  readonly source: string;
  readonly id: string;
  /** Raw shard, `/`, position. */
  readonly owner: string;
  readonly arrival: EpochMs;
  readonly keepFor: Ms;
};

const AT_ONCE = 32;

const claimOne = async (table: Table, run: string, c: Claim, now: EpochMs): Promise<boolean> => {
  const key = { pk: `dup#${run}#${c.source}#${c.id}`, sk: '-' };
  // What a replay of last year claims must not expire while the replay goes on.
  const expires = Math.ceil((Math.max(c.arrival, now) + c.keepFor) / 1000);
  const mine = { ...key, owner: c.owner, until: c.arrival + c.keepFor, x: expires };
  const first = await table.put(mine, { kind: 'absent' });
  if (first.ok) return true;
  const found = understood('claim of an id', first.found);
  if (found?.owner === c.owner) return true;
  // The table deletes expired items late; until then the next claim takes them over.
  if (found === undefined || (found.until as number) > c.arrival) return false;
  const over = await table.put(mine, { kind: 'equals', field: 'owner', value: found.owner as string });
  return over.ok || over.found?.owner === c.owner;
};

/** For each claim, in order, whether its position owns the id. Claims of one id are made one after the other. */
export const claimAll = async (
  table: Table,
  run: string,
  claims: readonly Claim[],
  now: EpochMs,
): Promise<readonly boolean[]> => {
  const chains = new Map<string, number[]>();
  claims.forEach((c, i) => {
    const name = `${c.source}#${c.id}`;
    const chain = chains.get(name);
    if (chain) chain.push(i);
    else chains.set(name, [i]);
  });
  const out = new Array<boolean>(claims.length).fill(false);
  const queue = [...chains.values()];
  const worker = async () => {
    for (let chain = queue.shift(); chain !== undefined; chain = queue.shift())
      for (const i of chain) out[i] = await claimOne(table, run, claims[i] as Claim, now);
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, queue.length) }, worker));
  return out;
};
