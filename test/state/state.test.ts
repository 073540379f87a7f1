// State that an earlier build wrote is read, state of a newer one is refused, and nobody changes a format without a new number.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { alerts } from '../../shared/destinations/alerts.ts';
import { packJson, unpackJson } from '../../shared/fold/pack.ts';
import { memoryObjects } from '../../shared/memory/objects.ts';
import { memoryTable } from '../../shared/memory/table.ts';
import type { Item } from '../../shared/ports.ts';
import { booksCursor } from '../../shared/steps/books/cursor.ts';
import { checkpoints } from '../../shared/steps/checkpoint.ts';
import { claimAll } from '../../shared/steps/claims.ts';
import { homeOf } from '../../shared/steps/home.ts';
import { lakeManifests } from '../../shared/steps/lake/manifest.ts';
import { lakePartitions } from '../../shared/steps/lake/partition.ts';
import { FORMAT, FORMATS, type Kind } from '../../shared/steps/ledger/format.ts';
import { ledger } from '../../shared/steps/ledger/ledger.ts';
import { manifests } from '../../shared/steps/refine/manifest.ts';
import { authorise, authorised } from '../../shared/steps/resubmit.ts';
import { shardTree } from '../../shared/steps/tree.ts';
import { AT, type StageGiven } from '../verify/given.ts';
import {
  begun,
  itemOf,
  newStage,
  plainState,
  puts,
  rest,
  rowsOf,
  type State,
  type StoredItem,
  stateOf,
} from './make.ts';

const ROOT = join(import.meta.dirname, '../fixtures/state');
const VERSIONS = readdirSync(ROOT).sort();
/** The folder for what this build writes; raised with any number of FORMATS. */
const NEWEST = `v${Math.max(...Object.values(FORMATS))}`;

const read = (version: string, name: string): unknown => JSON.parse(readFileSync(join(ROOT, version, name), 'utf8'));
const stateIn = (version: string): State => read(version, 'state.json') as State;

let now: StageGiven;
beforeAll(async () => {
  now = await begun();
  if (process.env.WRITE_STATE !== undefined) {
    writeFileSync(join(ROOT, NEWEST, 'state.json'), `${JSON.stringify(await stateOf(now))}\n`);
    await rest(now);
    writeFileSync(join(ROOT, NEWEST, 'rows.json'), `${JSON.stringify(rowsOf(now), null, 1)}\n`);
    now = await begun();
  }
});

/** The first letters of pk and what it is. */
const kindOf = ({ pk, sk }: StoredItem): Kind | undefined => {
  const [head, , fn = ''] = String(pk).split('#');
  const KINDS: Readonly<Record<string, Kind>> = {
    led: sk === 'floor' ? 'floor of a ledger' : 'entry of a ledger',
    man: fn.startsWith('write-lake') ? 'manifest of the lake' : 'manifest of refine',
    hop: 'checkpoint of a hop',
    tree: 'tree of shards',
    dup: 'claim of an id',
    again: 'grant to send again',
    home: 'home of the state',
    lake: 'partition of the lake',
    alert: 'state of an alert',
    books: 'cursor of the books',
  };
  return KINDS[head ?? ''];
};

describe.each(VERSIONS)('state of %s', (version) => {
  test('has every kind of item and object', () => {
    const { items, objects } = stateIn(version);
    const kinds = new Set(items.map(kindOf));
    if (objects.some((o) => o.key.includes('/snap/'))) kinds.add('snapshot of refine');
    expect([...kinds].sort()).toEqual(Object.keys(FORMATS).sort());
  });

  test('is read and gone on with: all functions begin cold, read their streams once more, and the rows are those known', async () => {
    const state = stateIn(version);
    const stage = newStage();
    const { table, objects, results } = stage.run;
    await table.putMany(state.items.map(itemOf));
    await results.putMany(state.results.map(itemOf));
    for (const { key, b } of state.objects) await objects.put(key, Buffer.from(b, 'base64'));
    // In the place of what the state has counted stands something else: who counts it again has not read the state.
    await puts(stage, async () => {}, ['z']);
    await rest(stage);
    expect(rowsOf(stage)).toEqual(read(version, 'rows.json'));
  });
});

test('a format that changes has a new number: what this build writes is what its fixture holds', async () => {
  expect(plainState(await stateOf(now))).toEqual(plainState(stateIn(NEWEST)));
});

describe('state of a newer build is refused, with what to do, and nothing of it is read', () => {
  const newer = { [FORMAT]: 99 };
  const item = (pk: string, sk = '-'): Item => ({ pk, sk, ...newer });
  const table = memoryTable('ledger');
  const objects = memoryObjects('data');
  const clock = { now: () => AT };
  const deps = { table, objects, clock, run: '1', fn: 'aggregate/enriched', nonce: () => 'n', part: 0 };
  const stream = { name: 'raw', shards: async () => [], put: async () => [], hasRecordAfter: async () => false };
  const again = memoryTable('again');
  const grant = async (): Promise<Item> => {
    const which = { shard: 's', seq: '1', index: 0, arrival: AT };
    await authorise(again, '1', { key: 'k', payload: Buffer.from('{}'), again: which } as Parameters<
      typeof authorise
    >[2]);
    return { ...(again.items()[0] as Item), ...newer };
  };
  const readers: Readonly<
    Record<Exclude<Kind, 'snapshot of refine'>, readonly [Item | (() => Promise<Item>), () => Promise<unknown>]>
  > = {
    'entry of a ledger': [
      { ...item('led#1#aggregate/enriched#s', 'e#000000000001'), n: 1, x: AT },
      () => ledger(deps).newest('s'),
    ],
    'floor of a ledger': [{ ...item('led#1#aggregate/enriched#f', 'floor'), n: 1 }, () => ledger(deps).newest('f')],
    'manifest of refine': [item('man#1#aggregate/enriched', '0'), () => manifests(deps).read()],
    'checkpoint of a hop': [item('hop#1#validate/raw#s'), () => checkpoints(table, '1', 'validate/raw').read('s')],
    'tree of shards': [item('tree#1#raw'), () => shardTree({ table, stream, clock, run: '1' }).find('s')],
    'claim of an id': [
      item('dup#1#web#e'),
      () => claimAll(table, '1', [{ source: 'web', id: 'e', owner: 'o', arrival: AT, keepFor: 1 }], AT),
    ],
    'grant to send again': [grant, async () => authorised(table, '1', 'k', Buffer.from('{}'))],
    'home of the state': [item('home#1'), () => homeOf({ table, run: '1' })()],
    'partition of the lake': [item('lake#t', 'p'), () => lakePartitions(table).list('t')],
    'manifest of the lake': [
      item('man#1#write-lake/raw', 's'),
      () => lakeManifests(table, '1', 'write-lake/raw').read('s'),
    ],
    'state of an alert': [
      item('alert#1#t', 'k'),
      () =>
        alerts({
          table,
          run: '1',
          destination: { name: 'd', most: { rows: 1, bytes: 1 }, atOnce: 1, write: async () => [] },
        }).write([
          { table: 't', key: 'k', version: '1', id: 'x', row: '{}', source: '', time: '', early: false, arrival: AT },
        ]),
    ],
    'cursor of the books': [item('books#1'), () => booksCursor(table, '1').read()],
  };

  test.each(Object.entries(readers))('%s', async (kind, [given, reader]) => {
    const stored = typeof given === 'function' ? await given() : given;
    await table.putMany([stored]);
    const before = table.items();
    const told = await reader().then(
      () => 'read',
      (error: unknown) => String(error),
    );
    expect(told).toContain(
      `${stored.pk} ${stored.sk} is a ${kind} of format 99, and this build reads up to ${FORMATS[kind as Kind]}`,
    );
    expect(told).toContain('deploy the build that wrote it or a newer one');
    expect(table.items()).toEqual(before);
  });

  test('a snapshot of refine', async () => {
    const stage = await begun();
    const [snap] = await stage.run.objects.list('1/aggregate/enriched/snap/');
    if (snap === undefined) throw new Error('no snapshot was made');
    const bytes = (await stage.run.objects.get(snap.key)) as Uint8Array;
    await stage.run.objects.put(snap.key, packJson({ ...(unpackJson(bytes) as object), ...newer }));
    stage.restart();
    stage.clock.advance(1_000);
    stage.click('a', 1);
    await expect(stage.flow()).rejects.toThrow(/snap\/.* is a snapshot of refine of format 99/);
  });

  test('a function that meets it stops its batch, and goes on when it is gone', async () => {
    const stage = await begun();
    const mine = stage.run.table.items().find((i) => i.pk.startsWith('man#1#aggregate/enriched')) as Item;
    await stage.run.table.put({ ...mine, ...newer });
    stage.clock.advance(1_000);
    stage.click('a', 1);
    await expect(stage.flow()).rejects.toThrow('is a manifest of refine of format 99');
    await stage.run.table.put(mine);
    await stage.flow();
  });
});
