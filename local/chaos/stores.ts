// What the destinations hold: rows on `refined`, the results table, the lake, the side doors.
import { memoryObjects } from '../../shared/memory/objects.ts';
import { memoryTable } from '../../shared/memory/table.ts';
import { type Item, type Objects, systemClock, type Table } from '../../shared/ports.ts';
import { lakeFiles } from '../../shared/steps/lake/files.ts';
import { liveFiles } from '../../shared/steps/lake/live-files.ts';
import { lakePartitions } from '../../shared/steps/lake/partition.ts';
import { openParquet } from '../../shared/steps/lake/read-parquet.ts';
import { showEntries } from '../../shared/steps/lake/show.ts';
import { unpackStaged } from '../../shared/steps/lake/staged.ts';
import { lakeName, lakeTables } from '../../shared/steps/lake/tables.ts';
import { type Entry, ledger } from '../../shared/steps/ledger/ledger.ts';
import { RUN_ID } from './cast.ts';
import { differences } from './differences.ts';
import type { Seen } from './read-streams.ts';
import type { Scene } from './world/scene.ts';

type RowEvent = {
  readonly id: string;
  readonly type: string;
  readonly revision?: string;
  readonly deleted?: boolean;
  readonly early?: boolean;
  readonly partial?: boolean;
  readonly data: unknown;
};

/** `<table> <row>` of the newest revision of each row, as a sink keeps it. */
export const rowsOnStream = (refined: readonly Seen[]): readonly string[] => {
  const newest = new Map<string, RowEvent>();
  for (const { e } of refined) {
    const row = JSON.parse(Buffer.from(e.bytes).toString()) as RowEvent;
    const old = newest.get(row.id);
    if (old === undefined || (row.revision ?? '') > (old.revision ?? '')) newest.set(row.id, row);
  }
  // What stands of an early row when all windows are closed is wrong: a final should stand there, or a row that takes it back.
  return [...newest.values()]
    .filter((r) => r.deleted !== true)
    .map((r) => `${r.type} ${JSON.stringify(r.data)}${r.early === true ? ' early' : ''}`);
};

/** Rows that say that events are missing. */
export const partialRows = (refined: readonly Seen[]): ReadonlySet<string> =>
  new Set(
    refined
      .map(({ e }) => JSON.parse(Buffer.from(e.bytes).toString()) as RowEvent)
      .filter((r) => r.partial === true)
      .map((r) => `${r.type} ${JSON.stringify(r.data)}`),
  );

/** Rows of queries that show open windows and take no late rows: the one final of a row is sent once, whatever was shown before. */
export const finalsTwice = (refined: readonly Seen[], queries: ReadonlySet<string>): readonly string[] => {
  const finals = new Map<string, number>();
  for (const { e } of refined) {
    const row = JSON.parse(Buffer.from(e.bytes).toString()) as RowEvent;
    if (!queries.has(row.type) || row.early === true || row.deleted === true) continue;
    finals.set(row.id, (finals.get(row.id) ?? 0) + 1);
  }
  return [...finals].flatMap(([id, n]) => (n === 1 ? [] : [`rows: ${n} finals of ${id}`]));
};

/** The same from the results table. */
export const rowsInTable = (world: Pick<Scene, 'results'>): readonly string[] =>
  world.results
    .items()
    .filter((item) => item.deleted !== true && item.pk !== 'serving')
    .map((item) => `${item.pk.slice(0, item.pk.indexOf('#'))} ${item.row as string}`);

/** A ledger that never expires, made of what was ever written to it. */
const entriesOf = async (world: Scene, fn: string): Promise<ReadonlyMap<string, readonly Entry[]>> => {
  const table = memoryTable('ever');
  const shards = new Set<string>();
  const prefix = `led#${RUN_ID}#${fn}#`;
  for (const [pk, entries] of world.ledgers.entries) {
    if (!pk.startsWith(prefix)) continue;
    shards.add(pk.slice(prefix.length));
    for (const { item } of entries) await table.put(item);
  }
  const book = ledger({ table, objects: world.objects, clock: world.clock, nonce: () => '', run: RUN_ID, fn });
  const out = new Map<string, readonly Entry[]>();
  for (const shard of shards) out.set(shard, await book.after(shard, 0));
  return out;
};

type LakeManifest = Item & { readonly v: number; readonly from: number; readonly to: number; readonly shown: boolean };

/** `<table> <values>` of each row that readers see, by the columns' names. */
const liveRows = async (
  ports: { readonly table: Table; readonly objects: Objects },
  tables: readonly string[],
): Promise<readonly string[]> => {
  const rows: string[] = [];
  for (const { key } of await liveFiles(ports, tables)) {
    const file = openParquet((await ports.objects.get(key)) ?? new Uint8Array());
    const columns = [...(await file.read())].sort(([a], [b]) => (a < b ? -1 : 1));
    const name = /type=([^/]+)/.exec(key)?.[1];
    for (let i = 0; i < file.rows; i++)
      rows.push(`${name} ${columns.map(([c, values]) => `${c}=${String(values[i] ?? null)}`).join(' ')}`);
  }
  return rows;
};

/**
 * The rows that the lake's versions show, as `<table> <row>`; every version's files must be the bytes that its entries make.
 * Which entries made which version is told by the manifests that were ever written.
 */
export const rowsInLake = async (world: Scene, problems: string[]): Promise<readonly string[]> => {
  const fn = lakeName('refined');
  const tables = new Map([...lakeTables(world.wholePlan, 'refined').values()].flat().map((t) => [t.name, t] as const));
  const rows: string[] = [];
  const [again, againTable] = [memoryObjects('again'), memoryTable('again')];
  const shows = {
    objects: again,
    clock: systemClock,
    catalog: undefined,
    partitions: lakePartitions(againTable),
    ensureTable: async () => undefined,
  };
  for (const [shard, entries] of await entriesOf(world, fn)) {
    for (const e of entries)
      for (const row of unpackStaged(await e.body()))
        rows.push(`${row.table} ${JSON.stringify((JSON.parse(row.event) as RowEvent).data)}`);
    let shown = 0;
    for (const m of (world.lakeVersions.get(shard) ?? []) as readonly LakeManifest[]) {
      if (m.from !== shown + 1) problems.push(`lake ${shard}: version ${m.v} begins with ${m.from} after ${shown}`);
      shown = m.to;
      await showEntries(shows, entries.slice(m.from - 1, m.to), tables, { shard, run: RUN_ID, version: m.v });
    }
    if (shown !== entries.length) problems.push(`lake ${shard}: ${shown} of ${entries.length} entries are shown`);
  }
  if (world.shape.compacts) {
    const have = await liveRows(world, [...tables.keys()]);
    problems.push(
      ...differences('lake files', await liveRows({ table: againTable, objects: again }, [...tables.keys()]), have),
    );
    return rows;
  }
  const files = await lakeFiles(world.objects);
  const wanted = await lakeFiles(again);
  const names = (all: typeof files) => all.map((f) => f.key).join(' ');
  if (names(files) !== names(wanted)) problems.push(`lake: files ${names(files)}, not ${names(wanted)}`);
  for (const { key } of files) {
    const [a, b] = [await world.objects.get(key), await again.get(key)];
    if (a !== undefined && b !== undefined && !Buffer.from(a).equals(b)) problems.push(`lake: ${key} has other bytes`);
  }
  return rows;
};

/** A line of a side door. */
export type SideLine = {
  readonly door?: string;
  readonly stage?: string;
  readonly rule?: string;
  readonly query?: string;
  readonly shard: string;
  readonly position: string;
};

export const sideLines = async (world: Scene, door: 'late' | 'rejected'): Promise<readonly SideLine[]> => {
  const out: SideLine[] = [];
  for (const { key } of await world.objects.list(`${door}/`)) {
    const bytes = await world.objects.get(key);
    for (const line of Buffer.from(bytes ?? [])
      .toString()
      .split('\n'))
      if (line !== '') out.push(JSON.parse(line) as SideLine);
  }
  return out;
};
