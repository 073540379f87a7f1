// A plan over rows of its source tables, by the steps that run on Lambda, on ports in memory: transform, aggregate, the ledger, refine.
import type { ReferenceLookup } from '../../shared/enrich/reference.ts';
import { groupsFor } from '../../shared/lanes/ring.ts';
import { countingNonce, manualClock } from '../../shared/memory/clock.ts';
import { MemoryLog } from '../../shared/memory/log.ts';
import { memoryObjects } from '../../shared/memory/objects.ts';
import { memoryStream } from '../../shared/memory/stream.ts';
import { memoryTable } from '../../shared/memory/table.ts';
import { memoryWake } from '../../shared/memory/wake.ts';
import type { UserFunctions } from '../../shared/query/evaluate.ts';
import type { Plan } from '../../shared/query/plan.ts';
import { aggregate } from '../../shared/steps/aggregate/aggregate.ts';
import { refine, SETTLE } from '../../shared/steps/refine/refine.ts';
import { transform } from '../../shared/steps/transform.ts';
import { resultRows } from './collect.ts';
import { deliverer } from './deliver.ts';
import type { ReadTable } from './event-rows.ts';
import { feed, latest } from './feed.ts';

export type PlayOptions = {
  readonly plan: Plan;
  readonly tables: readonly ReadTable[];
  /** Shards of each source table. */
  readonly shards?: number;
  /** A row counts for the watermark of the very next one, as in a Flink job that sends a watermark after each row. */
  readonly strict?: boolean;
  readonly functions?: UserFunctions;
  readonly lookup?: ReferenceLookup;
  readonly tell?: (rows: number) => void;
};

/** A late or rejected event, as its store keeps it. */
export type SideLine = { readonly [field: string]: unknown };
export type Played = {
  /** By destination: all rows of an append one, what a keyed one holds at the end. JSON text each. */
  readonly rows: ReadonlyMap<string, readonly string[]>;
  readonly late: readonly SideLine[];
  readonly rejected: readonly SideLine[];
};

const RUN = '1';
/** Shards of the streams inside, at most: one process reads them all. */
const MOST_SHARDS = 4;
const NO_WAIT = { tries: 1, wait: async () => undefined };
/** Rounds after which what reads its own rows would still write: a bug of ours. */
const MOST_ROUNDS = 1_000;

export const playPlan = async (options: PlayOptions): Promise<Played> => {
  const { plan, tables, shards = 1, strict = false } = options;
  const clock = manualClock(latest(tables));
  const raws = Math.max(1, tables.length * shards);
  const groups = groupsFor(raws);
  const log = (name: string, n: number) => new MemoryLog(name, { shards: n, clock });
  const inside = Math.min(shards, MOST_SHARDS);
  const [raw, enriched, refined] = [log('raw', raws), log('enriched', inside), log('refined', inside)];
  const objects = memoryObjects('data');
  const deps = {
    plan,
    table: memoryTable('ledger'),
    objects,
    rejected: objects,
    wake: memoryWake(),
    clock,
    nonce: countingNonce(),
    run: RUN,
    groups,
    patience: NO_WAIT,
    ...(options.functions && { functions: options.functions }),
    ...(options.lookup && { lookup: options.lookup }),
  };
  const [fromRaw, fromEnriched, toRefined] = [memoryStream(raw), memoryStream(enriched), memoryStream(refined)];

  const decide = (reads: 'enriched' | 'refined') => {
    const from = reads === 'enriched' ? fromEnriched : toRefined;
    const step = refine({ ...deps, reads, from, raw: fromRaw, to: toRefined });
    return () => step([SETTLE], { remainingMs: () => 600_000 });
  };
  const stateless = deliverer(enriched, transform({ ...deps, from: fromEnriched, to: toRefined }));
  const folded = deliverer(enriched, aggregate({ ...deps, reads: 'enriched', from: fromEnriched }));
  const foldedAgain = deliverer(refined, aggregate({ ...deps, reads: 'refined', from: toRefined }));
  const [decided, decidedAgain] = [decide('enriched'), decide('refined')];

  const advance = async (): Promise<void> => {
    await stateless();
    if (await folded()) await decided();
    if (await foldedAgain()) await decidedAgain();
  };

  await feed(tables, { raw, enriched, groups, shards, strict }, async (rows) => {
    await advance();
    options.tell?.(rows);
  });
  for (let rounds = 0; ; rounds++) {
    if (rounds > MOST_ROUNDS) throw new Error(`the queries write on after ${MOST_ROUNDS} rounds without a row`);
    const before = refined.lastSeq;
    await decided();
    await advance();
    await decidedAgain();
    if (refined.lastSeq === before) break;
  }

  const side = async (door: string): Promise<readonly SideLine[]> => {
    const lines: SideLine[] = [];
    for (const key of objects.keys().filter((k) => k.startsWith(`${door}/`))) {
      const text = Buffer.from((await objects.get(key)) as Uint8Array).toString();
      for (const line of text.split('\n')) if (line !== '') lines.push(JSON.parse(line) as SideLine);
    }
    return lines;
  };
  return { rows: resultRows(refined, plan), late: await side('late'), rejected: await side('rejected') };
};
