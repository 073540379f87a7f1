// 100,000 archived events into a changed query on the services of this machine, by the real functions, while live traffic runs; killed at
// random moments; switched under the eyes of a reader that polls. EVENTS and KILLS change how many.
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { generate } from '../../local/generate/generate.ts';
import { type NewPipeline, newPipeline } from '../../local/replay/new-pipeline.ts';
import { leftOfSecond, removeSecond } from '../../local/replay/second-resources.ts';
import { type SecondRun, startSecond } from '../../local/replay/second-run.ts';
import { type Here, startHere } from '../../local/run/here.ts';
import { endOfInput } from '../../local/run/load.ts';
import { loadPipeline, loadReferences } from '../../local/run/load-pipeline.ts';
import { type Player, play } from '../../local/run/play.ts';
import { objectsHere, tableHere } from '../../local/run/ports-here.ts';
import { scanResults } from '../../local/run/results.ts';
import { memoryStream } from '../../shared/memory/stream.ts';
import type { Key } from '../../shared/ports.ts';
import { archive } from '../../shared/steps/archive.ts';
import { NO_PROGRESS, newReplay, readReplay } from '../../shared/steps/replay/control.ts';
import { readServing, servedFrom } from '../../shared/steps/replay/serving.ts';
import { cancel, switchBack, switchTo } from '../../shared/steps/replay/switch.ts';
import { END_OF_TIME, hours } from '../../shared/time.ts';

const root = join(import.meta.dirname, '../..');
const EVENTS = Number(process.env.EVENTS ?? 100_000);
const KILLS = Number(process.env.KILLS ?? 8);
const LIVE_A_SECOND = 200;
const dir = mkdtempSync(join(tmpdir(), 'millrace-replay-'));
const wait = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));
const log = (): void => undefined;
const tell = (text: string): void => void process.stderr.write(`${new Date().toISOString().slice(11, 19)} ${text}\n`);

const QUERY = 'orders_per_minute';
/** Reads the query, and its rows are in the results table. */
const TABLE = 'orders_per_hour';

/** The same pipeline, but worth is told below nothing: no row of the one can be taken for a row of the other. */
const changed = (): string => {
  const to = join(dir, 'pipeline');
  cpSync(join(root, 'pipeline'), to, { recursive: true });
  const code = join(to, 'enrichments/shop.ts');
  writeFileSync(code, readFileSync(code, 'utf8').replaceAll('../../shared/', `${root}/shared/`));
  const file = join(to, 'queries', `${QUERY}.sql`);
  const text = readFileSync(file, 'utf8').split('-- example:')[0] as string;
  writeFileSync(file, text.replace('SUM(total)', 'SUM(0 - total)'));
  return to;
};

type Event = { readonly key: string; readonly data: Buffer; readonly time: number };
const eventsOf = function* (seed: number, events: number, start: number, rate: number): Generator<Event> {
  for (const line of generate({ kind: 'shop', seed, events, start, rate, malformed: 0.001, disorder: 6_000 })) {
    const parsed = (() => {
      try {
        return JSON.parse(line) as { subject?: string; time?: string };
      } catch {
        return {};
      }
    })();
    yield { key: parsed.subject ?? 'broken', data: Buffer.from(line), time: Date.parse(parsed.time ?? '') || 0 };
  }
};

const rowsOf = async (here: Here): Promise<readonly string[]> =>
  ((await scanResults(here)).get(TABLE) ?? []).map((row) => JSON.stringify(row)).sort();

const withoutSign = (row: string): string => {
  const { revenue, ...rest } = JSON.parse(row) as { revenue: unknown };
  return JSON.stringify({ ...rest, revenue: String(revenue).replace('-', '') });
};

/** Some keys of the table in the results table. */
const keysOf = async (here: Here): Promise<readonly Key[]> => {
  const out: Key[] = [];
  type Page = { Items: { pk: { S: string }; sk: { S: string }; row?: object }[]; LastEvaluatedKey?: object };
  for (let from: object | undefined; out.length < 40; ) {
    const ask = { TableName: here.name('ResultsTable'), ...(from && { ExclusiveStartKey: from }) };
    const { Items, LastEvaluatedKey } = (await here.dynamo.call('Scan', ask)) as Page;
    for (const { pk, sk, row } of Items)
      if (row !== undefined && pk.S.startsWith(`${TABLE}#`) && out.length < 40) out.push({ pk: pk.S, sk: sk.S });
    if (LastEvaluatedKey === undefined) break;
    from = LastEvaluatedKey;
  }
  return out;
};

/** What a run from scratch makes of everything in `raw`: shards, order and arrivals the same. */
const fromScratch = async (here: Here, module: string): Promise<readonly string[]> => {
  const other = await startHere({ root, shards: 2, keepAll: true });
  const { compiled } = await loadPipeline(join(root, 'pipeline'), root);
  await loadReferences(other, compiled);
  const [from, to] = [here.stream('RawStream'), other.stream('RawStream')];
  for (const { id, startHash } of from.shards())
    for (let at: string | null = null; ; ) {
      const { records } = from.read(id, at);
      if (records.length === 0) break;
      for (const r of records) to.put({ partitionKey: r.partitionKey, hashKey: startHash, data: r.data }, r.arrival);
      at = records.at(-1)?.seq ?? null;
    }
  const player = play({ here: other, root, pipeline: module, faults: null, log });
  player.start(false);
  await player.drain(log);
  const rows = await rowsOf(other);
  await player.stop();
  await other.close();
  return rows;
};

let here: Here;
let player: Player;
let fresh: NewPipeline;

beforeAll(async () => {
  const { compiled, path } = await loadPipeline(join(root, 'pipeline'), root);
  fresh = await newPipeline(changed(), root, `${QUERY}@new`);
  here = await startHere({ root, shards: 2, keepAll: true });
  await loadReferences(here, compiled);
  // The archive gathers for a minute where it is deployed; here it is called once a second, by the test.
  const functions = here.template.functions.filter((fn) => fn.name !== 'archive');
  player = play({
    here: { ...here, template: { ...here.template, functions } },
    root,
    pipeline: path,
    faults: null,
    log,
  });
}, 120_000);
afterAll(async () => {
  await player?.stop();
  await here?.close();
  rmSync(dir, { recursive: true });
});

test('old results stand until the switch, the new ones are those of a run from scratch, a reader sees one or the other', async () => {
  const raw = here.stream('RawStream');
  const began = Date.now();
  let greatest = 0;
  let ticked = began - hours(3);
  for (const e of eventsOf(1, EVENTS, began - hours(3), EVENTS / (3 * 3_600))) {
    greatest = Math.min(began, Math.max(greatest, e.time));
    raw.put({ partitionKey: e.key, data: e.data }, greatest);
    if (greatest - ticked < 60_000) continue;
    ticked = greatest;
    for (const s of raw.shards())
      raw.put({ partitionKey: 'tick', hashKey: s.startHash, data: Buffer.alloc(0) }, greatest);
  }
  const keep = archive({ raw: memoryStream(raw), objects: objectsHere(here), run: '1' });
  const kept = new Map<string, string>();
  const archiveNew = async (): Promise<void> => {
    for (const { id } of raw.shards())
      for (;;) {
        const { records } = raw.read(id, kept.get(id) ?? null, 5_000);
        const last = records.at(-1);
        if (last === undefined) break;
        await keep({ stream: raw.name, shard: id, records }, { remainingMs: () => 60_000 });
        kept.set(id, last.seq);
      }
  };
  await archiveNew();
  player.start(false);
  await player.drain(log);
  tell('the old run has read the history');
  const ledger = tableHere(here, 'LedgerTable');
  const results = tableHere(here, 'ResultsTable');

  let live = true;
  let sent = 0;
  const archiving = (async () => {
    for (; live; await wait(1_000)) await archiveNew();
  })();
  const traffic = (async () => {
    const start = Date.now();
    for (const e of eventsOf(2, 1_000_000, start, LIVE_A_SECOND)) {
      if (!live) return;
      const ahead = start + (++sent * 1_000) / LIVE_A_SECOND - Date.now();
      if (ahead > 20) await wait(ahead);
      raw.put({ partitionKey: e.key, data: e.data });
    }
  })();

  const replay = {
    run: '2',
    state: 'running',
    query: QUERY,
    version: fresh.version,
    with: fresh.queries,
    tables: fresh.tables,
    pipeline: dir,
    results: here.name('ResultsTable').replace('-results', '-r2-results'),
    from: null,
    to: null,
    rate: null,
    created: Date.now(),
    progress: NO_PROGRESS,
  } as const;
  expect(fresh.tables).toContain(TABLE);
  expect(await newReplay(ledger, replay)).toBe(true);
  const begun = Date.now();
  const start = (): Promise<SecondRun> =>
    startSecond({ here, root, run: '2', pipeline: fresh.pipeline, module: fresh.module, log });

  // The reader asks whom it sees, then reads some rows of theirs; every few seconds it reads them all.
  type Poll = { readonly by: string; readonly old: number; readonly fresh: number; readonly keys: number };
  const polls: Poll[] = [];
  const own = here.name('ResultsTable');
  const sample = await keysOf(here);
  let polling = true;
  let scanned = 0;
  const rowsOfSome = async (by: string): Promise<readonly { readonly revenue?: unknown }[]> => {
    const found = (await tableHere({ ...here, name: () => by }, '').getMany(sample)).filter((i) => i !== undefined);
    return found.flatMap((i) => (i.row === undefined ? [] : [JSON.parse(i.row as string) as { revenue?: unknown }]));
  };
  const reader = (async () => {
    for (let next = 0; polling; await wait(50)) {
      const by = servedFrom(await readServing(results), TABLE, own);
      const all = Date.now() > next;
      if (all) scanned++;
      const rows = all ? ((await scanResults({ ...here, name: () => by })).get(TABLE) ?? []) : await rowsOfSome(by);
      if (all) next = Date.now() + 5_000;
      const signs = rows.map((r) => Math.sign(Number(r.revenue)));
      polls.push({
        by,
        old: signs.filter((s) => s > 0).length,
        fresh: signs.filter((s) => s < 0).length,
        keys: rows.length,
      });
    }
  })();

  const zombies: Promise<void>[] = [];
  let second = await start();
  for (let i = 0; i < KILLS; i++) {
    await wait(100 + Math.random() * 2_500);
    zombies.push(second.stop()); // what it does just now goes on beside its successor
    second = await start();
  }
  tell('killed for the last time');
  const told = setInterval(() => void howFar(second), 5_000);
  const howFar = async ({ player, told }: SecondRun): Promise<void> => {
    const p = (await readReplay(ledger, '2'))?.progress;
    const waits = player.mappings.map(
      ({ fn, mapping }) => `${fn.name} ${Math.max(0, ...mapping.positions().map((at) => at.behind))}`,
    );
    const at = p?.at ? new Date(p.at).toISOString().slice(11, 19) : '-';
    tell(`${p?.records} records, at ${at}, ${p?.speed} a second, ${told()}; behind, ms: ${waits.join(', ')}`);
  };
  await second.catchUp();
  clearInterval(told);
  const progress = (await readReplay(ledger, '2'))?.progress;
  const took = Date.now() - begun;
  tell('fed');
  while (second.behind() > 1_000) await wait(100);
  await wait(1_500);
  expect(polls.every((p) => p.fresh === 0)).toBe(true);
  tell('caught up');
  const at = polls.length;
  let nonce = 0;
  const deps = { table: ledger, results, nonce: () => `switch-${nonce++}` };
  expect(await switchTo(deps, '2')).toBe('switched');
  expect(await switchTo(deps, '2')).toBe('switched');
  await wait(2_000);
  live = false;
  await traffic;
  await archiving;
  await Promise.all(zombies);

  tell('live traffic is over');
  endOfInput(raw, Date.now(), END_OF_TIME);
  await player.drain(log);
  await second.catchUp();
  // Its queues are delayed as deployed, so rest is not seen at once.
  for (let rest = 0; rest < 3; ) {
    const before = await rowsOf(second.here);
    await second.player.drain(log);
    await wait(1_500);
    rest = String(await rowsOf(second.here)) === String(before) ? rest + 1 : 0;
  }
  tell('both are at rest');
  polling = false;
  await reader;

  const [oldRows, newRows] = [await rowsOf(here), await rowsOf(second.here)];
  expect(newRows).toEqual(await fromScratch(here, fresh.module));
  // The queries differ in one sign, so one run from scratch judges both; what the old run had before the replay stands in it.
  expect(oldRows.map(withoutSign)).toEqual(newRows.map(withoutSign));
  expect(oldRows.some((row) => newRows.includes(row))).toBe(false);
  const mixed = polls.filter((p) => p.old > 0 && p.fresh > 0);
  expect(mixed).toEqual([]);
  const bys = polls.map((p) => p.by);
  const switched = bys.findIndex((by) => by !== bys[0]);
  expect(switched).toBeGreaterThanOrEqual(at);
  expect(new Set(bys.slice(switched)).size).toBe(1);
  // What stood before the switch stands after it.
  expect(Math.min(...polls.map((p) => p.keys))).toBe(sample.length);

  expect(await cancel(deps, '2', async () => {})).toBe('served');
  expect(await switchBack(deps, '2')).toBe('back');
  const remove = async (): Promise<void> => {
    await second.stop();
    await removeSecond(here, second.template);
  };
  expect(await cancel(deps, '2', remove)).toBe('cancelled');
  expect(await leftOfSecond(here, second.template)).toEqual([]);
  expect(await cancel(deps, '2', remove)).toBe('gone');
  expect(await rowsOf(here)).toEqual(oldRows);

  process.stdout.write(
    `${EVENTS} events of history in ${Math.round(took / 1000)} s beside ${LIVE_A_SECOND} live events a second (${sent} sent), ${KILLS} kills; ` +
      `${newRows.length} rows of ${TABLE} as from scratch; ${polls.length} polls (${scanned} of all rows), ${mixed.length} mixed; fed ${progress?.records} records\n`,
  );
}, 1_800_000);
