// Where one event went: every copy of it in the archive, what each stage and each query made of it, and the rows that it is part of.
import type { CloudEvent, JsonObject } from '../../shared/event/cloud-event.ts';
import { parseRfc3339 } from '../../shared/event/instant.ts';
import { parseJson } from '../../shared/event/json.ts';
import { valueAt } from '../../shared/event/path.ts';
import type { StampedEvent } from '../../shared/lanes/inner.ts';
import { position, shardOfLane } from '../../shared/lanes/position.ts';
import type { CompiledPipeline } from '../../shared/pipeline.ts';
import type { Item } from '../../shared/ports.ts';
import { aggregateName } from '../../shared/steps/aggregate/name.ts';
import { isBeyond, NEW_LANE } from '../../shared/steps/ledger/lane-marks.ts';
import { ledger } from '../../shared/steps/ledger/ledger.ts';
import { sameName } from '../../shared/steps/replay/repairs.ts';
import { type PastDeps, pastOf } from '../../shared/steps/verify/past.ts';
import type { EpochMs } from '../../shared/time.ts';
import type { StageHere } from '../stage/stage-here.ts';
import { type Fate, type FateDeps, fatesOf, type Shown } from './fates.ts';
import { type SideRow, sideRows } from './side-rows.ts';

/** What is looked for: an id, which may also be a place in `raw`. */
export type Wanted = { readonly id: string; readonly place: Place | null };
type Place = { readonly shard: string; readonly seq: string; readonly index: number | null };

export type Copy = {
  readonly shard: string;
  readonly position: string;
  readonly arrival: EpochMs;
  readonly time: EpochMs;
  /** Clock of its shard before it; null: no event came before. */
  readonly clock: EpochMs | null;
  readonly event: CloudEvent;
  /** Where it stood first, when an operator sent it again. */
  readonly again: { readonly shard: string; readonly position: string; readonly arrival: EpochMs } | null;
  /** The entry of the ledger that counts it; null: none does yet, or it expired. */
  readonly entry: { readonly shard: string; readonly n: number } | null;
  readonly fates: readonly Fate[];
};

export type Traced = {
  readonly copies: readonly Copy[];
  /** Copies that left by a side door: rejected, duplicate, late. */
  readonly aside: readonly SideRow[];
  readonly records: number;
};

/** `shardId-000000000000:49…1:0`, as `ingest` answers it; `shardId-000000000000 49…1.00000…`; else an id. */
export const readWanted = (text: string): Wanted => {
  const [, shard, seq, index] = /^([\w.-]+)[: /](\d{1,56})(?:[:.](\d{1,5}))?(?:\.\d+)?$/.exec(text) ?? [];
  if (shard === undefined || seq === undefined) return { id: text, place: null };
  return { id: text, place: { shard, seq, index: index === undefined ? null : Number(index) } };
};

const bare = (seq: string): string => seq.replace(/^0+(?=.)/, '');
const isAt = ({ place: p }: Wanted, shard: string, seq: string, index: number): boolean =>
  p !== null && p.shard === shard && bare(p.seq) === bare(seq) && (p.index === null || p.index === index);

/** The first entry whose marks have come to an event, by halves. */
const entryOf = async (stage: StageHere, e: StampedEvent): Promise<Copy['entry']> => {
  const fn = aggregateName('enriched');
  const nonce = () => '';
  const book = ledger({ table: stage.ledger, objects: stage.objects, clock: stage.clock, nonce, run: stage.run, fn });
  const counts = (lanes: ReadonlyMap<string, typeof NEW_LANE>): boolean =>
    lanes.has(e.lane) && !isBeyond(lanes.get(e.lane) ?? NEW_LANE, e.seq, e.index, e.child);
  for (const { id } of await stage.streams.enriched.shards()) {
    const head = await book.newest(id);
    if (head === undefined || !counts(head.lanes)) continue;
    let [low, high] = [1, head.n];
    while (low < high) {
      const middle = (low + high) >> 1;
      const [entry] = await book.after(id, middle - 1, 1);
      // What expired lies before all that stands.
      if (entry !== undefined && counts(entry.lanes)) high = middle;
      else low = middle + 1;
    }
    return { shard: id, n: low };
  }
  return null;
};

export type TraceDeps = {
  readonly stage: StageHere;
  readonly past: PastDeps;
  readonly to?: EpochMs | undefined;
  /** Runs that readers see beside the stage's own: their name, and the tables. */
  readonly served?: readonly { readonly run: string; readonly tables: readonly string[]; readonly deps: FateDeps }[];
  readonly scan: (prefix: string) => AsyncIterable<readonly Item[]>;
  readonly told?: (records: number, arrival: EpochMs) => void;
};

/** Of each query what the run made of the event whose rows its readers see. */
const servedFates = async (
  { served = [] }: TraceDeps,
  own: FateDeps,
  shown: Shown,
  only: string | undefined,
): Promise<readonly Fate[]> => {
  const elsewhere = new Set(served.flatMap((s) => s.tables));
  const mine = (await fatesOf(own, shown, only)).filter((f) => !elsewhere.has(f.into));
  const theirs = await Promise.all(
    served.map(async ({ run, tables, deps }) => {
      const query = only === undefined ? undefined : sameName(deps.pipeline.plan)(only);
      const all = await fatesOf(deps, shown, query);
      return all.filter((f) => tables.includes(f.into)).map((f) => ({ ...f, run }));
    }),
  );
  return [...mine, ...theirs.flat()];
};

export const trace = async (deps: TraceDeps, wanted: Wanted): Promise<Traced> => {
  const { stage, past } = deps;
  const { pipeline } = past;
  const found: { readonly e: StampedEvent; readonly shown: Shown }[] = [];
  let records = 0;
  const needle = Buffer.from(JSON.stringify(wanted.id));
  for await (const step of pastOf(past).steps()) {
    records += step.records;
    deps.told?.(records, step.arrival);
    for (const e of step.events) {
      const isThere = isAt(wanted, shardOfLane(e.lane), e.seq, e.index);
      if (!isThere && !Buffer.from(e.bytes).includes(needle)) continue;
      const parsed = parseJson(e.bytes);
      if (!parsed.ok) continue;
      const event = parsed.value as unknown as CloudEvent;
      if (!isThere && event.id !== wanted.id) continue;
      found.push({ e, shown: { event, time: parseRfc3339(event.time) ?? 0, clock: e.clock ?? null } });
    }
    if (deps.to !== undefined && step.arrival >= deps.to) break;
  }
  const copies: Copy[] = [];
  for (const { e, shown } of found) {
    const { again } = e;
    copies.push({
      shard: shardOfLane(e.lane),
      position: position(e.seq, e.index),
      arrival: e.arrival,
      ...shown,
      again:
        again === undefined
          ? null
          : { shard: again.shard, position: position(again.seq, again.index), arrival: again.arrival },
      entry: await entryOf(stage, e),
      fates: await servedFates(deps, { stage, pipeline, lookups: past.lookups, scan: deps.scan }, shown, again?.only),
    });
  }
  const places = new Set(
    copies.flatMap((c) => [c, ...(c.again === null ? [] : [c.again])].map((p) => `${p.shard} ${p.position}`)),
  );
  const isMine = (row: SideRow): boolean => {
    const [seq = '', index = '0'] = row.position.split('.');
    if (isAt(wanted, row.shard, seq, Number(index)) || places.has(`${row.shard} ${row.position}`)) return true;
    return idOf(row.payload, pipeline.types) === wanted.id;
  };
  const aside = (await sideRows(stage, { from: past.from, to: deps.to }, wanted.place === null ? needle : null)).filter(
    isMine,
  );
  return { copies, aside, records };
};

/** Of an event as it came: its own, or the field of a plain one that its schema marks. */
const idOf = (payload: string, types: CompiledPipeline['types']): string | null => {
  const parsed = parseJson(Buffer.from(payload));
  if (!parsed.ok || typeof parsed.value !== 'object' || parsed.value === null) return null;
  const { id, type, data } = parsed.value as JsonObject;
  const path = typeof type === 'string' && Object.hasOwn(types, type) ? (types[type]?.id ?? null) : null;
  const own = typeof id === 'string' || path === null ? id : valueAt(data, path);
  return own === undefined || own === null ? null : String(own);
};
