// Which events a producer sent twice, where its source asks for that (protocol, section 14).
import { position } from '../../lanes/position.ts';
import type { Source } from '../../pipeline.ts';
import type { Clock, Table } from '../../ports.ts';
import type { StreamRecord } from '../../trigger/batch.ts';
import { type Claim, claimAll } from '../claims.ts';
import { named, type Seen, sourceOfSeen } from './seen.ts';

/** Where events stood when they came first. */
export type Standing = Pick<StreamRecord, 'seq' | 'arrival'> & {
  readonly shard: string;
  readonly seen: readonly Seen[];
};

export type SecondCopies = (all: readonly Standing[]) => Promise<ReadonlySet<Seen>>;

type Deps = {
  readonly table: Table;
  readonly run: string;
  readonly clock: Clock;
  readonly sources: readonly Source[];
};

const NONE: ReadonlySet<Seen> = new Set();

/**
 * Which of the seen are a producer's second copy. Ids are claimed before the verdict, so a new verdict changes no owner; and what is
 * claimed and not done in this batch is claimed by the same place when it comes again.
 */
export const secondCopiesBy = ({ table, run, clock, sources }: Deps): SecondCopies => {
  if (sources.every((s) => s.deduplicate === null)) return async () => NONE;
  const sourceOf = sourceOfSeen(sources);
  return async (all) => {
    const wanted: Seen[] = [];
    const claims: Claim[] = [];
    for (const { shard, seq, arrival, seen } of all)
      for (const s of seen) {
        const from = sourceOf(s);
        if (!from || from.deduplicate === null) continue;
        const { id, source } = named(s.verdict);
        if (id === undefined) continue;
        wanted.push(s);
        claims.push({
          source: from.name,
          id: `${source}|${id}`,
          owner: `${shard}/${position(seq, s.user.index)}`,
          arrival,
          keepFor: from.deduplicate,
        });
      }
    if (claims.length === 0) return NONE;
    const owns = await claimAll(table, run, claims, clock.now());
    return new Set(wanted.filter((_, i) => !owns[i]));
  };
};
