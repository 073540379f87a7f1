// A lake that is rolled up and compacted, each invocation behind a gate of its own, and readers who look: by the catalog and by the list of
// live files.
import { type Gate, gatedObjects, gatedTable } from '../../../local/chaos/gate.ts';
import type { Catalog } from '../../../shared/catalog.ts';
import { memoryCatalog } from '../../../shared/memory/catalog.ts';
import { memoryStream } from '../../../shared/memory/stream.ts';
import { compactLake, compactPartition } from '../../../shared/steps/compact-lake.ts';
import { liveFiles } from '../../../shared/steps/lake/live-files.ts';
import { lakePartitions } from '../../../shared/steps/lake/partition.ts';
import { openParquet } from '../../../shared/steps/lake/read-parquet.ts';
import { rollUpLake } from '../../../shared/steps/roll-up-lake.ts';
import { writeLake } from '../../../shared/steps/write-lake.ts';
import { hours } from '../../../shared/time.ts';
import { click, deliver, differs, type Given, GROUPS, given, type Problems, plenty, put, SHARD } from './given.ts';

const LAKE = `CREATE TABLE lake (n BIGINT) WITH ('connector' = 'filesystem', 'path' = 's3://lake/lake', 'format' = 'parquet');
INSERT INTO lake SELECT n FROM clicks;`;

const UNKNOWN = { refused: 'destination.throttled', unknown: 'destination.unavailable' } as const;
const gatedCatalog = (gate: Gate, catalog: Catalog): Catalog => ({
  ensureTable: (name, columns) =>
    gate.call({ label: 'table', kind: 'write', faults: UNKNOWN, effect: () => catalog.ensureTable(name, columns) }),
  point: (partition, folder, until) =>
    gate.call({
      label: `point ${folder}`,
      kind: 'write',
      faults: UNKNOWN,
      effect: () => catalog.point(partition, folder, until),
    }),
});

/** Effects follow each other without a clock: a turn of the event loop carries an invocation to its next call. */
export const settled = () => new Promise<void>((done) => setImmediate(done));

const NO_LIMIT = { mostBytes: Number.POSITIVE_INFINITY };

/** `byCatalog` false: the pipeline has no catalog. */
export const world = (byCatalog: boolean) => {
  const g: Given = given(LAKE);
  const id = g.plan.queries[0]?.id ?? '';
  const catalog = memoryCatalog(g.clock);
  const streams = { enriched: memoryStream(g.enriched), refined: memoryStream(g.refined) };
  const deps = (gate: Gate | undefined) => ({
    ...g.common((port) => port),
    streams,
    table: gate ? gatedTable(gate, g.table) : g.table,
    objects: gate ? gatedObjects(gate, g.objects) : g.objects,
    ...(byCatalog && { catalog: gate ? gatedCatalog(gate, catalog) : catalog }),
  });
  const steps = {
    'roll-up': (gate?: Gate) => rollUpLake(deps(gate))(0, plenty),
    compact: (gate?: Gate) => compactLake(deps(gate))(0, plenty),
    /** As the command does: now, whether it is due or not. */
    'compact now': async (gate?: Gate) => {
      for (const p of await lakePartitions(g.table).list('lake')) await compactPartition(deps(gate), p, NO_LIMIT);
    },
  };
  const stage = writeLake({ ...g.common((port) => port), reads: 'refined', from: streams.refined, groups: GROUPS });
  const seen = new Set<number>();
  const listed = new Map<string, number>();
  const parsed = new Map<string, { readonly bytes: Uint8Array; readonly rows: readonly number[] }>();
  let sent = 0;

  const rowsOf = async (key: string): Promise<readonly number[]> => {
    const bytes = (await g.objects.get(key)) ?? new Uint8Array();
    const known = parsed.get(key);
    if (known !== undefined && Buffer.compare(known.bytes, bytes) === 0) return known.rows;
    const rows = ((await openParquet(bytes).read()).get('n') ?? []).map(Number);
    parsed.set(key, { bytes, rows });
    return rows;
  };
  const keysByCatalog = async (): Promise<readonly string[]> => {
    const keys: string[] = [];
    for (const folder of catalog.partitions.values()) keys.push(...(await g.objects.list(folder)).map((f) => f.key));
    return keys;
  };
  const rowsIn = async (keys: readonly string[]) => (await Promise.all(keys.map(rowsOf))).flat();
  const keysLive = async () => (await liveFiles(g, ['lake'])).map((f) => f.key);

  const twice = (rows: readonly number[]) => rows.filter((n, i) => rows.indexOf(n) !== i);
  const look = async (after: string): Promise<Problems> => {
    const problems: string[] = [];
    for (const [who, keys] of [
      ...(byCatalog ? [['catalog', await keysByCatalog()] as const] : []),
      ['list', await keysLive()] as const,
    ]) {
      const rows = await rowsIn(keys);
      const double = twice(rows);
      if (double.length > 0) problems.push(`after ${after}, by ${who}: rows ${double} twice`);
      const gone = [...seen].filter((n) => !rows.includes(n));
      if (gone.length > 0) problems.push(`after ${after}, by ${who}: rows ${gone} are gone`);
      if (who === 'catalog' || !byCatalog) {
        for (const n of rows) seen.add(n);
        for (const key of keys) listed.set(key, g.clock.now());
      }
    }
    const there = new Set(g.objects.keys());
    for (const [key, at] of listed)
      if (g.clock.now() < at + hours(24) && !there.has(key))
        problems.push(`after ${after}: ${key} is gone under its readers`);
    return problems;
  };

  return {
    g,
    steps,
    look,
    async send(n: number) {
      for (let i = 0; i < n; i++) {
        sent += 1;
        const head = { specversion: '1.0', id: `${id}|${sent}`, source: `/millrace/${id}`, type: 'lake' };
        const event = { ...head, time: '2026-01-05T09:00:01.000Z', data: { n: sent } };
        await put(g.refined, { ...click(`${SHARD}/0`, sent, '00:01'), bytes: Buffer.from(JSON.stringify(event)) });
      }
      await deliver(stage, g.refined, { from: sent - n });
    },
    /** All that was sent is there, once, and nothing is left over of what was compacted. */
    async atRest(): Promise<Problems> {
      const wanted = Array.from({ length: sent }, (_, i) => i + 1);
      const rows = async (keys: readonly string[]) => [...(await rowsIn(keys))].sort((a, b) => a - b);
      const folders = new Set(
        g.objects
          .keys()
          .filter((k) => /^(lake|compacted)\//.test(k))
          .map((k) => k.slice(0, k.lastIndexOf('/'))),
      );
      return [
        ...(byCatalog ? differs('rows by the catalog', await rows(await keysByCatalog()), wanted) : []),
        ...differs('rows by the list', await rows(await keysLive()), wanted),
        ...differs('folders', folders.size, 1),
        ...differs('files', (await keysLive()).length, 1),
      ];
    },
  };
};
