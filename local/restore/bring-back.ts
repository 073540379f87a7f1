// Items of an earlier instant -> a table that functions may use. What must hold of the cut: all items are of one instant, or at least a ledger's
// newest entry is not older than the manifest that counts it. Everything after the instant is then read again from the streams:
//   ledger entries   go back; the same records give the same partials, since marks filter what an entry holds already
//   hop checkpoints  go back; what is sent again only rewinds lanes
//   manifests        go back; windows are decided again under a new epoch, so that their rows replace those of the table that was given up,
//                    and numbers of that table that this one does not know are fenced off: a query over queries never counts a row twice
//   claims           must not go back: the copy that owned an id has passed, and another would pass beside it
//   the lake         files of versions that the table does not know go aside; the same rows come again
// The name of the table is written last: until then every function refuses to work (shared/steps/home.ts).
import { unpackJson } from '../../shared/fold/pack.ts';
import type { Item, Objects, Table } from '../../shared/ports.ts';
import { type Fence, homeIn, homeItem, homeKey } from '../../shared/steps/home.ts';
import { outboxNumber } from '../../shared/steps/refine/manifest.ts';
import type { EpochMs } from '../../shared/time.ts';
import { cutOf } from './cut.ts';
import { takeEpoch } from './epoch.ts';
import { addGeneration, type Generations, lakeBack } from './lake-back.ts';
import { lostRowsOf } from './lost-rows.ts';
import { retire } from './retire.ts';

export type BringBack = {
  /** As of the instant. */
  readonly items: AsyncIterable<Item> | Iterable<Item>;
  /** The table that is given up, and what it holds once it decides nothing any more; null when it is gone. */
  readonly newer: { readonly table: Table; readonly items: () => AsyncIterable<Item> | Iterable<Item> } | null;
  /** Every record of `refined` that there still is. */
  readonly refined: () => AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
  readonly into: Table;
  readonly objects: Objects;
  readonly run: string;
  readonly now: EpochMs;
};

export type BroughtBack = {
  readonly items: number;
  /** Claims and operators' decisions taken from the newer table. */
  readonly kept: number;
  readonly epoch: number;
  readonly fences: readonly Fence[];
  readonly lakeAside: readonly string[];
  /** Objects that the state names and the bucket lacks. */
  readonly missing: readonly string[];
};

export class RestoreError extends Error {}

const AT_ONCE = 100;
/** Who owns an id, who may send again what, and what operators did: truths of the streams, not of the table. */
const STAYS = (run: string): readonly string[] => [`dup#${run}#`, `again#${run}#`, `fix#${run}`];
/** Which shards a stream had at the beginning of the run, and all that came since. */
const FAMILIES = (run: string): string => `tree#${run}#`;
/** Replays of the stage: what operators began since is going on, what they ended is gone. */
const REPLAYS = 'replay';
const isDecider = (item: Item, run: string): boolean =>
  item.pk.startsWith(`man#${run}#aggregate/`) && typeof item.epoch === 'number';
const fnOf = (item: Item, run: string): string => item.pk.slice(`man#${run}#`.length);

const namesIn = (item: Item): readonly string[] => {
  const named = [item.po, item.sent === true ? undefined : item.oo];
  if (item.pk.startsWith('man#') && item.b instanceof Uint8Array)
    named.push((unpackJson(item.b) as { snap?: { name: string } | null }).snap?.name);
  return named.filter((name): name is string => typeof name === 'string');
};

/** A manifest in its new table: the same decision under a new epoch. What is still to be sent of it keeps its numbers. */
const moved = (item: Item, epoch: number, table: string): Item => ({
  ...item,
  oe: (item.oe as number | undefined) ?? (item.epoch as number),
  epoch,
  home: table,
});

/** @throws RestoreError when the table is in use or was brought back already, or the items are no safe cut */
export const bringBack = async (call: BringBack): Promise<BroughtBack> => {
  const { into, objects, run, now } = call;
  const before = await into.get(homeKey(run));
  if (before !== undefined && homeIn(before).table === into.name)
    throw new RestoreError(`${into.name} is in use: functions write to it; name a table that does not exist`);
  if (before?.left === into.name)
    throw new RestoreError(
      `${into.name} was given up for ${homeIn(before).table}, and holds what came after the instant; name a table that does not exist`,
    );

  // The first item: functions that find the table half full refuse to work. Its fences stay: a copy may be brought back in its own place.
  let fences: readonly Fence[] = before === undefined ? [] : homeIn(before).fences;
  await into.put(homeItem(run, { table: '(a table that is being restored)', epoch: 0, fences }));
  const cut = cutOf(run);
  const deciders: Item[] = [];
  const lakeTables = new Set<string>();
  const named = new Set<string>();
  let items = 0;
  let page: Item[] = [];
  const flush = async (): Promise<void> => {
    if (page.length > 0) await into.putMany(page);
    page = [];
  };
  for await (const item of call.items) {
    if (item.pk === homeKey(run).pk) {
      fences = homeIn(item).fences;
      continue;
    }
    // What a restore before this one left in a table that it gave up.
    if (item.pk.startsWith(`man#${run}#aggregate/`) && !isDecider(item, run)) continue;
    if (item.pk === REPLAYS && call.newer !== null) {
      // A copy that is brought back in its own place still has it: one that was cancelled since would be switched to.
      await into.delete({ pk: item.pk, sk: item.sk });
      continue;
    }
    items++;
    cut.add(item);
    for (const name of namesIn(item)) named.add(name);
    if (item.pk.startsWith('lake#')) lakeTables.add(item.pk.slice('lake#'.length));
    if (isDecider(item, run)) {
      deciders.push(item);
      continue;
    }
    page.push(item);
    if (page.length === AT_ONCE) await flush();
  }
  await flush();
  const torn = cut.faults();
  if (torn.length > 0)
    throw new RestoreError(`these items are not of one instant, try another one: ${torn.slice(0, 3).join('; ')}`);

  if (call.newer !== null) await retire(call.newer.table, run, into.name);
  let kept = 0;
  const unsent: Item[] = [];
  const begun: Generations = new Map();
  let above = Math.max(0, ...deciders.map((m) => m.epoch as number));
  const stays = STAYS(run);
  const functions = new Set(deciders.map((m) => fnOf(m, run)));
  for await (const item of call.newer?.items() ?? []) {
    if (isDecider(item, run)) {
      if (item.sent !== true) unsent.push(item);
      above = Math.max(above, item.epoch as number);
      functions.add(fnOf(item, run));
    }
    addGeneration(begun, item);
    if (stays.some((prefix) => item.pk.startsWith(prefix))) kept++;
    else if (item.pk !== REPLAYS && !item.pk.startsWith(FAMILIES(run))) continue;
    page.push(item);
    if (page.length === AT_ONCE) await flush();
  }
  await flush();

  const epoch = await takeEpoch(objects, run, above, `${into.name} ${new Date(now).toISOString()}`);
  const to = outboxNumber(epoch, 0);
  // A function that had decided nothing at the instant has sent nothing that counts.
  const news = ['aggregate/enriched', 'aggregate/refined', ...functions].map((fn): Fence => {
    const of = deciders.filter((m) => fnOf(m, run) === fn);
    const from = of.length === 0 ? outboxNumber(0, 0) : outboxNumber(of[0]?.epoch as number, of[0]?.next as number);
    return { fn, from, to };
  });
  const lost = lostRowsOf(
    news.filter((f, i) => news.findIndex((g) => g.fn === f.fn) === i),
    objects,
  );
  for await (const data of call.refined()) lost.sent(data);
  for (const item of unsent) await lost.decided(item, fnOf(item, run));
  const all = [...fences, ...(await lost.keep((fn) => `${run}/${fn}/out/lost-${epoch}`))];
  for (const item of deciders) await into.put(moved(item, epoch, into.name));

  const lake = await lakeBack({ table: into, objects }, [...lakeTables], `restored/${run}/${epoch}/`, now, begun);
  const missing: string[] = [...lake.missing];
  for (const name of named) if ((await objects.getRange(name, 0, 1)) === undefined) missing.push(name);
  await into.put(homeItem(run, { table: into.name, epoch, fences: all }));
  return { items, kept, epoch, fences: all, lakeAside: lake.aside, missing };
};
