// What the pipeline wrote itself and reads back: inner streams, ledger, manifest, snapshot, archive. Damage is named, never guessed.
import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { gzipSync } from 'node:zlib';
import { Fault } from '../../../shared/faults.ts';
import { packJson } from '../../../shared/fold/pack.ts';
import { packGroup, unpackInner } from '../../../shared/lanes/block.ts';
import type { Inner } from '../../../shared/lanes/inner.ts';
import { endOf, padSeq } from '../../../shared/lanes/position.ts';
import { pointOf } from '../../../shared/lanes/ring.ts';
import { countingNonce, manualClock } from '../../../shared/memory/clock.ts';
import { memoryObjects } from '../../../shared/memory/objects.ts';
import { memoryTable } from '../../../shared/memory/table.ts';
import type { Item, Scalar } from '../../../shared/ports.ts';
import { entryBody } from '../../../shared/steps/aggregate/entry-body.ts';
import { foldBatch } from '../../../shared/steps/aggregate/fold-batch.ts';
import { packArchive, readArchive } from '../../../shared/steps/archive/container.ts';
import { parsePosition } from '../../../shared/steps/ledger/lane-marks.ts';
import { type Ledger, ledger } from '../../../shared/steps/ledger/ledger.ts';
import { manifests, NO_MANIFEST } from '../../../shared/steps/refine/manifest.ts';
import { foldersOf, START } from '../../properties/given-lanes.ts';
import type { Decoder } from '../decoder.ts';

const LANE = 'shardId-000000000000/1';
const order = (i: number): Inner => ({
  kind: 'event',
  lane: LANE,
  seq: padSeq(String(100 + (i >> 2))),
  index: i & 3,
  child: 0,
  arrival: START + i,
  key: 'k',
  bytes: Buffer.from(
    JSON.stringify({
      specversion: '1.0',
      id: `e${i}`,
      source: '/s',
      type: 'order.v1',
      time: new Date(START + i * 900).toISOString(),
      data: {
        id: `e${i}`,
        store: `s${i % 3}`,
        n: i,
        price: i % 5 ? '7' : 'seven',
        t: new Date(START + i * 900).toISOString(),
      },
    }),
  ),
});
const items: readonly Inner[] = [
  ...Array.from({ length: 12 }, (_, i) => order(i)),
  { kind: 'mark', lane: LANE, pos: endOf('102'), clock: START + 9_000 },
  { kind: 'branch', lane: LANE, next: ['shardId-000000000003/1'] },
  { kind: 'end', lane: LANE, next: ['shardId-000000000002/1'] },
];
const [block] = packGroup(items, pointOf(1, 4)) as [Uint8Array];

const sealed = (bytes: Uint8Array): Uint8Array => {
  const body = bytes.subarray(4, Math.max(4, bytes.length - 16));
  return Buffer.concat([block.subarray(0, 4), body, createHash('md5').update(body).digest()]);
};

const must = (holds: boolean, what: string): void => {
  if (!holds) throw new Error(what);
};
const isPlace = (index: unknown): boolean => typeof index === 'number' && index >= 0;

/** What every reader of an inner stream takes for granted. */
const mustBeInner = (item: Inner): void => {
  must(typeof item.lane === 'string', 'a lane that is no text');
  if (item.kind === 'end' || item.kind === 'branch') {
    const all = item.next.every((l) => typeof l === 'string');
    must(all, 'a next lane that is no text');
  } else if (item.kind === 'mark') {
    const p = parsePosition(item.pos);
    const whole = p.seq.length === 56 && isPlace(p.index) && isPlace(p.child);
    must(whole && Number.isFinite(item.clock), 'a broken mark');
  } else {
    must(/^\d{56}$/.test(item.seq) && isPlace(item.index) && isPlace(item.child), 'a broken position');
    must(Number.isFinite(item.arrival) && typeof item.key === 'string', 'a broken stamp');
  }
};

const folded = foldBatch(foldersOf(), new Map(), items, START);
const body = entryBody(folded.partials, folded.side);
const entry = { lanes: folded.lanes, through: padSeq('102'), counts: folded.counts, body };
const where = { clock: manualClock(START), run: 'r', fn: 'aggregate/enriched' };
const big = {
  ...entry,
  body: { ...body, side: Array.from({ length: 900 }, (_, i) => createHash('md5').update(`${i}`).digest('hex')) },
};

type Stored = { readonly item: Item; readonly bytes: Readonly<Record<string, Uint8Array>> };

/** An entry as it lies in table and bucket: its parts by name. */
const stored = async (what: typeof entry): Promise<Stored> => {
  const table = memoryTable();
  const objects = memoryObjects();
  const book = ledger({ ...where, table, objects, nonce: countingNonce() });
  await book.append('s', { n: 0, lanes: new Map(), through: '' }, what as Parameters<Ledger['append']>[2]);
  const [item] = (await table.query('led#r#aggregate/enriched#s')) as [Item];
  const [key] = objects.keys();
  return { item, bytes: key === undefined ? {} : { [key]: (await objects.get(key)) as Uint8Array } };
};

const read = async ({ item, bytes }: Stored) => {
  const table = memoryTable();
  const objects = memoryObjects();
  await table.put(item);
  for (const [key, b] of Object.entries(bytes)) await objects.put(key, b);
  const book = ledger({ ...where, table, objects, nonce: countingNonce() });
  const head = await book.newest('s');
  const [found] = await book.after('s', 0);
  return { head, lanes: found?.lanes, counts: found?.counts, body: await found?.body() };
};

/** Reads what was damaged: the whole of what was written, or a Fault that names it. */
const honest = async (wanted: unknown, name: RegExp, reading: () => Promise<unknown>): Promise<void> => {
  try {
    const got = await reading();
    must(isDeepStrictEqual(got, wanted), 'another value, and no error');
  } catch (error) {
    if (!(error instanceof Fault) || error.code !== 'ledger.corrupt' || !name.test(error.message)) throw error;
  }
};

const small = await stored(entry);
const large = await stored(big as unknown as typeof entry);
const [wantedSmall, wantedLarge] = [await read(small), await read(large)];
const ITEM = /led#r#aggregate\/enriched#s e#000000000001 cannot be read/;

const field = (name: string, bytes: Uint8Array): Stored => ({
  ...small,
  item: { ...small.item, [name]: bytes as Scalar },
});

const outgoing = { rows: [{ query: 'q', no: 1, key: '[]', event: '{}' }], marks: [], markNo: 2, side: [] };
const manifest = { ...NO_MANIFEST, v: 1, cur: { s: 4 }, closed: { q: START }, next: 3, out: outgoing, sent: false };
const manifestTable = memoryTable();
const made = manifests({ ...where, table: manifestTable, objects: memoryObjects(), nonce: countingNonce(), part: 0 });
await made.decide(NO_MANIFEST, manifest);
const [manifestItem] = (await manifestTable.query('man#r#aggregate/enriched')) as [Item];
const readManifest = async (item: Item) => {
  const table = memoryTable();
  await table.put(item);
  return manifests({ ...where, table, objects: memoryObjects(), nonce: countingNonce(), part: 0 }).read();
};
const wantedManifest = await readManifest(manifestItem);

const archived = packArchive({
  stream: 'raw',
  shard: 's',
  records: items.flatMap((i, n) =>
    i.kind === 'event' ? [{ seq: String(n), partitionKey: 'k', arrival: START, data: i.bytes }] : [],
  ),
});
const archivedText = Buffer.from(
  '{"millrace":"archive","version":1,"stream":"raw","shard":"s","records":[["1","k",0,2],["2","k",1,3]]}\nabcde',
);

export const storeDecoders: readonly Decoder[] = [
  {
    name: 'inner record',
    seeds: [block],
    seal: (b, rng) => (rng.chance(0.9) ? sealed(b) : b),
    check: (bytes) => {
      const unpacked = unpackInner(bytes);
      if (unpacked.ok) for (const item of unpacked.items) mustBeInner(item);
      else must(unpacked.cause !== '', 'refused without a cause');
    },
  },
  {
    name: 'ledger header',
    seeds: [small.item.h as Uint8Array],
    check: (bytes) => honest(wantedSmall, ITEM, () => read(field('h', bytes))),
  },
  {
    name: 'ledger body',
    seeds: [small.item.p as Uint8Array],
    check: (bytes) => honest(wantedSmall, ITEM, () => read(field('p', bytes))),
  },
  {
    name: 'ledger object',
    seeds: Object.values(large.bytes),
    check: (bytes) =>
      honest(wantedLarge, /bucket\/r\/aggregate\/enriched\/p\/s\/1-n1 cannot be read/, () =>
        read({ ...large, bytes: { [large.item.po as string]: bytes } }),
      ),
  },
  {
    name: 'ledger header of another shape',
    seeds: [Buffer.from(JSON.stringify({ l: { s: ['a'], q: ['1'], r: [[0, '1', 0, 0, 0, 5, 0]] }, q: {} }))],
    seal: (b) => {
      try {
        return packJson(JSON.parse(Buffer.from(b).toString()));
      } catch {
        return b;
      }
    },
    check: async (bytes) => {
      try {
        await read(field('h', bytes));
      } catch (error) {
        if (!(error instanceof Fault) || !ITEM.test(error.message)) throw error;
      }
    },
  },
  ...(['b', 'o'] as const).map(
    (name): Decoder => ({
      name: name === 'b' ? 'manifest' : 'outbox of a manifest',
      seeds: [manifestItem[name] as Uint8Array],
      check: (bytes) =>
        honest(wantedManifest, /man#r#aggregate\/enriched 0 cannot be read/, () =>
          readManifest({ ...manifestItem, [name]: bytes as Scalar }),
        ),
    }),
  ),
  {
    name: 'archive',
    seeds: [archived, archivedText, gzipSync(archivedText)],
    seal: (b, rng) => (rng.chance(0.6) ? gzipSync(b) : b),
    check: (bytes) => {
      try {
        const { records, stream, shard } = readArchive(bytes);
        must(typeof stream === 'string' && typeof shard === 'string', 'no names');
        for (const r of records) must(/^\d+$/.test(r.seq) && Number.isSafeInteger(r.arrival), 'a broken record');
      } catch (error) {
        // Ours, or zlib's: never a slip of the reader.
        const { name, code, message } = error as NodeJS.ErrnoException;
        if (
          !(code?.startsWith('Z_') || code === 'ERR_BUFFER_TOO_LARGE' || (name === 'Error' && /archive/.test(message)))
        )
          throw error;
      }
    },
  },
];
